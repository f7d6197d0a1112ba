"""One timer for the deadlines of all requests: it is set to the earliest that is known."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable


class DeadlineTimer:
    """Calls ``on_due()`` when the earliest deadline watched has come; what comes after that one
    must be watched anew, by whoever has looked around. ``due_at``: when that will be, on the clock
    of the loop; infinite while nothing is watched."""

    def __init__(self, on_due: Callable[[], None]) -> None:
        # Kept beside the timer: the handle that uvloop gives for a time close by cannot tell.
        self.due_at = math.inf
        self._on_due = on_due
        self._timer: asyncio.Handle | None = None

    def watch(self, deadline: float) -> None:
        if deadline < self.due_at:
            self.cancel()
            self.due_at = deadline
            self._timer = asyncio.get_running_loop().call_at(deadline, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self.due_at = math.inf
        self._on_due()

    def cancel(self) -> None:
        self.due_at = math.inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
