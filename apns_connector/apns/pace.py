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
# For how long the next stream may count on the rate of the last one.
_RATE_LASTS_SECONDS: Final = 60.0


class Pace:
    """``most``: under way at once, whatever the rate; ``timeout``: seconds that each has.

    ``rate``: outcomes per second, as last measured; to begin with, what is known from before, or 0.
    ``limit``: how many may be now. It begins low, unless a rate is known, and grows with each
    outcome.
    """

    def __init__(self, most: int, timeout: float, rate: float = 0.0) -> None:
        self.rate = rate
        self.limit = min(most, max(_FIRST, int(rate * timeout * _SHARE)))
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
            self.rate = self._settled / (now - self._since)
            in_time = int(self.rate * self._timeout * _SHARE)
            self.limit = min(self.limit, max(in_time, min(_LEAST, self._most)))
            self._since = now
            self._settled = 0


class LastRate:
    """What the streams of a client pass on to the next one, as long as it is fresh."""

    def __init__(self) -> None:
        self._rate = 0.0
        self._at = 0.0

    def note(self, rate: float, now: float) -> None:
        self._rate = rate
        self._at = now

    def at(self, now: float) -> float:
        """Outcomes per second; 0 if nobody knows."""
        return self._rate if now - self._at < _RATE_LASTS_SECONDS else 0.0
