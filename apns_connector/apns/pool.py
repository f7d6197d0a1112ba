"""How many connections to keep: a decision from what was seen, without socket or clock.

Apple tells the number of streams of a connection, not of connections. One is enough as long as the
streams, or the flow-control window, of one are; more help only until this thread is the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DEFAULT_MOST: Final = 8
# Share of one core from which on another connection would only cost.
_BUSY: Final = 0.85
# What another connection must bring at least: this part of what one brought before.
_WORTH: Final = 0.3
# How many looks to stay as it is after a connection that brought nothing.
_HOLD: Final = 100


class Bound(StrEnum):
    """What limits the rate."""

    NOTHING = "nothing"
    STREAMS = "streams"
    WINDOW = "window"
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Load:
    """What happened since the last look, ``seconds`` ago.

    ``waiting``: requests that no connection takes; ``window_bound``: connections whose window, not
    whose streams, is used up; ``answers``: how many came; ``cpu_seconds``: spent by this thread.
    """

    waiting: int
    connections: int
    window_bound: int
    answers: int
    seconds: float
    cpu_seconds: float


class Sizing:
    """Grows by one connection at a look, up to ``most``, while that helps."""

    def __init__(self, most: int = DEFAULT_MOST) -> None:
        self.most = most
        self.bound = Bound.NOTHING
        self._hold = 0
        # The rate with one connection less, while it is not yet known what the last one brought.
        self._before: tuple[int, float] | None = None

    def grow(self, load: Load) -> bool:
        """True if another connection should be opened."""
        self.bound = _bound(load)
        if self.bound not in (Bound.STREAMS, Bound.WINDOW) or load.connections >= self.most:
            return False
        if self._hold:
            self._hold -= 1
            return False
        rate = load.answers / load.seconds
        if not self._last_one_helped(load.connections, rate):
            self._hold = _HOLD
            return False
        self._before = (load.connections, rate)
        return True

    def _last_one_helped(self, connections: int, rate: float) -> bool:
        if self._before is None or self._before[0] >= connections:
            return True
        fewer, before = self._before
        self._before = None
        return rate >= before * (1 + _WORTH / fewer)


def _bound(load: Load) -> Bound:
    if not load.waiting:
        return Bound.NOTHING
    if load.cpu_seconds >= _BUSY * load.seconds:
        return Bound.CPU
    return Bound.WINDOW if load.window_bound * 2 > load.connections else Bound.STREAMS
