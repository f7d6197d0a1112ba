"""Request bodies on their way out under both flow-control windows (RFC 9113, section 5.2)."""

from __future__ import annotations

from apns_connector.apns import frames
from apns_connector.apns.frames import ErrorCode
from apns_connector.apns.received_frames import PeerError, StreamError

_TOO_WIDE = "a window wider than 2^31-1 bytes"


class _Unsent:
    """What is left of a body, and the window of its stream (below zero: section 6.9.2)."""

    __slots__ = ("body", "sent", "window")

    def __init__(self, body: bytes, window: int) -> None:
        self.body = body
        self.sent = 0
        self.window = window


class RequestBodies:
    """Appends DATA frames to ``out``, as many as the windows allow, the rest as they open.

    ``window``: the connection's; ``initial_window``: that of each new stream; both in bytes.
    ``unsent``: streams whose body still waits; only these have a window worth remembering.
    """

    def __init__(self, out: list[bytes]) -> None:
        self.window = frames.DEFAULT_WINDOW
        self.initial_window = frames.DEFAULT_WINDOW
        self.max_frame_size = frames.MIN_FRAME_SIZE
        self._out = out
        self.unsent: dict[int, _Unsent] = {}

    def send(self, stream_id: int, body: bytes) -> None:
        """The body of a stream that was just opened."""
        if not body:
            self._out.append(frames.head(0, frames.DATA, frames.FLAG_END_STREAM, stream_id))
            return
        self.unsent[stream_id] = _Unsent(body, self.initial_window)
        self._send_what_fits(stream_id)

    def waits(self, stream_id: int) -> bool:
        """True while the body has not been sent in full."""
        return stream_id in self.unsent

    def forget(self, stream_id: int) -> bool:
        """Send no more of it; True if it had not been sent in full."""
        return self.unsent.pop(stream_id, None) is not None

    def clear(self) -> None:
        self.unsent.clear()

    def open_connection_window(self, increment: int) -> None:
        self.window += increment
        if self.window > frames.MAX_WINDOW:
            raise PeerError(_TOO_WIDE, ErrorCode.FLOW_CONTROL_ERROR)
        if self.unsent:
            self._send_all_that_fits()

    def open_stream_window(self, stream_id: int, increment: int) -> None:
        unsent = self.unsent.get(stream_id)
        if unsent is not None:
            unsent.window += increment
            if unsent.window > frames.MAX_WINDOW:
                raise StreamError(_TOO_WIDE, ErrorCode.FLOW_CONTROL_ERROR)
            self._send_what_fits(stream_id)

    def change_initial_window(self, value: int) -> None:
        """Section 6.9.2: windows of open streams move by the difference, below zero as well."""
        change = value - self.initial_window
        self.initial_window = value
        for unsent in self.unsent.values():
            unsent.window += change
            if unsent.window > frames.MAX_WINDOW:
                raise PeerError(_TOO_WIDE, ErrorCode.FLOW_CONTROL_ERROR)
        self._send_all_that_fits()

    def _send_all_that_fits(self) -> None:
        """A window of the connection may open a byte at a time: most bodies are passed over."""
        if self.window <= 0:
            return
        for stream_id in [key for key, unsent in self.unsent.items() if unsent.window > 0]:
            if self.window <= 0:
                return
            self._send_what_fits(stream_id)

    def _send_what_fits(self, stream_id: int) -> None:
        unsent = self.unsent[stream_id]
        left = len(unsent.body) - unsent.sent
        while left and (size := min(left, self.window, unsent.window, self.max_frame_size)) > 0:
            left -= size
            self._out += (
                frames.head(size, frames.DATA, 0 if left else frames.FLAG_END_STREAM, stream_id),
                unsent.body[unsent.sent : unsent.sent + size],
            )
            unsent.sent += size
            unsent.window -= size
            self.window -= size
        if not left:
            del self.unsent[stream_id]
