"""Requests as frames on newly opened streams: one at a time, or many that differ in little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from apns_connector.apns import frames
from apns_connector.apns.header_block import Field, HeaderBlocks
from apns_connector.apns.http2_events import Tag
from apns_connector.apns.ordinary_frames import ID_BYTES, PATH_BYTES
from apns_connector.apns.streams import Streams

# Of a HEADERS frame that is a whole request.
_WHOLE = frames.FLAG_END_STREAM | frames.FLAG_END_HEADERS


class Outgoing(Protocol):
    """A request among many; it is its own tag.

    ``path``, ``constant``, ``body``: as of :meth:`RequestWriter.send`. ``varying``: likewise, and
    that is ``apns_id`` and then ``more``. ``stream_id``: is set to where it went.
    """

    path: bytes
    constant: tuple[Field, ...]
    apns_id: bytes
    more: tuple[Field, ...]
    body: bytes | None
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
        """Send them in order, until the window of the connection is shut; how many those were.

        Nearly every request is an ordinary one: path and id have the usual lengths, no other field
        varies, and the body fits into one frame and into the windows. Most of what it costs to send
        a notification is spent in this loop, so it is written out.
        """
        bodies, opened, append = self._streams.bodies, self._streams.open, self._out.append
        most = min(frames.MIN_FRAME_SIZE, bodies.initial_window)
        constant = None
        number = 0
        for request in requests:
            if bodies.window <= 0:
                break
            number += 1
            path, apns_id, body = request.path, request.apns_id, request.body
            ordinary = (
                body is not None
                and not request.more
                and len(path) == PATH_BYTES
                and len(apns_id) == ID_BYTES
                and (size := len(body)) <= most
                and size <= bodies.window
            )
            if ordinary and request.constant is not constant:
                constant = request.constant
                known = self._blocks.ordinary(constant)
                if known is not None:
                    pack, head, before_path, before_id = known
            if not ordinary or known is None or body is None:
                request.stream_id = self.send(
                    request, path, request.constant, request.varying, body
                )
                constant = None  # what was known of it may have moved in the peer's table
                continue
            stream_id = self.next_id
            self.next_id = stream_id + 2
            append(pack(head, stream_id, before_path, path, before_id, apns_id, size, 1, stream_id))
            append(body)
            bodies.window -= size
            opened[stream_id] = request
            request.stream_id = stream_id
        return number
