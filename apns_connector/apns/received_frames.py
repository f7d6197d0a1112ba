"""What arriving frames say, checked: from the payload of each type to its values.

Two errors tell how far the damage goes (RFC 9113, section 5.4): :class:`PeerError` ends the
connection, :class:`StreamError` ends one stream.
"""

from __future__ import annotations

from typing import Final

from apns_connector.apns import frames
from apns_connector.apns.frames import ErrorCode

_MAX_BLOCK_BYTES: Final = 65_536
_MAX_CONTINUATIONS: Final = 16
_LAST: Final = frames.SETTINGS_INITIAL_WINDOW_SIZE


class PeerError(Exception):
    """The peer broke a rule that the whole connection rests on; ``why``: what it sent."""

    def __init__(self, why: str, code: ErrorCode = ErrorCode.PROTOCOL_ERROR) -> None:
        super().__init__(why)
        self.why = why
        self.code = code


class StreamError(Exception):
    """The peer broke a rule on one stream; ``why``: what it sent."""

    def __init__(self, why: str, code: ErrorCode = ErrorCode.PROTOCOL_ERROR) -> None:
        super().__init__(why)
        self.why = why
        self.code = code


def too_long(length: int, *, first: bool) -> PeerError:
    """Section 4.2: we never allow more than the least MAX_FRAME_SIZE."""
    if first:
        return no_settings()  # nearly always the text of another protocol
    return PeerError(f"a frame of {length} bytes", ErrorCode.FRAME_SIZE_ERROR)


def no_settings() -> PeerError:
    return PeerError("something else before its SETTINGS: this is no HTTP/2 server")


def without_padding(flags: int, payload: bytes, *, after: int = 0) -> bytes:
    """Sections 6.1 and 6.2: padding taken off, and ``after`` bytes of other fields before it."""
    if not flags & frames.FLAG_PADDED:
        return payload[after:]
    start = 1 + after
    if len(payload) < start or payload[0] > len(payload) - start:
        raise PeerError("padding longer than its frame")
    return payload[start : len(payload) - payload[0]]


def block_fragment(flags: int, payload: bytes) -> bytes:
    """HEADERS, section 6.2: without padding and priority."""
    if not flags & frames.FLAG_PRIORITY:
        return without_padding(flags, payload)
    if len(payload) < 5:
        raise PeerError("HEADERS shorter than its priority", ErrorCode.FRAME_SIZE_ERROR)
    return without_padding(flags, payload, after=5)


class HeaderAssembly:
    """HEADERS and its CONTINUATION frames, section 6.10: nothing may come in between."""

    def __init__(self) -> None:
        self.open = False
        self.stream_id = 0
        self.ends_stream = False
        self._fragment = bytearray()
        self._continuations = 0

    def start(self, flags: int, stream_id: int, fragment: bytes) -> None:
        self.open = True
        self.stream_id = stream_id
        self.ends_stream = bool(flags & frames.FLAG_END_STREAM)
        self._fragment = bytearray(fragment)
        self._continuations = 0

    def check_next(self, kind: int, stream_id: int) -> None:
        """Call only while :attr:`open`."""
        if kind != frames.CONTINUATION or stream_id != self.stream_id:
            raise PeerError("a frame in the middle of a header block")

    def add(self, flags: int, payload: bytes) -> bytes | None:
        """The whole block, if this was its last fragment."""
        if not self.open:
            raise PeerError("CONTINUATION without HEADERS")
        self._fragment += payload
        self._continuations += 1
        if len(self._fragment) > _MAX_BLOCK_BYTES or self._continuations > _MAX_CONTINUATIONS:
            raise PeerError("a header block without end", ErrorCode.ENHANCE_YOUR_CALM)
        if not flags & frames.FLAG_END_HEADERS:
            return None
        self.open = False
        return bytes(self._fragment)


def reset_code(payload: bytes) -> int:
    """RST_STREAM, section 6.4."""
    _check(len(payload) == 4, "RST_STREAM")
    return _long(payload)


def settings(flags: int, stream_id: int, payload: bytes) -> list[tuple[int, int]] | None:
    """SETTINGS, section 6.5: identifiers and values; ``None``: it is an acknowledgement.

    All are in force at once (section 6.5.3: nothing may be done between them). So of an identifier
    that is repeated the last value counts, and the window comes last: it alone lets bodies go.
    """
    _check_on_connection(stream_id, "SETTINGS")
    if flags & frames.FLAG_ACK:
        _check(not payload, "SETTINGS acknowledgement")
        return None
    _check(len(payload) % 6 == 0, "SETTINGS")
    values = list(frames.SETTING.iter_unpack(payload))
    for key, value in values:
        _check_setting(key, value)
    return sorted(dict(values).items(), key=lambda pair: pair[0] == _LAST)


def _check_setting(key: int, value: int) -> None:
    if key == frames.SETTINGS_ENABLE_PUSH and value:
        raise PeerError(f"an ENABLE_PUSH of {value}, which servers may not")
    if key == frames.SETTINGS_INITIAL_WINDOW_SIZE and value > frames.MAX_WINDOW:
        raise PeerError(f"an INITIAL_WINDOW_SIZE of {value}", ErrorCode.FLOW_CONTROL_ERROR)
    if key == frames.SETTINGS_MAX_FRAME_SIZE and not (
        frames.MIN_FRAME_SIZE <= value <= frames.MAX_FRAME_SIZE
    ):
        raise PeerError(f"a MAX_FRAME_SIZE of {value}")


def ping(stream_id: int, payload: bytes) -> bytes:
    """PING, section 6.7: its eight bytes."""
    _check_on_connection(stream_id, "PING")
    _check(len(payload) == 8, "PING")
    return payload


def goaway(stream_id: int, payload: bytes) -> tuple[int, int, bytes]:
    """GOAWAY, section 6.8: last stream id, error code, debug data."""
    _check_on_connection(stream_id, "GOAWAY")
    _check(len(payload) >= 8, "GOAWAY")
    return _long(payload) & frames.MAX_STREAM_ID, _long(payload[4:]), payload[8:]


def window_increment(stream_id: int, payload: bytes) -> int:
    """WINDOW_UPDATE, section 6.9; 0 is an error of the stream, or of the connection."""
    _check(len(payload) == 4, "WINDOW_UPDATE")
    increment = _long(payload) & frames.MAX_WINDOW
    if not increment:
        raise (StreamError if stream_id else PeerError)("a WINDOW_UPDATE of 0")
    return increment


def check_priority(stream_id: int, payload: bytes) -> None:
    """PRIORITY, section 6.3: says nothing any more, but must be well-formed."""
    if not stream_id:
        raise PeerError("PRIORITY without a stream")
    if len(payload) != 5:
        raise StreamError("PRIORITY of a wrong size", ErrorCode.FRAME_SIZE_ERROR)


def _check(right_size: bool, name: str) -> None:
    if not right_size:
        raise PeerError(f"{name} of a wrong size", ErrorCode.FRAME_SIZE_ERROR)


def _check_on_connection(stream_id: int, name: str) -> None:
    if stream_id:
        raise PeerError(f"{name} on a stream")


def _long(payload: bytes) -> int:
    return int.from_bytes(payload[:4], "big")
