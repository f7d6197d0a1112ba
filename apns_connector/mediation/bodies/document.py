"""The document in a body, out of its MIME package, and all that MIME says about it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from apns_connector.errors import ContentNotSupported
from apns_connector.mediation.bodies.content_limits import ContentLimits
from apns_connector.mediation.bodies.content_type import (
    RELATED,
    XOP,
    ContentType,
    read_content_type,
)
from apns_connector.mediation.bodies.multipart import Part, Related, read_related

_NO_PARTS: Mapping[str, Part] = MappingProxyType({})


class Document(msgspec.Struct, frozen=True):
    """``content`` in ``charset``, where one is named; ``media_type`` inside multipart that of its
    root; ``action`` a parameter of SOAP 1.2; ``parts`` by Content-ID, that of the ``root``
    included; ``packaged`` when its xop:Include elements stand for parts (MTOM)."""

    content: bytes
    media_type: str
    charset: str | None = None
    action: str | None = None
    parts: Mapping[str, Part] = _NO_PARTS
    root: str | None = None
    packaged: bool = False


def read_document(content_type: ContentType, body: bytes, limits: ContentLimits) -> Document:
    """Unpacks a body. Raises ContentError."""
    if content_type.media_type == RELATED:
        return _unpacked(content_type, read_related(body, content_type, limits))
    return Document(body, content_type.media_type, content_type.charset, content_type.action)


def announced_media_type(content_type: ContentType) -> str | None:
    """The media type of the document as far as the header alone tells; None when the parts have
    to."""
    if content_type.media_type != RELATED:
        return content_type.media_type
    named = content_type.get("type")
    if named is not None and read_content_type(named).media_type == XOP:
        named = content_type.get("start-info")
    return read_content_type(named).media_type if named is not None else None


def _unpacked(outer: ContentType, related: Related) -> Document:
    root = related.parts[related.root]
    inner = read_content_type(root.content_type)
    described = read_content_type(outer.get("type") or root.content_type)
    packaged = described.media_type == XOP
    if packaged:
        described = _packaged_type(outer, inner)
    return Document(
        content=root.content,
        media_type=described.media_type,
        charset=inner.charset,
        action=described.action or outer.action or inner.action,
        parts=related.parts,
        root=related.root,
        packaged=packaged,
    )


def _packaged_type(outer: ContentType, inner: ContentType) -> ContentType:
    """What is inside application/xop+xml (XOP 1.0 4.1: start-info, or type of the root part)."""
    named = outer.get("start-info") or inner.get("type")
    if named is None:
        raise ContentNotSupported("The MTOM body names no type of its envelope: no start-info")
    return read_content_type(named)
