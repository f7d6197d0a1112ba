"""The head of an answer, and how the client finds the end of its body (RFC 9112 6)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import starmap

import msgspec
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE

from apns_connector.gateway.asgi import NO_LENGTH
from apns_connector.gateway.headers import Headers

Fields = Iterable[tuple[bytes, bytes]]


class Framing(msgspec.Struct, eq=False):
    """That of one answer. ``head`` is what has to leave before the body, and has not;
    ``closes``: the connection ends with the answer."""

    head: bytes
    closes: bool
    bodiless: bool
    chunked: bool
    missing: int  # bytes that Content-Length announces and the body did not have yet

    def part(self, body: bytes, more: bool) -> bytes:
        """How a part of the body is sent. Raises RuntimeError if it is more than was announced."""
        if self.bodiless:
            body = b""
        elif self.chunked:
            body = _chunks(body, more)
        elif len(body) > self.missing:
            raise RuntimeError("Response content longer than Content-Length")
        else:
            self.missing -= len(body)
        head, self.head = self.head, b""
        return head + body


def whole_answer(
    method: str, status: int, defaults: Fields, headers: Headers, keep_alive: bool, body: bytes
) -> tuple[bytes, bool]:
    """What is sent for a body that is there as a whole; and whether the connection ends with it.

    As of ``frame_answer``, which says what is raised, with header fields as texts, among which
    nothing says the length. Raises UnicodeEncodeError for half of a surrogate pair.
    """
    says_type_alone = len(headers) == 1 and headers[0][0] == "content-type"
    make = _usual_head if says_type_alone else _head
    head, closes = make(status, tuple(defaults), headers, keep_alive)
    if status in NO_LENGTH:
        return head + b"\r\n", closes
    sent = b"" if method == "HEAD" else body
    return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), sent), closes


def _head(
    status: int, defaults: tuple[tuple[bytes, bytes], ...], headers: Headers, keep_alive: bool
) -> tuple[bytes, bool]:
    """All but the length and the empty line; and whether it says that the connection ends."""
    fields = [(name.encode(), value.encode()) for name, value in headers]
    framing = frame_answer("HEAD", status, defaults, fields, keep_alive)
    return framing.head.removesuffix(b"\r\n"), framing.closes


# Mostly the type of the body is all that an answer says, and the date is the same for a second.
# What a flow adds may be long, and secret: it is not remembered.
_usual_head = lru_cache(maxsize=64)(_head)


def frame_answer(
    method: str, status: int, defaults: Fields, fields: Fields, keep_alive: bool
) -> Framing:
    """That of an answer to this method; chunked if the fields do not say how the body ends.

    ``defaults`` are fields of the server, such as Date; ``keep_alive``: the client means to use
    the connection again. Raises RuntimeError for what HTTP forbids in a name or a value: it could
    end its field and begin another.
    """
    lines = [STATUS_LINE[status], *starmap(_default_line, defaults)]
    length: int | None = None
    chunked, says_close = False, False
    for any_case, value in fields:
        name = _field_name(any_case)
        if HEADER_VALUE_RE.search(value):
            raise RuntimeError("Invalid HTTP header value.")
        lines.append(b"%b: %b\r\n" % (name, value))
        if name == b"content-length":
            length = int(value) if length is None else length
        elif name == b"transfer-encoding":
            chunked = chunked or value.lower() == b"chunked"
        elif name == b"connection":
            says_close = says_close or _says_close(value)
    if not (keep_alive or says_close):
        lines.append(b"connection: close\r\n")
    bodiless = method == "HEAD"
    if length is None and not (chunked or bodiless or status in NO_LENGTH):
        lines.append(b"transfer-encoding: chunked\r\n")
        chunked = True
    lines.append(b"\r\n")
    missing = 0 if bodiless or chunked else length or 0
    return Framing(b"".join(lines), says_close or not keep_alive, bodiless, chunked, missing)


def _chunks(body: bytes, more: bool) -> bytes:
    chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return chunk if more else chunk + b"0\r\n\r\n"


def _says_close(value: bytes) -> bool:
    return b"close" in [token.strip().lower() for token in value.split(b",")]


@lru_cache(maxsize=256)  # applications use few
def _field_name(name: bytes) -> bytes:
    if HEADER_RE.search(name):
        raise RuntimeError("Invalid HTTP header name.")
    return name.lower()


@lru_cache(maxsize=16)  # the same for a second
def _default_line(name: bytes, value: bytes) -> bytes:
    return b"%b: %b\r\n" % (name, value)
