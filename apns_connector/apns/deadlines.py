"""One timer for the deadlines of all requests: it is set to the earliest that is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class DeadlineTimer:
    """Calls ``on_due()`` when the earliest deadline watched has come; what comes after that one
    must be watched anew, by whoever has looked around."""

    def __init__(self, on_due: Callable[[], None]) -> None:
        self._on_due = on_due
        self._timer: asyncio.Handle | None = None
        # Kept beside the timer: the handle that uvloop gives for a time close by cannot tell.
        self._due_at = 0.0

    def watch(self, deadline: float) -> None:
        """``deadline``: on the clock of the running loop."""
        if self._timer is not None:
            if self._due_at <= deadline:
                return
            self._timer.cancel()
        self._due_at = deadline
        self._timer = asyncio.get_running_loop().call_at(deadline, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._on_due()

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
