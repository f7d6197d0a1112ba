"""Header blocks of requests to APNs (HPACK, RFC 7541), and the reading of answers.

Requests differ in little. So the constant fields of a (topic, push type, priority) go into the
peer's dynamic table once and are one byte each from then on. The table is only ever appended to,
never made to evict: when it is full, further fields are sent as literals. Apple's advice (Sending
notification requests to APNs) is followed: ``:path`` and ``authorization`` are never indexed; of
``apns-id``, ``apns-expiration`` and ``apns-collapse-id`` only the name is, by their first use.

We announce a table size of 0, so a block that we receive needs no state, and one that begins with
the byte 0x88 (``:status: 200``) need not be decoded unless somebody asks.
"""

from __future__ import annotations

import re
from typing import Final

from hpack import Decoder

from apns_connector.apns.frames import DEFAULT_TABLE_SIZE
from apns_connector.apns.ordinary_frames import (
    ID_BYTES,
    PATH_BYTES,
    OrdinaryFrames,
    ordinary_frames,
)

Field = tuple[bytes, bytes]

# The method of a request, as the first of its constant fields; without one it is POST.
GET: Final[Field] = (b":method", b"GET")
DELETE: Final[Field] = (b":method", b"DELETE")

APNS_ID: Final = b"apns-id"

STATUS_200: Final = 0x88

# RFC 7541, appendix A: the static entries that our requests use.
_METHOD_POST = b"\x83"
# DELETE has no entry: a literal without indexing, under the name of entry 2.
_OTHER_METHODS = {GET: b"\x82", DELETE: b"\x02\x06DELETE"}
_SCHEME_HTTPS = b"\x87"
_PATH = b"\x04"
_NAME_AUTHORIZATION = 23
_STATIC_NAMES = {b":authority": 1}
_STATIC_ENTRIES = 61
_ENTRY_OVERHEAD = 32

# Ample for any answer of Apple's; a longer list is an attack (section 10.5.1 of RFC 9113).
MAX_HEADER_LIST_BYTES: Final = 65_536


def integer(value: int, prefix_bits: int, flags: int) -> bytes:
    """RFC 7541, section 5.1."""
    limit = (1 << prefix_bits) - 1
    if value < limit:
        return bytes((flags | value,))
    out = bytearray((flags | limit,))
    value -= limit
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


_LENGTHS: Final = tuple(integer(length, 7, 0) for length in range(256))


def string(value: bytes) -> bytes:
    """A string without Huffman coding: section 5.2. Coding it would cost more than it saves."""
    length = len(value)
    return (_LENGTHS[length] if length < 256 else integer(length, 7, 0)) + value


class HeaderBlocks:
    """The encoder of one connection. ``authorization`` is the header's value, or ``None``."""

    def __init__(self, authority: str, authorization: bytes | None = None) -> None:
        self._authority: Field = (b":authority", authority.encode("ascii"))
        self._authorization = b""
        self._limit = DEFAULT_TABLE_SIZE
        self._size = 0
        # Where a field, or the first field of a name, stands in the order of insertion (from 1).
        self._entries: dict[Field, int] = {}
        self._names: dict[bytes, int] = {}
        self._pending_resize = b""
        # Encoded parts, true until the table grows and so moves every index.
        self._start = b""
        self._constants: dict[tuple[Field, ...], bytes] = {}
        self._name_parts: dict[bytes, bytes] = {}
        self._ordinary: dict[tuple[Field, ...], OrdinaryFrames | None] = {}
        if authorization is not None:
            self.authorize(authorization)

    def authorize(self, authorization: bytes) -> None:
        """The value of ``authorization`` from the next block on."""
        self._authorization = _never_indexed(_NAME_AUTHORIZATION, authorization)
        self._forget()

    def resize(self, peer_table_size: int) -> None:
        """The peer's SETTINGS_HEADER_TABLE_SIZE: begin anew in a table of that size or less.

        Section 4.2: the next block tells the smallest size in between, then the new one.
        """
        self._limit = min(peer_table_size, DEFAULT_TABLE_SIZE)
        self._size = 0
        self._entries.clear()
        self._names.clear()
        self._forget()
        self._pending_resize = integer(0, 5, 0x20) + integer(self._limit, 5, 0x20)

    def encode(self, path: bytes, constant: tuple[Field, ...], varying: tuple[Field, ...]) -> bytes:
        """One request: pseudo-headers, ``constant`` fields, credentials, ``varying`` ones.

        It is a POST, unless ``constant`` begins with :data:`GET` or :data:`DELETE`.
        """
        known = self._constants.get(constant)
        if known is None:
            return self._encode_and_learn(path, constant, varying)
        if len(path) > 255:
            return self._encode_and_learn(path, constant, varying)
        parts = [self._start, _LENGTHS[len(path)], path, known]
        for name, value in varying:
            part = self._name_parts.get(name)
            if part is None or len(value) > 255:
                parts.append(self._varying(name, value))
            else:
                parts += (part, _LENGTHS[len(value)], value)
        return b"".join(parts)

    def ordinary(self, constant: tuple[Field, ...]) -> OrdinaryFrames | None:
        """What requests of these fields whose only varying one is the ``apns-id`` look like, until
        the next call of any other method; ``None`` before the peer's table knows enough of them."""
        known, id_part = self._constants.get(constant), self._name_parts.get(APNS_ID)
        if known is None or id_part is None:
            return None
        if constant not in self._ordinary:
            self._ordinary[constant] = ordinary_frames(
                self._start + _LENGTHS[PATH_BYTES], known + id_part + _LENGTHS[ID_BYTES]
            )
        return self._ordinary[constant]

    def _encode_and_learn(
        self, path: bytes, constant: tuple[Field, ...], varying: tuple[Field, ...]
    ) -> bytes:
        other = _OTHER_METHODS.get(constant[0]) if constant else None
        fields = constant if other is None else constant[1:]
        method = other or _METHOD_POST
        parts = [self._pending_resize, method, _SCHEME_HTTPS, self._field(self._authority)]
        self._pending_resize = b""
        parts += [_PATH, string(path)]
        parts += [self._field(field) for field in fields]
        parts.append(self._authorization)
        parts += [self._varying(name, value) for name, value in varying]
        if other is None:  # the others are too rare to be learned
            self._start = _METHOD_POST + _SCHEME_HTTPS + self._field(self._authority) + _PATH
            self._constants[constant] = (
                b"".join(self._field(field) for field in fields) + self._authorization
            )
        return b"".join(parts)

    def _field(self, field: Field) -> bytes:
        """By index; the first time as a literal that the peer adds to its table (6.1, 6.2.1)."""
        position = self._entries.get(field)
        if position is not None:
            return integer(self._index(position), 7, 0x80)
        return self._insert(field)

    def _varying(self, name: bytes, value: bytes) -> bytes:
        """A literal without indexing whose name is an index (6.2.2); the first time inserted."""
        position = self._names.get(name)
        if position is None:
            return self._insert((name, value))
        part = self._name_parts[name] = integer(self._index(position), 4, 0)
        return part + string(value)

    def _insert(self, field: Field) -> bytes:
        name, value = field
        static = _STATIC_NAMES.get(name)
        size = len(name) + len(value) + _ENTRY_OVERHEAD
        fits = self._size + size <= self._limit
        start = integer(static or 0, 6, 0x40) if fits else integer(static or 0, 4, 0)
        if fits:
            self._size += size
            self._forget()
            self._entries[field] = len(self._entries) + 1
            self._names.setdefault(name, len(self._entries))
        return start + (b"" if static else string(name)) + string(value)

    def _index(self, position: int) -> int:
        return _STATIC_ENTRIES + len(self._entries) - position + 1

    def _forget(self) -> None:
        self._constants.clear()
        self._name_parts.clear()
        self._ordinary.clear()


def _never_indexed(static_name: int, value: bytes) -> bytes:
    """A literal that no intermediary may put in a table: section 6.2.3."""
    return integer(static_name, 4, 0x10) + string(value)


def decode(block: bytes) -> list[tuple[str, str]]:
    """The fields of an answer, in order; bytes beyond ASCII as Latin-1.

    Raises :exc:`hpack.HPACKError` for a block that is not valid for a table of size 0.
    """
    decoder = Decoder(max_header_list_size=MAX_HEADER_LIST_BYTES)
    decoder.max_allowed_table_size = 0
    decoder.header_table_size = 0
    fields = decoder.decode(block, raw=True)
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value, *_ in fields]


# RFC 9113, sections 8.2.1 and 8.2.2.
_NAME = re.compile(r":?[!-9;-@\[-~]+")
_VALUE = re.compile(r"(?![ \t])[^\0\r\n]*(?<![ \t])")
_OF_CONNECTIONS = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}


def malformed(fields: list[tuple[str, str]]) -> str | None:
    """What is wrong with a field, if anything is: names in capitals, line breaks in values,
    fields of HTTP/1.1 connections, a length that is none."""
    for name, value in fields:
        if not _NAME.fullmatch(name):
            return "a field name with a character that is not allowed"
        if not _VALUE.fullmatch(value):
            return f"a value of {name[:40]} that is not allowed"
        if name in _OF_CONNECTIONS:
            return f"{name}, which is for HTTP/1.1"
        if name == "content-length" and not (value.isascii() and value.isdecimal()):
            return "a content-length that is no number"
    return None


def content_length(fields: list[tuple[str, str]]) -> int | None:
    """As announced; of several that differ, one that no body can have."""
    lengths = {int(value[:20]) for name, value in fields if name == "content-length"}
    return lengths.pop() if len(lengths) == 1 else -1 if lengths else None


def has_pseudo_fields(fields: list[tuple[str, str]]) -> bool:
    """Trailers have none: RFC 9113, section 8.1."""
    return any(name.startswith(":") for name, _ in fields)


def status(fields: list[tuple[str, str]]) -> int | None:
    """RFC 9113, section 8.3.2; ``None`` unless it comes first, and is the one pseudo-field."""
    if not fields or has_pseudo_fields(fields[1:]):
        return None
    name, value = fields[0]
    valid = name == ":status" and len(value) == 3 and value.isascii() and value.isdecimal()
    return int(value) if valid and value >= "100" else None
