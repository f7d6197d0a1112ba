"""The values of properties and variables as bytes, and back (MessagePack).

Text, small numbers and truth values are what they are there; XML and JSON are extensions of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from lxml import etree
from msgspec.msgpack import Ext

from apns_connector.errors import JsonError
from apns_connector.mediation.json_payload import read_json, write_json
from apns_connector.mediation.json_value import ExactFloat, JsonArray, as_property
from apns_connector.mediation.xml import Limits, parse_own, serialize

_XML, _JSON, _LIST = 1, 2, 3
_SURROGATES = re.compile("[\ud800-\udfff]")
_encoder = msgspec.msgpack.Encoder()


class NotWritable(Exception):  # noqa: N818 - an outcome, named as one
    """A value that has no written form, such as an exception; it does not leave mediation."""


def writable_value(value: Any) -> Any:
    """What MessagePack can hold of a value. Raises NotWritable."""
    if value is None or type(value) in (bool, float):
        return value
    if isinstance(value, str):
        return writable_text(value)
    if isinstance(value, etree._Element):
        if not isinstance(value.tag, str):
            raise NotWritable
        return Ext(_XML, serialize(value))
    if isinstance(value, int | ExactFloat | JsonArray | dict):
        return _json(value)
    if isinstance(value, list):
        return Ext(_LIST, _encoder.encode([writable_value(one) for one in value]))
    raise NotWritable


def writable_text(text: str) -> str:
    """The text itself, without the halves of characters that no encoding has."""
    return str(text) if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _json(value: Any) -> Any:
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    try:
        return Ext(_JSON, write_json(value))
    except JsonError as error:
        raise NotWritable from error


def own_json(content: bytes) -> Any:
    """JSON that was written here, as large and deep as it was."""
    size = len(content) + 1
    return read_json(content, Limits(size=size, depth=size, elements=size))


def read_extension(code: int, content: memoryview) -> Any:
    """The value of an extension. Raises XmlError, JsonError or ValueError for a damaged one."""
    reader = _READERS.get(code)
    if reader is None:
        raise ValueError(f"there is no extension {code}")
    return reader(bytes(content))


_READERS: Mapping[int, Callable[[bytes], Any]] = {
    _XML: parse_own,
    _JSON: lambda content: as_property(own_json(content)),
    _LIST: lambda content: msgspec.msgpack.decode(content, ext_hook=read_extension),
}
