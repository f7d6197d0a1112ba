"""HTTP/2 frames as bytes (RFC 9113, sections 4, 6 and 7): the vocabulary of :mod:`.http2`."""

from __future__ import annotations

from enum import IntEnum
from struct import Struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA = 0x0
HEADERS = 0x1
PRIORITY = 0x2
RST_STREAM = 0x3
SETTINGS = 0x4
PUSH_PROMISE = 0x5
PING = 0x6
GOAWAY = 0x7
WINDOW_UPDATE = 0x8
CONTINUATION = 0x9

FLAG_ACK = 0x1
FLAG_END_STREAM = 0x1
FLAG_END_HEADERS = 0x4
FLAG_PADDED = 0x8
FLAG_PRIORITY = 0x20

SETTINGS_HEADER_TABLE_SIZE = 0x1
SETTINGS_ENABLE_PUSH = 0x2
SETTINGS_MAX_CONCURRENT_STREAMS = 0x3
SETTINGS_INITIAL_WINDOW_SIZE = 0x4
SETTINGS_MAX_FRAME_SIZE = 0x5

DEFAULT_WINDOW = 65_535
DEFAULT_TABLE_SIZE = 4_096
MIN_FRAME_SIZE = 16_384
MAX_FRAME_SIZE = 2**24 - 1
MAX_WINDOW = 2**31 - 1
MAX_STREAM_ID = 2**31 - 1

# Length in 8 + 16 bits, type, flags, stream id; the reserved bit of the id is masked by readers.
HEAD = Struct(">BHBBL")
# The same, with type and flags as one number.
SHORT_HEAD = Struct(">BHHL")
LONG = Struct(">L")
SETTING = Struct(">HL")


class ErrorCode(IntEnum):
    """RFC 9113, section 7."""

    NO_ERROR = 0x0
    PROTOCOL_ERROR = 0x1
    INTERNAL_ERROR = 0x2
    FLOW_CONTROL_ERROR = 0x3
    SETTINGS_TIMEOUT = 0x4
    STREAM_CLOSED = 0x5
    FRAME_SIZE_ERROR = 0x6
    REFUSED_STREAM = 0x7
    CANCEL = 0x8
    COMPRESSION_ERROR = 0x9
    CONNECT_ERROR = 0xA
    ENHANCE_YOUR_CALM = 0xB
    INADEQUATE_SECURITY = 0xC
    HTTP_1_1_REQUIRED = 0xD


def error_name(code: int) -> str:
    """The RFC's word for ``code``, or the number itself: peers may send any."""
    try:
        return ErrorCode(code).name
    except ValueError:
        return f"error code {code:#x}"


def head(length: int, kind: int, flags: int, stream_id: int) -> bytes:
    """The nine bytes before a payload of ``length`` bytes."""
    return HEAD.pack(length >> 16, length & 0xFFFF, kind, flags, stream_id)


def settings(values: dict[int, int]) -> bytes:
    payload = b"".join(SETTING.pack(key, value) for key, value in values.items())
    return head(len(payload), SETTINGS, 0, 0) + payload


SETTINGS_ACK = head(0, SETTINGS, FLAG_ACK, 0)


def window_update(stream_id: int, increment: int) -> bytes:
    return head(4, WINDOW_UPDATE, 0, stream_id) + LONG.pack(increment)


def rst_stream(stream_id: int, code: int) -> bytes:
    return head(4, RST_STREAM, 0, stream_id) + LONG.pack(code)


def ping(opaque: bytes, *, ack: bool = False) -> bytes:
    return head(8, PING, FLAG_ACK if ack else 0, 0) + opaque


def goaway(last_stream_id: int, code: int, debug: bytes = b"") -> bytes:
    payload = LONG.pack(last_stream_id) + LONG.pack(code) + debug
    return head(len(payload), GOAWAY, 0, 0) + payload


def header_frames(
    stream_id: int, block: bytes, max_frame_size: int, flags: int = FLAG_END_HEADERS
) -> tuple[bytes, ...]:
    """HEADERS, and as many CONTINUATION frames as ``block`` needs (sections 6.2 and 6.10).

    ``flags``: END_HEADERS, and END_STREAM if no DATA follows.
    """
    length = len(block)
    if length <= max_frame_size:
        return (
            HEAD.pack(length >> 16, length & 0xFFFF, HEADERS, flags, stream_id),
            block,
        )
    parts = [block[i : i + max_frame_size] for i in range(0, length, max_frame_size)]
    frames = [head(len(parts[0]), HEADERS, flags & ~FLAG_END_HEADERS, stream_id), parts[0]]
    for part in parts[1:-1]:
        frames += (head(len(part), CONTINUATION, 0, stream_id), part)
    frames += (head(len(parts[-1]), CONTINUATION, FLAG_END_HEADERS, stream_id), parts[-1])
    return tuple(frames)
