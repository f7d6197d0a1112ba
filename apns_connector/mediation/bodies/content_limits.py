"""How much of everything one body may take that becomes a message."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class ContentLimits:
    """Sizes in bytes (``_bytes``), all others are counts."""

    body_bytes: int = 10 * MIB  # as sent, all MIME parts included
    envelope_bytes: int = 1 * MIB  # the XML or JSON alone: a tree takes about 28 times its text
    mime_parts: int = 32  # root part included
    mime_header_bytes: int = 8 * KIB  # header block of one MIME part
    form_fields: int = 1_000  # of one HTML form
