"""Bytes in any encoding that is read here, as an XML parser or a text wants them."""

from __future__ import annotations

import codecs
import re

from apns_connector.errors import ContentError

_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"\A\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")
_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BYTE_ORDER_MARKS = tuple(mark for mark, _ in _MARKED)


def decoded(content: bytes, charset: str | None) -> str:
    """A text: a byte order mark tells its encoding, else the charset parameter, else it is UTF-8.

    Raises ContentError when it is not in that encoding.
    """
    for mark, name in _MARKED:
        if content.startswith(mark):
            charset = name
    name = charset or "utf-8"
    try:
        return content.decode(_codec(content, name))
    except UnicodeDecodeError as error:
        raise ContentError(f"The body is not {name}, as its charset says") from error


def readable_xml(document: bytes, charset: str | None) -> bytes:
    """The document such that an XML parser reads it in the encoding that counts.

    RFC 7303 3: a byte order mark first, then the charset parameter, then the XML declaration.
    Raises ContentError.
    """
    if charset in ("UTF-8", "utf-8") and document[:1] == b"<" and document[1:2].isalpha():
        return document  # without a declaration it is UTF-8 (XML 1.0 4.3.3)
    if charset is None or document.startswith(_BYTE_ORDER_MARKS) or _agrees(document, charset):
        return document
    text = decoded(document, charset)
    return _DECLARATION.sub("", text, count=1).encode("utf-8")


def _agrees(document: bytes, charset: str) -> bool:
    declared = _DECLARED_ENCODING.match(document)
    name = "utf-8" if declared is None else declared[1].decode("ascii")
    return name.lower() == charset.lower()


def _codec(document: bytes, charset: str) -> str:
    """Which way round UTF-16 is, when neither its name nor a byte order mark tells."""
    if charset.lower() not in ("utf-16", "utf16") or document.startswith(_BYTE_ORDER_MARKS):
        return charset
    return "utf-16-le" if document[1:2] == b"\0" else "utf-16-be"
