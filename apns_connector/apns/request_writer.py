"""Requests as frames on newly opened streams: one at a time, or many that differ in little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Protocol

from apns_connector.apns import frames
from apns_connector.apns.header_block import Field, HeaderBlocks
from apns_connector.apns.http2_events import Tag
from apns_connector.apns.ordinary_frames import OrdinaryFrames
from apns_connector.apns.streams import Streams

# Of a HEADERS frame that is a whole request.
_WHOLE = frames.FLAG_END_STREAM | frames.FLAG_END_HEADERS


class Outgoing(Protocol):
    """A request among many; it is its own tag.

    ``path``, ``constant``, ``varying``, ``body``: as of :meth:`RequestWriter.send`. ``apns_id``:
    what varies in an ordinary one beside path and body. ``ordinary_size``: the size of its body if
    it is one: path and id have the lengths of :mod:`ordinary_frames`, nothing else varies, and the
    body has 1 to 16384 bytes; else 0. ``stream_id``: is set to where it went.
    """

    path: bytes
    constant: tuple[Field, ...]
    apns_id: bytes
    body: bytes | None
    ordinary_size: int
    stream_id: int

    @property
    def varying(self) -> tuple[Field, ...]: ...


class RequestWriter:
    """Appends to ``out``. ``next_id``: of the stream that is opened next."""

    def __init__(self, out: list[bytes], streams: Streams, blocks: HeaderBlocks) -> None:
        self.next_id = 1
        self._out = out
        self._streams = streams
        self._blocks = blocks

    def send(
        self,
        tag: Tag,
        path: bytes,
        constant: tuple[Field, ...],
        varying: tuple[Field, ...],
        body: bytes | None,
    ) -> int:
        """Open a stream for one request and return its id.

        The fields are those of :meth:`HeaderBlocks.encode`, the method among them. ``body``: in
        one DATA frame or more; with ``None``, HEADERS ends the request.
        """
        stream_id = self.next_id
        self.next_id = stream_id + 2
        self._streams.open[stream_id] = tag
        bodies = self._streams.bodies
        block = self._blocks.encode(path, constant, varying)
        # Nearly every one is this: both parts fit into one frame, and into the windows.
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

    def send_all(self, requests: Sequence[Outgoing]) -> int:
        """Send them in order, until the window of the connection is shut; how many those were."""
        first = self.next_id
        rest = iter(requests)
        request = next(rest, None)
        while request is not None and self._streams.bodies.window > 0:
            known = self._ordinary(request)
            if known is None:
                request.stream_id = self.send(
                    request, request.path, request.constant, request.varying, request.body
                )
                request = next(rest, None)
            else:
                request = self._send_alike(request, rest, known)
        return (self.next_id - first) // 2

    def _ordinary(self, request: Outgoing) -> OrdinaryFrames | None:
        """What its frames look like if it is an ordinary one that fits into the windows."""
        bodies = self._streams.bodies
        if 0 < request.ordinary_size <= min(bodies.window, bodies.initial_window):
            return self._blocks.ordinary(request.constant)
        return None

    def _send_alike(
        self, first: Outgoing, rest: Iterator[Outgoing], known: OrdinaryFrames
    ) -> Outgoing | None:
        """``first``, which is ordinary, and those of ``rest`` that are so with the same fields, as
        far as the windows allow. Returns the first one that was not sent. Most of what it costs to
        send a notification is spent in this loop, so it is written out."""
        pack, head, before_path, before_id = known
        constant = first.constant
        bodies, opened, out = self._streams.bodies, self._streams.open, self._out
        most = bodies.initial_window
        window, stream_id = bodies.window, self.next_id
        try:
            for request in chain((first,), rest):
                size = request.ordinary_size
                if request.constant is not constant or not 0 < size <= most or size > window:
                    return request
                out += (
                    pack(
                        head, stream_id, before_path, request.path,
                        before_id, request.apns_id, size, 1, stream_id,
                    ),
                    request.body,  # type: ignore[arg-type] # an ordinary one has a body
                )  # fmt: skip
                opened[stream_id] = request
                request.stream_id = stream_id
                stream_id += 2
                window -= size
        finally:
            bodies.window, self.next_id = window, stream_id
        return None
