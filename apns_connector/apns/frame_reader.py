"""What arrives on a connection, frame by frame (RFC 9113, sections 4 to 6): read and obeyed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from typing import Final

from apns_connector.apns import frames, received_frames
from apns_connector.apns.header_block import STATUS_200, HeaderBlocks
from apns_connector.apns.http2_events import Accepted, Event, GoingAway, Tag
from apns_connector.apns.received_frames import HeaderAssembly, PeerError, StreamError
from apns_connector.apns.streams import Streams

# What we allow the peer to have under way in all streams together.
CONNECTION_WINDOW: Final = 1 << 24

# Of a HEADERS frame that is a whole answer: its type and flags, read as one number.
_WHOLE_ANSWER: Final = frames.HEADERS << 8 | frames.FLAG_END_STREAM | frames.FLAG_END_HEADERS
_WINDOW_UPDATE: Final = frames.WINDOW_UPDATE << 8

# A WINDOW_UPDATE: length, type and flags; stream; increment.
_UPDATE: Final = Struct(">5sLL")
_UPDATE_HEAD: Final = frames.window_update(0, 1)[:5]


@lru_cache(maxsize=64)
def _answers(length: int) -> Struct:
    """HEADERS frames with blocks of ``length`` bytes: length, type and flags; stream; block."""
    return Struct(f">5sL{length}s")


class FrameReader:
    """Appends to ``out`` what must be said in return, and to ``events`` what has happened.

    ``max_streams``: how many streams may be open at once, as the peer last said; ``going_away``: it
    will take no more; ``handed_out_id``: of the last stream that the peer can know.
    """

    def __init__(
        self, out: list[bytes], events: list[Event], streams: Streams, blocks: HeaderBlocks
    ) -> None:
        self.max_streams = 0
        self.going_away = False
        self.handed_out_id = 0
        self._out = out
        self._events = events
        self._streams = streams
        self._blocks = blocks
        self._in = b""
        self._assembly = HeaderAssembly()
        self._seen_settings = False
        self._unacknowledged_bytes = 0

    def read(self, data: bytes) -> None:
        """What these bytes and those before them mean. Raises :class:`PeerError`."""
        data = self._in + data if self._in else data
        position, end = 0, len(data)
        unpack = frames.SHORT_HEAD.unpack_from
        while end - position >= 9:
            high, low, kind_and_flags, stream_id = unpack(data, position)
            length = high << 16 | low
            if length > frames.MIN_FRAME_SIZE:
                raise received_frames.too_long(length, first=not self._seen_settings)
            start, behind = position + 9, position + 9 + length
            if behind > end:
                break
            if kind_and_flags == _WHOLE_ANSWER and length and data[start] == STATUS_200:
                accepted = self._read_accepted(data, position, length)
                if accepted:
                    position += accepted * (9 + length)
                    continue
            if kind_and_flags == _WINDOW_UPDATE:
                passed = self._pass_updates(data, position)
                if passed > position:
                    position = passed
                    continue
            position = behind
            self._read_frame(
                kind_and_flags >> 8,
                kind_and_flags & 0xFF,
                stream_id & frames.MAX_STREAM_ID,
                data[start:behind],
            )
        self._in = data[position:]

    def _read_accepted(self, data: bytes, position: int, length: int) -> int:
        """How many frames from ``position`` on are the whole answers to accepted notifications, all
        of ``length``. Nearly every frame is one: so they are read in one go, and are one event."""
        if self._assembly.open:
            return 0
        partial, unsent = self._streams.partial, self._streams.bodies.unsent
        close = self._streams.open.pop
        layout = _answers(length)
        head = data[position : position + 5]
        whole = (len(data) - position) // layout.size * layout.size
        found: list[tuple[Tag, bytes]] = []
        view = memoryview(data)[position : position + whole]
        for other, stream_id, block in layout.iter_unpack(view):
            if (
                other != head
                or block[0] != STATUS_200
                or stream_id in partial
                or stream_id in unsent
            ):
                break
            tag = close(stream_id, None)
            if tag is None:
                break
            found.append((tag, block))
        if found:
            self._tell(found)
        return len(found)

    def _tell(self, accepted: list[tuple[Tag, bytes]]) -> None:
        last = self._events[-1] if self._events else None
        if type(last) is Accepted:
            last.answers.extend(accepted)
        else:
            self._events.append(Accepted(accepted))

    def _pass_updates(self, data: bytes, position: int) -> int:
        """Behind the WINDOW_UPDATE frames that begin at ``position``, as far as these are for
        streams that have nothing left to send. Some servers send one with each answer."""
        if self._assembly.open or not self._seen_settings:
            return position
        unsent, last, most = self._streams.bodies.unsent, self.handed_out_id, frames.MAX_WINDOW
        whole = (len(data) - position) // _UPDATE.size * _UPDATE.size
        view = memoryview(data)[position : position + whole]
        for head, stream_id, increment in _UPDATE.iter_unpack(view):
            if head != _UPDATE_HEAD or not stream_id & 1 or stream_id > last:
                break
            if stream_id in unsent or not increment & most:
                break
            position += _UPDATE.size
        return position

    def _read_frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if self._assembly.open:
            self._assembly.check_next(kind, stream_id)
        if not self._seen_settings and (kind != frames.SETTINGS or flags & frames.FLAG_ACK):
            raise received_frames.no_settings()
        reader = _READERS.get(kind)
        if reader is None:
            return  # unknown types are ignored: section 5.5
        try:
            reader(self, flags, stream_id, payload)
        except StreamError as error:
            self._streams.fail(stream_id, error)

    def _read_headers(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._refuse_idle(stream_id, "HEADERS")
        fragment = received_frames.block_fragment(flags, payload)
        if flags & frames.FLAG_END_HEADERS:
            ended = bool(flags & frames.FLAG_END_STREAM)
            self._streams.read_block(stream_id, fragment, ended=ended)
        else:
            self._assembly.start(flags, stream_id, fragment)

    def _read_continuation(self, flags: int, stream_id: int, payload: bytes) -> None:
        block = self._assembly.add(flags, payload)
        if block is not None:
            self._streams.read_block(stream_id, block, ended=self._assembly.ends_stream)

    def _read_data(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._refuse_idle(stream_id, "DATA")
        body = received_frames.without_padding(flags, payload)
        self._give_window_back(len(payload))
        ended = bool(flags & frames.FLAG_END_STREAM)
        self._streams.read_body(stream_id, body, len(payload), ended=ended)

    def _give_window_back(self, size: int) -> None:
        self._unacknowledged_bytes += size
        if self._unacknowledged_bytes > CONNECTION_WINDOW // 2:
            self._out.append(frames.window_update(0, self._unacknowledged_bytes))
            self._unacknowledged_bytes = 0

    def _read_rst_stream(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._refuse_idle(stream_id, "RST_STREAM")
        self._streams.read_reset(stream_id, received_frames.reset_code(payload))

    def _read_settings(self, flags: int, stream_id: int, payload: bytes) -> None:
        values = received_frames.settings(flags, stream_id, payload)
        if values is None:
            return  # the acknowledgement of ours
        if not self._seen_settings:
            self._seen_settings = True
            self.max_streams = frames.MAX_STREAM_ID  # no limit, unless the frame says otherwise
        self._out.append(frames.SETTINGS_ACK)  # before anything that the new values allow
        for key, value in values:
            self._apply_setting(key, value)

    def _apply_setting(self, key: int, value: int) -> None:
        match key:
            case frames.SETTINGS_HEADER_TABLE_SIZE:
                self._blocks.resize(value)
            case frames.SETTINGS_MAX_CONCURRENT_STREAMS:
                self.max_streams = value
            case frames.SETTINGS_INITIAL_WINDOW_SIZE:
                self._streams.bodies.change_initial_window(value)
            case frames.SETTINGS_MAX_FRAME_SIZE:
                self._streams.bodies.max_frame_size = value

    def _read_window_update(self, flags: int, stream_id: int, payload: bytes) -> None:
        if stream_id:
            self._refuse_idle(stream_id, "WINDOW_UPDATE")
        increment = received_frames.window_increment(stream_id, payload)
        if stream_id:
            self._streams.bodies.open_stream_window(stream_id, increment)
        else:
            self._streams.bodies.open_connection_window(increment)

    def _read_ping(self, flags: int, stream_id: int, payload: bytes) -> None:
        opaque = received_frames.ping(stream_id, payload)
        if not flags & frames.FLAG_ACK:
            self._out.append(frames.ping(opaque, ack=True))

    def _read_goaway(self, flags: int, stream_id: int, payload: bytes) -> None:
        last, code, debug = received_frames.goaway(stream_id, payload)
        self.going_away = True
        self._events.append(GoingAway(last, code, debug))
        why = f"the server is going away ({frames.error_name(code)})"
        for above in [opened for opened in self._streams.open if opened > last]:
            self._streams.not_processed(above, why)

    def _read_priority(self, flags: int, stream_id: int, payload: bytes) -> None:
        received_frames.check_priority(stream_id, payload)

    def _read_push_promise(self, flags: int, stream_id: int, payload: bytes) -> None:
        raise PeerError("PUSH_PROMISE, which our SETTINGS forbid")

    def _refuse_idle(self, stream_id: int, kind: str) -> None:
        if not stream_id % 2 or stream_id > self.handed_out_id:
            raise PeerError(f"{kind} on stream {stream_id}, which was never opened")


_READERS: dict[int, Callable[[FrameReader, int, int, bytes], None]] = {
    frames.DATA: FrameReader._read_data,
    frames.HEADERS: FrameReader._read_headers,
    frames.PRIORITY: FrameReader._read_priority,
    frames.RST_STREAM: FrameReader._read_rst_stream,
    frames.SETTINGS: FrameReader._read_settings,
    frames.PUSH_PROMISE: FrameReader._read_push_promise,
    frames.PING: FrameReader._read_ping,
    frames.GOAWAY: FrameReader._read_goaway,
    frames.WINDOW_UPDATE: FrameReader._read_window_update,
    frames.CONTINUATION: FrameReader._read_continuation,
}
