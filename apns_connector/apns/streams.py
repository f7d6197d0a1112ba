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
# What is kept of all answers that have not ended yet.
MOST_HELD: Final = 1 << 24


class _Partial:
    """An answer whose headers came without END_STREAM; ``length``: of its body, as announced;
    ``size``: what counts for its window."""

    __slots__ = ("block", "body", "length", "size", "status")

    def __init__(self, status: int, block: bytes, length: int | None) -> None:
        self.status = status
        self.block = block
        self.length = length
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
        self._held = 0
        self.bodies = RequestBodies(out)
        self._out = out
        self._events = events

    # Arriving answers

    def read_block(self, stream_id: int, block: bytes, *, ended: bool) -> None:
        """A whole header block: the head of an answer, an interim one (1xx), or trailers."""
        try:
            fields = header_block.decode(block)
        except HPACKError as error:
            # hpack's own words may hold an address in memory, and GOAWAY takes ours to the peer.
            why = f"an undecodable header block ({type(error).__name__})"
            raise PeerError(why, ErrorCode.COMPRESSION_ERROR) from error
        if stream_id not in self.open:
            return  # the end of something that we gave up
        malformed = header_block.malformed(fields)
        if malformed is not None:
            raise StreamError(f"a malformed header block: {malformed}")
        partial = self.partial.get(stream_id)
        if partial is None:
            self._read_head(stream_id, block, fields, ended=ended)
        elif ended and not header_block.has_pseudo_fields(fields):
            self._answer_whole(stream_id, partial)
        else:
            raise StreamError("a second header block that is no trailer")

    def _read_head(
        self, stream_id: int, block: bytes, fields: list[tuple[str, str]], *, ended: bool
    ) -> None:
        status = header_block.status(fields)
        if status is None:
            raise StreamError("an answer without a valid status")
        if status < 200:
            if ended:
                raise StreamError(f"an interim answer ({status}) that ends the stream")
            return
        partial = _Partial(status, block, header_block.content_length(fields))
        if ended:
            self._answer_whole(stream_id, partial)
        else:
            self.partial[stream_id] = partial

    def _answer_whole(self, stream_id: int, partial: _Partial) -> None:
        """Section 8.1.1: a body of another length than was announced is none."""
        expected, arrived = partial.length, len(partial.body)
        if expected is not None and expected != arrived and partial.status != 304:
            raise StreamError(f"a body of {arrived} bytes where {expected} were announced")
        self.answer(stream_id, partial.status, partial.block, bytes(partial.body))

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
        self._held += len(body)
        if self._held > MOST_HELD:
            why = f"more than {MOST_HELD} bytes of answers without their end"
            raise PeerError(why, ErrorCode.ENHANCE_YOUR_CALM)
        if ended:
            self._answer_whole(stream_id, partial)

    # Endings

    def answer(self, stream_id: int, status: int, block: bytes, body: bytes = b"") -> None:
        self._events.append(Answered(self.open.pop(stream_id), status, block, body))
        if self.partial:
            self._drop_partial(stream_id)
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
        self._drop_partial(stream_id)
        return not self.bodies.forget(stream_id)

    def _drop_partial(self, stream_id: int) -> None:
        partial = self.partial.pop(stream_id, None)
        if partial is not None:
            self._held -= len(partial.body)
