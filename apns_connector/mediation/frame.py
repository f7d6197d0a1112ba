"""Where a flow is at the moment: which lists of mediators run inside each other, which of their
steps, and which handlers are around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from apns_connector.mediation.mediator import Sequence


class Frame(msgspec.Struct, eq=False):
    """Either a ``sequence`` with the ``position`` of the step that runs, or a handler: the key
    ``on_error``. ``outer`` is the frame around it. ``functions``: how many templates were running
    when the sequence began."""

    outer: Frame | None
    sequence: Sequence | None
    position: int = 0
    functions: int = 0
    on_error: str | None = None


def snapshot(frame: Frame | None) -> Frame | None:
    """The frames as they are now, which do not move on with the flow that they are of."""
    if frame is None:
        return None
    return Frame(
        snapshot(frame.outer), frame.sequence, frame.position, frame.functions, frame.on_error
    )


def handlers(frame: Frame | None) -> Frame | None:
    """The handlers alone: a flow that fails finds them, one that ends has nothing to go on with."""
    while frame is not None and frame.sequence is not None:
        frame = frame.outer
    if frame is None:
        return None
    return Frame(handlers(frame.outer), None, on_error=frame.on_error)
