"""How long to wait before trying again. No clock, no chance: both are handed in."""

from __future__ import annotations

from typing import Final

FIRST_SECONDS: Final = 0.1
# Short beside the time that a notification may wait, so that one which comes while the server is
# away still finds it when it is back.
MOST_SECONDS: Final = 1.0


def seconds(
    failures: int, chance: float, first: float = FIRST_SECONDS, most: float = MOST_SECONDS
) -> float:
    """The wait after ``failures`` in a row (1 or more), doubling from ``first`` to ``most``.

    ``chance`` in [0, 1) spreads it over the upper half, so that many clients do not come back at
    once.
    """
    ceiling = min(most, first * 2 ** min(failures - 1, 20))
    return float(ceiling * (0.5 + 0.5 * chance))


class Backoff:
    """Failures in a row, and the time before which nothing is tried again.

    It is a time and not a pause: whoever comes long after the last failure need not wait.
    """

    def __init__(self) -> None:
        self.failures = 0
        self._not_before = 0.0

    def failed(self, now: float, chance: float) -> None:
        self.failures += 1
        self._not_before = now + seconds(self.failures, chance)

    def succeeded(self) -> None:
        self.failures = 0
        self._not_before = 0.0

    def wait(self, now: float) -> float:
        """Seconds from ``now`` until the next try may be made."""
        return max(0.0, self._not_before - now)
