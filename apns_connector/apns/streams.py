"""The open streams of one connection: each request from its opening to its one end."""

from __future__ import annotations

from typing import Final

from hpack import HPACKError

from apns_connector.apns import frames, header_block
from apns_connector.apns.frames import ErrorCode
from apns_connector.apns.http2_events import Answered, Event, Lost, NotProcessed, Tag
from apns_connector.apns.received_frames import PeerError, StreamError
from apns_connector.apns.request_bodies import RequestBodies

# What we allow the peer per stream. Bodies are short sentences; only a list of channels is longer.
STREAM_WINDOW: Final = 1 << 20


class _Partial:
    """An answer whose headers came without END_STREAM; ``size``: what counts for its window."""

    __slots__ = ("block", "body", "size", "status")

    def __init__(self, status: int, block: bytes) -> None:
        self.status = status
        self.block = block
        self.body = bytearray()
        self.size = 0


class Streams:
    """Ends streams by appending an event to ``events``, and RST_STREAM to ``out`` where due.

    ``open``: the tag of each open stream, in the order of their ids. ``bodies``: what is still to
    be written of them. A stream leaves ``open`` in the same step that appends its event.
    """

    def __init__(self, out: list[bytes], events: list[Event]) -> None:
        self.open: dict[int, Tag] = {}
        self.partial: dict[int, _Partial] = {}
        self.bodies = RequestBodies(out)
        self._out = out
        self._events = events

    # Arriving answers

    def read_block(self, stream_id: int, block: bytes, *, ended: bool) -> None:
        """A whole header block: the head of an answer, an interim one (1xx), or trailers."""
        try:
            fields = header_block.decode(block)
        except HPACKError as error:
            why = f"an undecodable header block ({error})"
            raise PeerError(why, ErrorCode.COMPRESSION_ERROR) from error
        if stream_id not in self.open:
            return  # the end of something that we gave up
        partial = self.partial.get(stream_id)
        if partial is None:
            self._read_head(stream_id, block, header_block.status(fields), ended=ended)
        elif ended and not header_block.has_pseudo_fields(fields):
            self.answer(stream_id, partial.status, partial.block, bytes(partial.body))
        else:
            raise StreamError("a second header block that is no trailer")

    def _read_head(self, stream_id: int, block: bytes, status: int | None, *, ended: bool) -> None:
        if status is None:
            raise StreamError("an answer without a valid status")
        if status < 200:
            if ended:
                raise StreamError(f"an interim answer ({status}) that ends the stream")
        elif ended:
            self.answer(stream_id, status, block)
        else:
            self.partial[stream_id] = _Partial(status, block)

    def read_body(self, stream_id: int, body: bytes, size: int, *, ended: bool) -> None:
        """A part of an answer's body; ``size``: its bytes with padding."""
        if stream_id not in self.open:
            return
        partial = self.partial.get(stream_id)
        if partial is None:
            raise StreamError("DATA before HEADERS")
        partial.size += size
        if partial.size > STREAM_WINDOW:
            raise StreamError("more data than its window allows", ErrorCode.FLOW_CONTROL_ERROR)
        partial.body += body
        if ended:
            self.answer(stream_id, partial.status, partial.block, bytes(partial.body))

    # Endings

    def answer(self, stream_id: int, status: int, block: bytes, body: bytes = b"") -> None:
        self._events.append(Answered(self.open.pop(stream_id), status, block, body))
        if self.partial:
            self.partial.pop(stream_id, None)
        if self.bodies.unsent and self.bodies.forget(stream_id):
            # An early answer (section 8.1): the rest of the request is not wanted.
            self._out.append(frames.rst_stream(stream_id, ErrorCode.NO_ERROR))

    def read_reset(self, stream_id: int, code: int) -> None:
        """RST_STREAM; one for a stream that has ended is ignored: Apple sends two in a row."""
        if stream_id not in self.open:
            return
        why = f"the server reset the stream ({frames.error_name(code)})"
        if code == ErrorCode.REFUSED_STREAM:
            self.not_processed(stream_id, why)
        else:
            self._end(stream_id, why)

    def not_processed(self, stream_id: int, why: str) -> None:
        """The peer said that it will never look at this request."""
        self._forget(stream_id)
        self._events.append(NotProcessed(self.open.pop(stream_id), why))

    def fail(self, stream_id: int, error: StreamError) -> None:
        """The peer broke a rule on one stream: that stream alone ends."""
        if stream_id in self.open:
            self._out.append(frames.rst_stream(stream_id, error.code))
            self._end(stream_id, f"the server sent {error.why}")

    def cancel(self, stream_id: int) -> bool:
        """Our side gives up; without event. True if the request was written in full."""
        del self.open[stream_id]
        self._out.append(frames.rst_stream(stream_id, ErrorCode.CANCEL))
        return self._forget(stream_id)

    def end_all(self, handed_out_id: int, why: str) -> None:
        """The connection is over, and no stream above ``handed_out_id`` has left this machine."""
        for stream_id in list(self.open):
            if stream_id > handed_out_id:
                self.not_processed(stream_id, why)
            else:
                self._end(stream_id, why)

    def _end(self, stream_id: int, why: str) -> None:
        """A request that was cut short is none: the peer cannot have processed it."""
        written = self._forget(stream_id)
        tag = self.open.pop(stream_id)
        self._events.append(Lost(tag, why) if written else NotProcessed(tag, why))

    def _forget(self, stream_id: int) -> bool:
        """True if the request was written in full."""
        self.partial.pop(stream_id, None)
        return not self.bodies.forget(stream_id)
