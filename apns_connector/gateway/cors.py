"""Cross-origin requests to APIs: which web pages may read an answer (WHATWG Fetch, CORS protocol).

As in Synapse (CORSHelper), every answer of an API carries the fields, not only those to OPTIONS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apns_connector.gateway.headers import Headers


@dataclass(frozen=True, slots=True)
class Cors:
    """``allow_origins``: ``https://host[:port]`` of each page, or ``*``; empty for none."""

    allow_origins: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()


def cors_headers(cors: Cors, origin: str | None, methods: Sequence[str]) -> Headers:
    """For an answer to a page of that origin: nothing, unless it is allowed."""
    if origin is None or not cors.allow_origins:
        return ()
    any_origin = "*" in cors.allow_origins
    if not any_origin and origin not in cors.allow_origins:
        return (("vary", "Origin"),)
    fields = [
        ("access-control-allow-origin", "*" if any_origin else origin),
        ("access-control-allow-methods", ", ".join(methods)),
    ]
    if cors.allow_headers:
        fields.append(("access-control-allow-headers", ", ".join(cors.allow_headers)))
    if not any_origin:
        fields.append(("vary", "Origin"))
    return tuple(fields)
