"""Which requests are ordinary, for those that tests make by hand."""

from __future__ import annotations

from apns_connector.apns.frames import MIN_FRAME_SIZE
from apns_connector.apns.header_block import Field
from apns_connector.apns.ordinary_frames import ID_BYTES, PATH_BYTES


def ordinary_size(path: bytes, apns_id: bytes, more: tuple[Field, ...], body: bytes | None) -> int:
    """As :class:`Outgoing` has it."""
    usual = (len(path), len(apns_id), more) == (PATH_BYTES, ID_BYTES, ())
    return len(body) if usual and body and len(body) <= MIN_FRAME_SIZE else 0
