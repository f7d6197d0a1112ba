"""multipart/related taken apart (RFC 2046 5.1, RFC 2387): SOAP with Attachments, MTOM.

The body is searched for its boundary in place; a part is a view of it until it is decoded. Written
here because no kept library reads this type whole: some demand a Content-Disposition, some take a
truncated body for a complete one, and the standard library copies everything several times.
"""

from __future__ import annotations

import binascii
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from apns_connector.errors import ContentError, ContentTooLarge
from apns_connector.mediation.bodies.content_limits import ContentLimits
from apns_connector.mediation.bodies.content_type import ContentType

# RFC 2045 5.2: what a part is that does not say what it is.
DEFAULT_CONTENT_TYPE = "text/plain; charset=us-ascii"

# RFC 2046 5.1.1: 1 to 70 characters, the last one no blank.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]", re.ASCII)
# What may follow a boundary in its line. Anything else makes it ordinary content.
_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")
_LINE_BREAK = re.compile(r"\r?\n(?![ \t])")  # not before a folded continuation
_FOLD = re.compile(r"\r?\n[ \t]+")
_FIELD = re.compile(r"([!#$%&'*+.^`|~\w-]+)[ \t]*:(.*)", re.ASCII | re.DOTALL)
_LINEAR_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: header fields by lower-case name, content with its transfer encoding undone."""

    headers: Mapping[str, str]
    content: bytes

    @property
    def content_id(self) -> str | None:
        """Content-ID without its angle brackets; None where it is absent or empty."""
        return bare_content_id(self.headers.get("content-id", "")) or None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type") or DEFAULT_CONTENT_TYPE


@dataclass(frozen=True, slots=True)
class Related:
    """All parts by Content-ID, the root among them; ``root`` is the root's key."""

    root: str
    parts: Mapping[str, Part]


def read_related(body: bytes, content_type: ContentType, limits: ContentLimits) -> Related:
    """Takes a multipart/related body apart. Raises ContentError with what is wrong with it."""
    parts = _by_content_id(split(body, boundary_of(content_type), limits))
    start = content_type.get("start")
    if start is None:
        return Related(next(iter(parts)), parts)
    root = bare_content_id(start).removeprefix("cid:")
    if root not in parts:
        raise ContentError(f"No MIME part has the Content-ID '{root[:200]}' named by start=")
    return Related(root, parts)


def bare_content_id(value: str) -> str:
    """A Content-ID without blanks and angle brackets around it."""
    value = value.strip()
    return value[1:-1] if value.startswith("<") and value.endswith(">") else value


def boundary_of(content_type: ContentType) -> str:
    boundary = content_type.get("boundary")
    if boundary is None:
        raise ContentError("The multipart/related Content-Type has no boundary parameter")
    if _BOUNDARY.fullmatch(boundary) is None:
        raise ContentError("The MIME boundary is not 1 to 70 of the characters RFC 2046 allows")
    return boundary


def _by_content_id(parts: list[Part]) -> dict[str, Part]:
    """Keys as Axiom makes them (Attachments): only the first part may do without an id."""
    found: dict[str, Part] = {}
    for part in parts:
        key = part.content_id
        if key is None:
            if found:
                raise ContentError("Part content ID cannot be blank for non root MIME parts")
            key = f"firstPart_{uuid.uuid4()}"
        if key in found:
            raise ContentError(f"Two MIME parts have the same Content-ID '{key[:200]}'")
        found[key] = part
    return found


def split(body: bytes, boundary: str, limits: ContentLimits) -> list[Part]:
    """The parts in order, preamble and epilogue dropped.

    Raises ContentError for a broken or truncated body, ContentTooLarge for too many parts or too
    long headers.
    """
    parts: list[Part] = []
    for start, end in _spans(body, b"--" + boundary.encode("ascii")):
        if len(parts) == limits.mime_parts:
            raise ContentTooLarge(f"The body has more than {limits.mime_parts} MIME parts")
        parts.append(_part(body, start, end, limits.mime_header_bytes))
    if not parts:
        raise ContentError("The multipart body has no part")
    return parts


def _spans(body: bytes, marker: bytes) -> Iterator[tuple[int, int]]:
    """From behind one delimiter line to the start of the next, up to the closing delimiter."""
    start: int | None = None
    position = 0
    while (at := body.find(marker, position)) >= 0:
        position = at + len(marker)
        end = _DELIMITER_END.match(body, position)
        if end is None or (at > 0 and body[at - 1] != 0x0A):
            continue
        if start is not None:
            yield start, at
        if end[1] is not None:
            return
        start = position = end.end()
    raise ContentError("The multipart body ends without its closing boundary: it is truncated")


def _part(body: bytes, start: int, end: int, header_bytes: int) -> Part:
    blank = _BLANK_LINE.search(memoryview(body)[start : min(end, start + header_bytes)])
    if blank is None:
        kind = ContentTooLarge if end - start > header_bytes else ContentError
        raise kind(f"A MIME part has no blank line after its headers within {header_bytes} bytes")
    headers = _headers(body[start : start + blank.start()].decode("utf-8", "replace"))
    # The line break before a delimiter belongs to the delimiter.
    end -= 2 if body[end - 2 : end] == b"\r\n" else 1
    content = memoryview(body)[start + blank.end() : max(end, start + blank.end())]
    return Part(headers, _decoded(content, headers.get("content-transfer-encoding", "binary")))


def _headers(block: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in _LINE_BREAK.split(block.rstrip("\r\n")):
        field = _FIELD.fullmatch(line)
        if field is None and line:
            raise ContentError(f"A MIME part has a header line without a name: '{line[:60]}'")
        if field is not None:
            headers.setdefault(field[1].lower(), _FOLD.sub(" ", field[2]).strip())
    return headers


def _decoded(content: memoryview, encoding: str) -> bytes:
    decode = _TRANSFER_ENCODINGS.get(encoding.strip().lower())
    if decode is None:
        raise ContentError(f"The Content-Transfer-Encoding '{encoding[:40]}' is not known")
    return decode(content)


def _from_base64(content: memoryview) -> bytes:
    try:
        return binascii.a2b_base64(bytes(content).translate(None, _LINEAR_SPACE), strict_mode=True)
    except binascii.Error as error:
        raise ContentError(f"A MIME part is not valid base64: {error}") from error


# RFC 2045 6: the first three are no encoding at all.
_TRANSFER_ENCODINGS: Mapping[str, Callable[[memoryview], bytes]] = {
    "binary": bytes,
    "8bit": bytes,
    "7bit": bytes,
    "base64": _from_base64,
    "quoted-printable": binascii.a2b_qp,
}


class _Written(Protocol):
    """A part to be written: an attachment."""

    @property
    def content_id(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...


def write_related(
    boundary: str, start: str, root_type: str, root: bytes, parts: Iterable[_Written]
) -> bytes:
    """A multipart/related body, its root first; contents go out as they are (binary)."""
    written = [_headed(root_type, start, root)]
    written += [_headed(part.content_type, part.content_id, part.content) for part in parts]
    marker = f"--{boundary}".encode()
    return b"".join(b"%b\r\n%b\r\n" % (marker, part) for part in written) + marker + b"--\r\n"


def _headed(content_type: str, content_id: str, content: bytes) -> bytes:
    fields = (
        ("Content-Type", content_type),
        ("Content-Transfer-Encoding", "binary"),
        ("Content-ID", f"<{content_id}>"),
    )
    # Nothing that a client once sent as a header may begin another one.
    lines = (f"{name}: {' '.join(value.split())}\r\n" for name, value in fields)
    return "".join(lines).encode() + b"\r\n" + content
