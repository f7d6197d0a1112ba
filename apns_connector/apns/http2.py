"""A sans-IO HTTP/2 client for the requests that APNs takes: POST with a small body above all.

Three verbs: :meth:`Http2.send` a request, :meth:`Http2.receive_data` bytes and get events,
:meth:`Http2.data_to_send`. No socket, no clock. The caller's ``tag`` comes back in the event that
ends its request; each tag that was sent comes back exactly once, unless it was cancelled:

==================  ========================================================================
event               the request ...
==================  ========================================================================
``Answered``        has its answer
``NotProcessed``    was certainly not processed: REFUSED_STREAM, above GOAWAY's last stream
                    id (RFC 9113, sections 8.7 and 6.8), or not written in full
``Lost``            was written and will not be answered: nobody knows
==================  ========================================================================

A peer that breaks the protocol ends the connection: the event ``Broken`` says how, and a GOAWAY
for it is left in ``data_to_send()``. ``receive_data`` itself never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from apns_connector.apns import frames, received_frames
from apns_connector.apns.frames import ErrorCode
from apns_connector.apns.header_block import STATUS_200, Field, HeaderBlocks
from apns_connector.apns.http2_events import Broken, Event, GoingAway, Tag
from apns_connector.apns.received_frames import HeaderAssembly, PeerError, StreamError
from apns_connector.apns.streams import STREAM_WINDOW, Streams

# What we allow the peer to have under way in all streams together.
CONNECTION_WINDOW: Final = 1 << 24

_OPENING: Final = (
    frames.PREFACE
    + frames.settings(
        {
            frames.SETTINGS_HEADER_TABLE_SIZE: 0,
            frames.SETTINGS_ENABLE_PUSH: 0,
            frames.SETTINGS_INITIAL_WINDOW_SIZE: STREAM_WINDOW,
        }
    )
    + frames.window_update(0, CONNECTION_WINDOW - frames.DEFAULT_WINDOW)
)
# Of a HEADERS frame that is a whole request, or a whole answer.
_WHOLE: Final = frames.FLAG_END_STREAM | frames.FLAG_END_HEADERS


class Http2:
    """One connection to ``authority``. ``authorization``: that header's value for all requests.

    Nothing may be sent before the peer's SETTINGS are here: until then it may still refuse our
    certificate (TLS 1.3) or turn out to be no HTTP/2 server, and nothing would tell which requests
    it has seen. ``max_streams``: how many streams may be open at once, as the peer last said.
    """

    def __init__(self, authority: str, authorization: bytes | None = None) -> None:
        self.max_streams = 0
        self.going_away = False
        self.broken = False
        self._blocks = HeaderBlocks(authority, authorization)
        self._out: list[bytes] = [_OPENING]
        self._events: list[Event] = []
        self._streams = Streams(self._out, self._events)
        self._next_id = 1
        self._handed_out_id = 0
        self._in = b""
        self._assembly = HeaderAssembly()
        self._seen_settings = False
        self._unacknowledged_bytes = 0

    # What may be sent

    @property
    def sent(self) -> int:
        """How many requests were ever sent here."""
        return self._next_id // 2

    @property
    def open_streams(self) -> int:
        return len(self._streams.open)

    def open_tags(self) -> list[Tag]:
        return list(self._streams.open.values())

    def carries(self, stream_id: int, tag: Tag) -> bool:
        return self._streams.open.get(stream_id) is tag

    @property
    def usable(self) -> bool:
        """False for good once no stream will ever be opened again here."""
        return not (self.going_away or self.broken or self._next_id > frames.MAX_STREAM_ID)

    @property
    def ready(self) -> bool:
        """True while a request may be sent; False for now while streams or window are used up."""
        streams = self._streams
        return (  # "usable" is written out here: this is asked for every request
            len(streams.open) < self.max_streams
            and streams.bodies.window > 0
            and not (self.going_away or self.broken or self._next_id > frames.MAX_STREAM_ID)
        )

    @property
    def window_shut(self) -> bool:
        return self._streams.bodies.window <= 0

    # Requests

    def send(
        self,
        tag: Tag,
        path: bytes,
        constant: tuple[Field, ...],
        varying: tuple[Field, ...],
        body: bytes | None,
    ) -> int:
        """Open a stream for one request and return its id. Call only while :attr:`ready`.

        The fields are those of :meth:`HeaderBlocks.encode`, the method among them. ``body``: in
        one DATA frame or more; with ``None``, HEADERS ends the request.
        """
        stream_id = self._next_id
        self._next_id = stream_id + 2
        streams = self._streams
        bodies = streams.bodies
        streams.open[stream_id] = tag
        block = self._blocks.encode(path, constant, varying)
        # Nearly every request is this one: both parts fit into one frame, and into the windows.
        if (
            body is not None
            and (length := len(block)) <= frames.MIN_FRAME_SIZE
            and (size := len(body)) <= frames.MIN_FRAME_SIZE
            and size <= bodies.window
            and size <= bodies.initial_window
        ):
            bodies.window -= size
            pack = frames.HEAD.pack
            self._out += (
                pack(0, length, frames.HEADERS, frames.FLAG_END_HEADERS, stream_id),
                block,
                pack(0, size, frames.DATA, frames.FLAG_END_STREAM, stream_id),
                body,
            )
        elif body is None:
            self._out += frames.header_frames(stream_id, block, bodies.max_frame_size, _WHOLE)
        else:
            self._out += frames.header_frames(stream_id, block, bodies.max_frame_size)
            bodies.send(stream_id, body)
        return stream_id

    def authorize(self, authorization: bytes) -> None:
        """The header's value from the next request on."""
        self._blocks.authorize(authorization)

    def cancel(self, stream_id: int) -> bool:
        """Give an open request up (RST_STREAM, CANCEL); its tag does not come back.

        True if it was written in full: the peer may process it all the same.
        """
        return self._streams.cancel(stream_id)

    # The connection

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
        self._end(why)
        return self._take_events()

    def receive_data(self, data: bytes) -> list[Event]:
        """What the next bytes from the peer mean, however they are cut."""
        if not self.broken:
            try:
                self._read_frames(self._in + data if self._in else data)
            except PeerError as error:
                self._break(error)
        return self._take_events()

    def _break(self, error: PeerError) -> None:
        why = f"the server broke HTTP/2: it sent {error.why}"
        self._end(why)
        self._out.append(frames.goaway(0, error.code, error.why.encode()))
        self._events.append(Broken(error.code, why))

    def _end(self, why: str) -> None:
        """What was not handed out never will be, so that it may safely be sent elsewhere."""
        self.broken = True
        self._out.clear()
        self._streams.end_all(self._handed_out_id, why)

    def _take_events(self) -> list[Event]:
        events = self._events.copy()
        self._events.clear()
        return events

    # Arriving frames

    def _read_frames(self, data: bytes) -> None:
        position, end = 0, len(data)
        streams, unpack = self._streams, frames.HEAD.unpack_from
        while end - position >= 9:
            high, low, kind, flags, stream_id = unpack(data, position)
            length = high << 16 | low
            if length > frames.MIN_FRAME_SIZE:
                raise received_frames.too_long(length, first=not self._seen_settings)
            start = position + 9
            if start + length > end:
                break
            position = start + length
            # Nearly every frame is this one: the whole answer to one accepted notification.
            if (
                kind == frames.HEADERS
                and flags == _WHOLE
                and length
                and data[start] == STATUS_200
                and stream_id in streams.open
                and stream_id not in streams.partial
                and not self._assembly.open
            ):
                streams.answer(stream_id, 200, data[start:position])
            else:
                self._read_frame(
                    kind, flags, stream_id & frames.MAX_STREAM_ID, data[start:position]
                )
        self._in = data[position:]

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
        if not stream_id % 2 or stream_id > self._handed_out_id:
            raise PeerError(f"{kind} on stream {stream_id}, which was never opened")


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
