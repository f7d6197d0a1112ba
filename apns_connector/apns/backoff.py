"""How long to wait before trying again: a plain function of the number of failures."""

from __future__ import annotations

from typing import Final

FIRST_SECONDS: Final = 0.1
MOST_SECONDS: Final = 30.0


def seconds(failures: int, chance: float) -> float:
    """The wait after ``failures`` in a row (1 or more), doubling from 0.1 s to 30 s.

    ``chance`` in [0, 1) spreads it over the upper half, so that many clients do not come back at
    once.
    """
    ceiling = min(MOST_SECONDS, FIRST_SECONDS * 2 ** min(failures - 1, 20))
    return float(ceiling * (0.5 + 0.5 * chance))
