"""What comes out of the HTTP/2 core: how each request ended, and how the connection does."""

from __future__ import annotations

from typing import Any

import msgspec

# What the caller hands in with a request, anything but None, and gets back with its end.
Tag = Any


class Answered(msgspec.Struct, frozen=True, gc=False):
    """``block`` is the header block as it came, to be decoded by whoever wants more."""

    tag: Tag
    status: int
    block: bytes
    body: bytes = b""


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """As :class:`Answered`, for many at once: tag and block of each that was answered with 200 and
    nothing else, in the order of the answers."""

    answers: list[tuple[Tag, bytes]]


class NotProcessed(msgspec.Struct, frozen=True):
    """The peer has certainly not processed the request: sending it again is safe."""

    tag: Tag
    why: str


class Lost(msgspec.Struct, frozen=True):
    """The request was written and will not be answered: nobody knows what became of it."""

    tag: Tag
    why: str


class GoingAway(msgspec.Struct, frozen=True):
    """No stream may be opened any more; ``debug`` is Apple's JSON, or any bytes."""

    last_stream_id: int
    code: int
    debug: bytes


class Broken(msgspec.Struct, frozen=True):
    """The peer broke the protocol: the connection is over."""

    code: int
    why: str


Event = Accepted | Answered | NotProcessed | Lost | GoingAway | Broken
