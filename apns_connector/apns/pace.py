"""How many notifications of a stream may be under way: a decision without clock.

A server that is slow answers what it is sent all the same. So no more is under way than it answers
within half the time that each has: else all that wait would be late.
"""

from __future__ import annotations

from typing import Final

_FIRST: Final = 100
_LEAST: Final = 10
# The part of its time after which a notification should have its answer.
_SHARE: Final = 0.5
_MEASURE_SECONDS: Final = 0.25


class Pace:
    """``most``: under way at once, whatever the rate; ``timeout``: seconds that each has.

    ``limit``: how many may be now. It begins low and grows with each outcome.
    """

    def __init__(self, most: int, timeout: float) -> None:
        self.limit = min(_FIRST, most)
        self._most = most
        self._timeout = timeout
        self._since: float | None = None
        self._settled = 0

    def settled(self, count: int, now: float) -> None:
        """``count`` notifications have their outcome since the last call; ``now`` in seconds."""
        self.limit = min(self._most, self.limit + count)
        self._settled += count
        if self._since is None:
            self._since = now
        elif now - self._since >= _MEASURE_SECONDS:
            rate = self._settled / (now - self._since)
            in_time = int(rate * self._timeout * _SHARE)
            self.limit = min(self.limit, max(in_time, min(_LEAST, self._most)))
            self._since = now
            self._settled = 0
