"""A sans-IO HTTP/2 client for the requests that APNs takes: POST with a small body above all.

Three verbs: :meth:`Http2.send` a request, or many with :meth:`Http2.send_all`;
:meth:`Http2.receive_data` bytes and get events; :meth:`Http2.data_to_send`. No socket, no clock.
The caller's ``tag`` comes back in the event that ends its request; each tag that was sent comes
back exactly once, unless it was cancelled:

==================  ========================================================================
event               the request ...
==================  ========================================================================
``Accepted``        has its answer, 200 and nothing else: one event for many requests
``Answered``        has another answer
``NotProcessed``    was certainly not processed: REFUSED_STREAM, above GOAWAY's last stream
                    id (RFC 9113, sections 8.7 and 6.8), or not written in full
``Lost``            was written and will not be answered: nobody knows
==================  ========================================================================

A peer that breaks the protocol ends the connection: the event ``Broken`` says how, and a GOAWAY
for it is left in ``data_to_send()``. ``receive_data`` itself never raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apns_connector.apns import frames
from apns_connector.apns.frame_reader import CONNECTION_WINDOW, FrameReader
from apns_connector.apns.frames import ErrorCode
from apns_connector.apns.header_block import Field, HeaderBlocks
from apns_connector.apns.http2_events import Broken, Event, Tag
from apns_connector.apns.received_frames import PeerError
from apns_connector.apns.request_writer import Outgoing, RequestWriter
from apns_connector.apns.streams import STREAM_WINDOW, Streams

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


class Http2:
    """One connection to ``authority``. ``authorization``: that header's value for all requests.

    Nothing may be sent before the peer's SETTINGS are here: until then it may still refuse our
    certificate (TLS 1.3) or turn out to be no HTTP/2 server, and nothing would tell which requests
    it has seen. ``max_streams``: how many streams may be open at once, as the peer last said.
    """

    def __init__(self, authority: str, authorization: bytes | None = None) -> None:
        self.broken = False
        self._blocks = HeaderBlocks(authority, authorization)
        self._out: list[bytes] = [_OPENING]
        self._events: list[Event] = []
        self._streams = Streams(self._out, self._events)
        self._writer = RequestWriter(self._out, self._streams, self._blocks)
        self._reader = FrameReader(self._out, self._events, self._streams, self._blocks)

    # What may be sent

    @property
    def max_streams(self) -> int:
        return self._reader.max_streams

    @property
    def going_away(self) -> bool:
        return self._reader.going_away

    @property
    def sent(self) -> int:
        """How many requests were ever sent here."""
        return self._writer.next_id // 2

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
        return not (self.going_away or self.broken or self._writer.next_id > frames.MAX_STREAM_ID)

    @property
    def ready(self) -> bool:
        """True while a request may be sent; False for now while streams or window are used up."""
        return self.room > 0

    @property
    def room(self) -> int:
        """How many streams may be opened now; 0 also while the window is used up."""
        if self.window_shut or not self.usable:
            return 0
        ids = (frames.MAX_STREAM_ID - self._writer.next_id) // 2 + 1
        return max(0, min(self.max_streams - len(self._streams.open), ids))

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
        return self._writer.send(tag, path, constant, varying, body)

    def send_all(self, requests: Sequence[Outgoing]) -> int:
        """Send them in order, each as its own tag, as long as the window of the connection is open;
        how many those were. Call only with as many as there is :attr:`room` for."""
        return self._writer.send_all(requests)

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
        self._reader.going_away = True

    def data_to_send(self) -> bytes:
        """All that waits to be written; the caller writes it, in this order, or closes."""
        data = b"".join(self._out)
        self._out.clear()
        self._reader.handed_out_id = self._writer.next_id - 2
        return data

    def connection_lost(self, why: str) -> list[Event]:
        """The transport is gone: what becomes of the requests that are still open."""
        self._end(why)
        return self._take_events()

    def receive_data(self, data: bytes) -> list[Event]:
        """What the next bytes from the peer mean, however they are cut."""
        if not self.broken:
            try:
                self._reader.read(data)
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
        self._streams.end_all(self._reader.handed_out_id, why)

    def _take_events(self) -> list[Event]:
        events = self._events.copy()
        self._events.clear()
        return events
