"""The XML of a request in bytes, and all that MIME says about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from apns_connector.gateway.content_type import RELATED, XOP, ContentType, read_content_type
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.multipart import Part, Related, read_related
from apns_connector.gateway.refusal import Refused

_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"\A\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Document:
    """``content`` is XML that tells its own encoding; ``media_type`` that of the XML, so inside
    multipart that of its root; ``action`` a parameter of SOAP 1.2; ``parts`` by Content-ID, root
    included; ``packaged`` when its xop:Include elements stand for parts (MTOM)."""

    content: bytes
    media_type: str
    action: str | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    packaged: bool = False


def read_document(content_type: ContentType, body: bytes, limits: Limits) -> Document:
    """Unpacks a request body. Raises Refused: 400, 413, 415."""
    if not body:
        raise Refused(400, "The request has no body")
    if content_type.media_type == RELATED:
        return _unpacked(content_type, read_related(body, content_type, limits), limits)
    content = _readable(body, content_type.charset, limits)
    return Document(content, content_type.media_type, content_type.get("action"))


def announced_media_type(content_type: ContentType) -> str | None:
    """The media type of the XML as far as the header alone tells; None when the parts have to."""
    if content_type.media_type != RELATED:
        return content_type.media_type
    named = content_type.get("type")
    if named is not None and read_content_type(named).media_type == XOP:
        named = content_type.get("start-info")
    return read_content_type(named).media_type if named is not None else None


def _unpacked(outer: ContentType, related: Related, limits: Limits) -> Document:
    root = related.parts[related.root]
    inner = read_content_type(root.content_type)
    described = read_content_type(outer.get("type") or root.content_type)
    packaged = described.media_type == XOP
    if packaged:
        described = _packaged_type(outer, inner)
    return Document(
        content=_readable(root.content, inner.charset, limits),
        media_type=described.media_type,
        action=described.get("action") or outer.get("action") or inner.get("action"),
        parts=related.parts,
        packaged=packaged,
    )


def _packaged_type(outer: ContentType, inner: ContentType) -> ContentType:
    """What is inside application/xop+xml (XOP 1.0 4.1: start-info, or type of the root part)."""
    named = outer.get("start-info") or inner.get("type")
    if named is None:
        raise Refused(415, "The MTOM request names no type of its envelope: start-info is absent")
    return read_content_type(named)


def _readable(document: bytes, charset: str | None, limits: Limits) -> bytes:
    """The document such that an XML parser reads it in the encoding that counts.

    RFC 7303 3: a byte order mark first, then the charset parameter, then the XML declaration.
    """
    if len(document) > limits.envelope_bytes:
        raise Refused(413, f"The XML may have {limits.envelope_bytes} bytes")
    if charset is None or document.startswith(_BYTE_ORDER_MARKS) or _agrees(document, charset):
        return document
    try:
        text = document.decode(_codec(document, charset))
    except UnicodeDecodeError as error:
        raise Refused(400, f"The body is not {charset}, as its charset says") from error
    return _DECLARATION.sub("", text, count=1).encode("utf-8")


def _agrees(document: bytes, charset: str) -> bool:
    declared = _DECLARED_ENCODING.match(document)
    name = "utf-8" if declared is None else declared[1].decode("ascii")
    return name.lower() == charset.lower()


def _codec(document: bytes, charset: str) -> str:
    """Which way round UTF-16 is, when neither its name nor a byte order mark tells."""
    if charset.lower() not in ("utf-16", "utf16"):
        return charset
    return "utf-16-le" if document[1:2] == b"\0" else "utf-16-be"
