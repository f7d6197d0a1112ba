"""A sans-IO HTTP/2 client for one kind of request: POST with a small body, as APNs takes it.

Three verbs: :meth:`Http2.send` a request, :meth:`Http2.receive_data` bytes and get events,
:meth:`Http2.data_to_send`. No socket, no clock. The caller's ``tag`` comes back in the event that
ends its request; each tag that was sent comes back exactly once:

==================  ========================================================================
event               the request ...
==================  ========================================================================
``Answered``        has its answer
``NotProcessed``    was certainly not processed: REFUSED_STREAM, above GOAWAY's last stream
                    id, or not written in full (RFC 9113, sections 8.7 and 6.8)
``Lost``            was written and will not be answered: nobody knows
==================  ========================================================================

A peer that breaks the protocol ends the connection: the event ``Broken`` says how, and a GOAWAY
for it is left in ``data_to_send()``. ``receive_data`` itself never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from hpack import HPACKError

from apns_connector.apns import frames
from apns_connector.apns.frames import ErrorCode
from apns_connector.apns.header_block import STATUS_200, Field, HeaderBlocks, decode

Tag = Any

# What we allow the peer. Bodies are short sentences; only a list of channels is longer.
STREAM_WINDOW: Final = 1 << 20
CONNECTION_WINDOW: Final = 1 << 24
_MAX_BLOCK_BYTES: Final = 65_536
_MAX_CONTINUATIONS: Final = 16

_ANSWER = frames.FLAG_END_STREAM | frames.FLAG_END_HEADERS


class Answered(msgspec.Struct, frozen=True, gc=False):
    """``block`` is the header block as it came, to be decoded by whoever wants more."""

    tag: Tag
    status: int
    block: bytes
    body: bytes = b""


class NotProcessed(msgspec.Struct, frozen=True):
    tag: Tag
    why: str


class Lost(msgspec.Struct, frozen=True):
    tag: Tag
    why: str


class GoingAway(msgspec.Struct, frozen=True):
    """No stream may be opened any more; ``debug`` is Apple's JSON, or any bytes."""

    last_stream_id: int
    code: int
    debug: bytes


class SettingsReceived(msgspec.Struct, frozen=True):
    max_streams: int


class PingAcknowledged(msgspec.Struct, frozen=True):
    opaque: bytes


class Broken(msgspec.Struct, frozen=True):
    """The peer broke the protocol, or said that we did: the connection is over."""

    code: int
    why: str


Event = Answered | NotProcessed | Lost | GoingAway | SettingsReceived | PingAcknowledged | Broken


class _PeerError(Exception):
    """The peer broke a rule: ends in ``Broken``."""

    def __init__(self, why: str, code: ErrorCode = ErrorCode.PROTOCOL_ERROR) -> None:
        super().__init__(why)
        self.why = why
        self.code = code


class _Partial:
    """An answer whose headers came without END_STREAM."""

    __slots__ = ("block", "body", "status")

    def __init__(self, status: int, block: bytes) -> None:
        self.status = status
        self.block = block
        self.body = bytearray()


class Http2:
    """One connection to ``authority``. ``authorization``: that header's value for all requests.

    Until the peer's SETTINGS are here one stream is open at most: Apple allows no more before a
    provider token has been accepted, and tells its real limit at once to all others.
    """

    def __init__(self, authority: str, authorization: bytes | None = None) -> None:
        self._blocks = HeaderBlocks(authority, authorization)
        self._next_id = 1
        self._open: dict[int, Tag] = {}
        self._partial: dict[int, _Partial] = {}
        # Requests whose body waits for a window: what is left of it, and the stream's window.
        self._unsent: dict[int, bytes] = {}
        self._windows: dict[int, int] = {}
        self._out: list[bytes] = [
            frames.PREFACE,
            frames.settings(
                {
                    frames.SETTINGS_HEADER_TABLE_SIZE: 0,
                    frames.SETTINGS_ENABLE_PUSH: 0,
                    frames.SETTINGS_INITIAL_WINDOW_SIZE: STREAM_WINDOW,
                }
            ),
            frames.window_update(0, CONNECTION_WINDOW - frames.DEFAULT_WINDOW),
        ]
        self._in = b""
        self._header_fragment: bytearray | None = None
        self._fragment_stream = 0
        self._fragment_flags = 0
        self._continuations = 0
        self._seen_settings = False
        self._unacknowledged_bytes = 0
        self._handed_out_id = 0
        self._events: list[Event] = []
        self.max_streams = 1
        self.max_frame_size = frames.MIN_FRAME_SIZE
        self.initial_window = frames.DEFAULT_WINDOW
        self.window = frames.DEFAULT_WINDOW
        self.going_away = False
        self.broken = False

    # What may be sent

    @property
    def open_streams(self) -> int:
        return len(self._open)

    def open_tags(self) -> list[Tag]:
        return list(self._open.values())

    def carries(self, stream_id: int, tag: Tag) -> bool:
        return self._open.get(stream_id) is tag

    @property
    def usable(self) -> bool:
        """False for good once no stream will ever be opened again here."""
        return not (self.going_away or self.broken or self._next_id > frames.MAX_STREAM_ID)

    @property
    def free_streams(self) -> int:
        """How many requests may be sent right now; 0 while a window is shut."""
        if self.window <= 0 or not self.usable:
            return 0
        return max(0, self.max_streams - len(self._open))

    def send(
        self,
        tag: Tag,
        path: bytes,
        constant: tuple[Field, ...],
        varying: tuple[Field, ...],
        body: bytes,
    ) -> int:
        """Open a stream for one POST and return its id. Call only while ``free_streams`` > 0."""
        stream_id = self._next_id
        self._next_id += 2
        self._open[stream_id] = tag
        block = self._blocks.encode(path, constant, varying)
        size = len(body)
        if size <= self.window and size <= self.initial_window and size <= self.max_frame_size:
            self.window -= size
            self._out += (
                frames.header_frames(stream_id, block, self.max_frame_size, end_stream=False),
                frames.head(size, frames.DATA, frames.FLAG_END_STREAM, stream_id),
                body,
            )
        else:
            self._out.append(
                frames.header_frames(stream_id, block, self.max_frame_size, end_stream=False)
            )
            self._unsent[stream_id] = body
            self._windows[stream_id] = self.initial_window
            self._send_what_fits()
        return stream_id

    def _send_what_fits(self) -> None:
        for stream_id in list(self._unsent):
            while (rest := self._unsent.get(stream_id)) is not None:
                size = min(len(rest), self.window, self._windows[stream_id], self.max_frame_size)
                if size <= 0:
                    break
                self._send_part(stream_id, rest, size)

    def _send_part(self, stream_id: int, rest: bytes, size: int) -> None:
        last = size == len(rest)
        flags = frames.FLAG_END_STREAM if last else 0
        self._out += (frames.head(size, frames.DATA, flags, stream_id), rest[:size])
        self.window -= size
        self._windows[stream_id] -= size
        if last:
            self._forget_unsent(stream_id)
        else:
            self._unsent[stream_id] = rest[size:]

    def _forget_unsent(self, stream_id: int) -> bool:
        """True if the request had not been written in full."""
        self._windows.pop(stream_id, None)
        return self._unsent.pop(stream_id, None) is not None

    def authorize(self, authorization: bytes) -> None:
        """The header's value from the next request on."""
        self._blocks.authorize(authorization)

    def cancel(self, stream_id: int) -> None:
        """Give an open request up (RST_STREAM, CANCEL); its tag does not come back."""
        if self._open.pop(stream_id, None) is not None:
            self._partial.pop(stream_id, None)
            self._forget_unsent(stream_id)
            self._out.append(frames.rst_stream(stream_id, ErrorCode.CANCEL))

    def ping(self, opaque: bytes) -> None:
        """Ask for a sign of life with eight bytes of one's own."""
        self._out.append(frames.ping(opaque))

    def close(self) -> None:
        """Say goodbye (GOAWAY, NO_ERROR)."""
        if not self.broken:
            self._out.append(frames.goaway(0, ErrorCode.NO_ERROR))
        self.going_away = True

    def data_to_send(self) -> bytes:
        """All that waits to be written; the caller writes it, in this order, or closes."""
        data = b"".join(self._out)
        self._out.clear()
        self._handed_out_id = self._next_id - 2
        return data

    def connection_lost(self, why: str) -> list[Event]:
        """The transport is gone: what becomes of the requests that are still open."""
        self.broken = True
        self._end_open_streams(why)
        return self._take_events()

    # What arrives

    def receive_data(self, data: bytes) -> list[Event]:
        if not self.broken:
            try:
                self._read_frames(self._in + data if self._in else data)
            except _PeerError as error:
                self._break(error)
        return self._take_events()

    def _take_events(self) -> list[Event]:
        events = self._events
        self._events = []
        return events

    def _read_frames(self, data: bytes) -> None:
        position, end = 0, len(data)
        unpack, opened, events = frames.HEAD.unpack_from, self._open, self._events
        while end - position >= 9:
            high, low, kind, flags, stream_id = unpack(data, position)
            length = high << 16 | low
            start = position + 9
            if length > frames.MIN_FRAME_SIZE:
                raise _PeerError(f"a frame of {length} bytes", ErrorCode.FRAME_SIZE_ERROR)
            position = start + length
            if position > end:
                position = start - 9
                break
            # Nearly every frame is this one: the whole answer to one accepted notification.
            if (
                kind == frames.HEADERS
                and flags == _ANSWER
                and length
                and data[start] == STATUS_200
                and stream_id in opened
                and stream_id not in self._partial
                and self._header_fragment is None
                and self._seen_settings
            ):
                tag = opened.pop(stream_id)
                if self._unsent:
                    self._stop_sending(stream_id)
                events.append(Answered(tag, 200, data[start:position]))
            else:
                self._read_frame(
                    kind, flags, stream_id & frames.MAX_STREAM_ID, data[start:position]
                )
        self._in = data[position:]

    def _read_frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if self._header_fragment is not None and (
            kind != frames.CONTINUATION or stream_id != self._fragment_stream
        ):
            raise _PeerError("a frame in the middle of a header block")
        if not self._seen_settings and (kind != frames.SETTINGS or flags & frames.FLAG_ACK):
            raise _PeerError("the first frame is not SETTINGS: this is no HTTP/2 server")
        reader = _READERS.get(kind)
        if reader is not None:  # unknown frame types are ignored: section 5.5
            reader(self, flags, stream_id, payload)

    def _read_headers(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._refuse_idle(stream_id, "HEADERS")
        block = _without_padding(flags, payload)
        if flags & frames.FLAG_PRIORITY:
            if len(block) < 5:
                raise _PeerError("HEADERS shorter than its priority", ErrorCode.FRAME_SIZE_ERROR)
            block = block[5:]
        if flags & frames.FLAG_END_HEADERS:
            self._read_block(flags, stream_id, block)
        else:
            self._header_fragment = bytearray(block)
            self._fragment_stream = stream_id
            self._fragment_flags = flags
            self._continuations = 0

    def _read_continuation(self, flags: int, stream_id: int, payload: bytes) -> None:
        fragment = self._header_fragment
        if fragment is None:
            raise _PeerError("CONTINUATION without HEADERS")
        fragment += payload
        self._continuations += 1
        if len(fragment) > _MAX_BLOCK_BYTES or self._continuations > _MAX_CONTINUATIONS:
            raise _PeerError("a header block without end", ErrorCode.ENHANCE_YOUR_CALM)
        if flags & frames.FLAG_END_HEADERS:
            self._header_fragment = None
            self._read_block(self._fragment_flags, stream_id, bytes(fragment))

    def _read_block(self, flags: int, stream_id: int, block: bytes) -> None:
        ended = bool(flags & frames.FLAG_END_STREAM)
        status = self._status(block)
        if stream_id not in self._open:
            return  # the end of something that we gave up
        partial = self._partial.get(stream_id)
        if partial is not None:
            if not ended or status is not None:
                self._reset(stream_id, "a second header block that is no trailer")
            else:
                self._answer(stream_id, partial.status, partial.block, bytes(partial.body))
        elif status is None:
            self._reset(stream_id, "an answer without a status")
        elif status < 200:
            if ended:
                self._reset(stream_id, f"an interim answer ({status}) that ends the stream")
        elif ended:
            self._answer(stream_id, status, block, b"")
        else:
            self._partial[stream_id] = _Partial(status, block)

    def _status(self, block: bytes) -> int | None:
        """The ``:status`` of a block; ``None`` for trailers. All of the block is checked."""
        try:
            fields = decode(block)
        except (HPACKError, UnicodeDecodeError) as error:
            raise _PeerError(
                f"an undecodable header block ({error})", ErrorCode.COMPRESSION_ERROR
            ) from error
        statuses = [value for name, value in fields if name == ":status"]
        if not statuses:
            return None
        first = statuses[0]
        return int(first) if len(statuses) == 1 and len(first) == 3 and first.isdecimal() else None

    def _read_data(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._refuse_idle(stream_id, "DATA")
        body = _without_padding(flags, payload)
        self._give_window_back(len(payload))
        if stream_id not in self._open:
            return
        partial = self._partial.get(stream_id)
        if partial is None:
            self._reset(stream_id, "DATA before HEADERS")
        elif len(partial.body) + len(body) > STREAM_WINDOW:
            self._reset(stream_id, "more data than the window allows")
        else:
            partial.body += body
            if flags & frames.FLAG_END_STREAM:
                self._answer(stream_id, partial.status, partial.block, bytes(partial.body))

    def _give_window_back(self, size: int) -> None:
        self._unacknowledged_bytes += size
        if self._unacknowledged_bytes > CONNECTION_WINDOW:
            raise _PeerError("more data than the window allows", ErrorCode.FLOW_CONTROL_ERROR)
        if self._unacknowledged_bytes > CONNECTION_WINDOW // 2:
            self._out.append(frames.window_update(0, self._unacknowledged_bytes))
            self._unacknowledged_bytes = 0

    def _read_rst_stream(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._refuse_idle(stream_id, "RST_STREAM")
        if len(payload) != 4:
            raise _PeerError("RST_STREAM of a wrong size", ErrorCode.FRAME_SIZE_ERROR)
        if stream_id not in self._open:
            return  # Apple follows a REFUSED_STREAM with a STREAM_CLOSED
        (code,) = frames.LONG.unpack(payload)
        tag = self._open.pop(stream_id)
        self._partial.pop(stream_id, None)
        cut_short = self._forget_unsent(stream_id)
        why = f"the server reset the stream ({frames.error_name(code)})"
        refused = code == ErrorCode.REFUSED_STREAM or cut_short
        self._events.append(NotProcessed(tag, why) if refused else Lost(tag, why))

    def _read_settings(self, flags: int, stream_id: int, payload: bytes) -> None:
        if stream_id:
            raise _PeerError("SETTINGS on a stream")
        if len(payload) % 6 or (flags & frames.FLAG_ACK and payload):
            raise _PeerError("SETTINGS of a wrong size", ErrorCode.FRAME_SIZE_ERROR)
        if flags & frames.FLAG_ACK:
            return
        if not self._seen_settings:
            self._seen_settings = True
            # What RFC 9113 calls no limit, until the frame says otherwise.
            self.max_streams = frames.MAX_STREAM_ID
        for key, value in frames.SETTING.iter_unpack(payload):
            self._apply_setting(key, value)
        self._out.append(frames.SETTINGS_ACK)
        self._send_what_fits()
        self._events.append(SettingsReceived(self.max_streams))

    def _apply_setting(self, key: int, value: int) -> None:
        match key:
            case frames.SETTINGS_HEADER_TABLE_SIZE:
                self._blocks.resize(value)
            case frames.SETTINGS_ENABLE_PUSH if value:
                raise _PeerError("a server that announces ENABLE_PUSH")
            case frames.SETTINGS_MAX_CONCURRENT_STREAMS:
                self.max_streams = value
            case frames.SETTINGS_INITIAL_WINDOW_SIZE:
                self._change_initial_window(value)
            case frames.SETTINGS_MAX_FRAME_SIZE:
                if not frames.MIN_FRAME_SIZE <= value <= frames.MAX_FRAME_SIZE:
                    raise _PeerError(f"a MAX_FRAME_SIZE of {value}")
                self.max_frame_size = value

    def _change_initial_window(self, value: int) -> None:
        """Section 6.9.2: windows of open streams move by the difference, below zero as well."""
        if value > frames.MAX_WINDOW:
            raise _PeerError(f"an INITIAL_WINDOW_SIZE of {value}", ErrorCode.FLOW_CONTROL_ERROR)
        for stream_id in self._windows:
            self._windows[stream_id] += value - self.initial_window
        self.initial_window = value

    def _read_window_update(self, flags: int, stream_id: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise _PeerError("WINDOW_UPDATE of a wrong size", ErrorCode.FRAME_SIZE_ERROR)
        increment = frames.LONG.unpack(payload)[0] & frames.MAX_WINDOW
        if stream_id == 0:
            self.window += increment
            if not increment or self.window > frames.MAX_WINDOW:
                raise _PeerError(
                    f"a WINDOW_UPDATE of {increment}",
                    ErrorCode.FLOW_CONTROL_ERROR if increment else ErrorCode.PROTOCOL_ERROR,
                )
        else:
            self._refuse_idle(stream_id, "WINDOW_UPDATE")
            self._open_stream_window(stream_id, increment)
        self._send_what_fits()

    def _open_stream_window(self, stream_id: int, increment: int) -> None:
        if stream_id not in self._open:
            return
        window = self._windows.get(stream_id, 0) + increment
        if not increment or window > frames.MAX_WINDOW:
            self._reset(stream_id, f"a WINDOW_UPDATE of {increment}")
        elif stream_id in self._windows:
            self._windows[stream_id] = window

    def _read_ping(self, flags: int, stream_id: int, payload: bytes) -> None:
        if stream_id:
            raise _PeerError("PING on a stream")
        if len(payload) != 8:
            raise _PeerError("PING of a wrong size", ErrorCode.FRAME_SIZE_ERROR)
        if flags & frames.FLAG_ACK:
            self._events.append(PingAcknowledged(payload))
        else:
            self._out.append(frames.ping(payload, ack=True))

    def _read_goaway(self, flags: int, stream_id: int, payload: bytes) -> None:
        if stream_id:
            raise _PeerError("GOAWAY on a stream")
        if len(payload) < 8:
            raise _PeerError("GOAWAY of a wrong size", ErrorCode.FRAME_SIZE_ERROR)
        self.going_away = True
        last = frames.LONG.unpack_from(payload)[0] & frames.MAX_STREAM_ID
        code = frames.LONG.unpack_from(payload, 4)[0]
        self._events.append(GoingAway(last, code, payload[8:]))
        why = f"the server is going away ({frames.error_name(code)})"
        for unprocessed in [opened for opened in self._open if opened > last]:
            tag = self._open.pop(unprocessed)
            self._partial.pop(unprocessed, None)
            self._forget_unsent(unprocessed)
            self._events.append(NotProcessed(tag, why))

    def _read_priority(self, flags: int, stream_id: int, payload: bytes) -> None:
        if not stream_id:
            raise _PeerError("PRIORITY without a stream")
        if len(payload) != 5:
            raise _PeerError("PRIORITY of a wrong size", ErrorCode.FRAME_SIZE_ERROR)

    def _read_push_promise(self, flags: int, stream_id: int, payload: bytes) -> None:
        raise _PeerError("PUSH_PROMISE, which our SETTINGS forbid")

    # How requests and the connection end

    def _refuse_idle(self, stream_id: int, kind: str) -> None:
        if not stream_id % 2 or stream_id >= self._next_id:
            raise _PeerError(f"{kind} on stream {stream_id}, which was never opened")

    def _answer(self, stream_id: int, status: int, block: bytes, body: bytes) -> None:
        tag = self._open.pop(stream_id)
        self._partial.pop(stream_id, None)
        self._stop_sending(stream_id)
        self._events.append(Answered(tag, status, block, body))

    def _stop_sending(self, stream_id: int) -> None:
        """An early answer (section 8.1): the rest of the body is not wanted."""
        if self._forget_unsent(stream_id):
            self._out.append(frames.rst_stream(stream_id, ErrorCode.NO_ERROR))

    def _reset(self, stream_id: int, why: str) -> None:
        """The peer broke a rule on one stream: that stream alone ends."""
        tag = self._open[stream_id]
        cut_short = stream_id in self._unsent
        self.cancel(stream_id)
        why = f"the server sent {why}"
        self._events.append(NotProcessed(tag, why) if cut_short else Lost(tag, why))

    def _break(self, error: _PeerError) -> None:
        self.broken = True
        why = f"the server broke HTTP/2: it sent {error.why}"
        self._out.append(frames.goaway(0, error.code, error.why.encode()))
        self._end_open_streams(why)
        self._events.append(Broken(error.code, why))

    def _end_open_streams(self, why: str) -> None:
        for stream_id, tag in self._open.items():
            written = stream_id <= self._handed_out_id and stream_id not in self._unsent
            self._events.append(Lost(tag, why) if written else NotProcessed(tag, why))
        for leftover in (self._open, self._partial, self._unsent, self._windows):
            leftover.clear()


def _without_padding(flags: int, payload: bytes) -> bytes:
    if not flags & frames.FLAG_PADDED:
        return payload
    if not payload or payload[0] >= len(payload):
        raise _PeerError("padding longer than its frame")
    return payload[1 : len(payload) - payload[0]]


_READERS: dict[int, Callable[[Http2, int, int, bytes], None]] = {
    frames.DATA: Http2._read_data,
    frames.HEADERS: Http2._read_headers,
    frames.PRIORITY: Http2._read_priority,
    frames.RST_STREAM: Http2._read_rst_stream,
    frames.SETTINGS: Http2._read_settings,
    frames.PUSH_PROMISE: Http2._read_push_promise,
    frames.PING: Http2._read_ping,
    frames.GOAWAY: Http2._read_goaway,
    frames.WINDOW_UPDATE: Http2._read_window_update,
    frames.CONTINUATION: Http2._read_continuation,
}
