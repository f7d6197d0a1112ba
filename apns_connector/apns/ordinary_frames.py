"""Both frames of an ordinary request in one go: HEADERS and the head of DATA have a fixed layout
when the path and the id have their usual lengths.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Final, NamedTuple

from apns_connector.apns import frames

ORDINARY_TOKEN_DIGITS: Final = 64
# "/3/device/" and such a device token; a UUID.
PATH_BYTES: Final = len("/3/device/") + ORDINARY_TOKEN_DIGITS
ID_BYTES: Final = 36


class OrdinaryFrames(NamedTuple):
    """``pack(head, stream_id, before_path, path, before_id, apns_id, size, 1, stream_id)`` is the
    request up to its body of ``size`` bytes, at most 16384; the 1 is END_STREAM."""

    pack: Callable[..., bytes]
    head: bytes
    before_path: bytes
    before_id: bytes


def ordinary_frames(before_path: bytes, before_id: bytes) -> OrdinaryFrames | None:
    """For header blocks that consist of ``before_path``, a path, ``before_id`` and an id;
    ``None`` if they are too long for one frame."""
    length = len(before_path) + PATH_BYTES + len(before_id) + ID_BYTES
    if length > frames.MIN_FRAME_SIZE:
        return None
    layout = Struct(  # the zeros are the first byte of DATA's length, and its type
        f">5sL {len(before_path)}s{PATH_BYTES}s{len(before_id)}s{ID_BYTES}s xHxBL"
    )
    head = frames.head(length, frames.HEADERS, frames.FLAG_END_HEADERS, 0)[:5]
    return OrdinaryFrames(layout.pack, head, before_path, before_id)
