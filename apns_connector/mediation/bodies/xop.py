"""XOP packages put together again (XOP 1.0 section 3.2; SOAP calls it MTOM)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import unquote

from apns_connector.errors import ContentError, ContentTooLarge
from apns_connector.mediation.bodies.multipart import Part
from apns_connector.mediation.xml import Element

INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"


def restore(envelope: Element, parts: Mapping[str, Part], limit: int) -> None:
    """Replaces each xop:Include by the base64 text of its part, as every flow expects to find it.

    ``limit`` in bytes of parts: one part may be included again and again, so a small request
    could ask for a huge tree. Raises ContentError.
    """
    total = 0
    for include in list(envelope.iter(INCLUDE)):
        content = _part(include.get("href", ""), parts).content
        total += len(content)
        if total > limit:
            raise ContentTooLarge(f"The parts that the envelope includes may have {limit} bytes")
        _replace(include, base64.b64encode(content).decode("ascii"))


def _part(href: str, parts: Mapping[str, Part]) -> Part:
    """The part of a ``cid:`` URL (RFC 2392): the Content-ID, percent-encoded."""
    if not href.lower().startswith("cid:"):
        raise ContentError(f"xop:Include href='{href[:200]}' is not a cid: URL")
    part = parts.get(unquote(href[4:])) or parts.get(href[4:])
    if part is None:
        raise ContentError(f"No MIME part has the Content-ID of xop:Include href='{href[:200]}'")
    return part


def _replace(include: Element, text: str) -> None:
    parent = include.getparent()
    if parent is None or len(parent) > 1 or _is_text(parent.text) or _is_text(include.tail):
        raise ContentError("An xop:Include has to be the only content of its element")
    parent.remove(include)
    parent.text = text


def _is_text(text: str | None) -> bool:
    return bool(text and text.strip())
