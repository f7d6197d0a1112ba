"""When a processor looks into its store again."""

from __future__ import annotations

import time
from collections.abc import Callable

from apns_connector.delivery.stopping import Stopping

# (when it began, how many turns there were, now) -> when the next one is, which may be past;
# ``None`` for never again. All in seconds since 1970.
Schedule = Callable[[float, int, float], float | None]

# Seconds of one sleep at most: the clock of the machine may be set meanwhile.
_NAP = 30.0


class Turns:
    """``clock``: seconds since 1970."""

    def __init__(
        self, schedule: Schedule, stopping: Stopping, clock: Callable[[], float] = time.time
    ) -> None:
        self._schedule = schedule
        self._stopping = stopping
        self._clock = clock
        self._started = clock()
        self._turns = 0

    async def next(self) -> bool:
        """Wait for the next turn; False when it is time to stop instead."""
        due = self._schedule(self._started, self._turns, self._clock())
        if due is None:
            return await self._stopping.sleep(None)
        while (left := due - self._clock()) > 0:
            if not await self._stopping.sleep(min(left, _NAP)):
                return False
        self._turns += 1
        return not self._stopping.is_set
