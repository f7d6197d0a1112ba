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
# What twice as many connections must bring at least, in parts of what they brought before.
_WORTH: Final = 0.3
# A rate is taken over this long: answers come in waves, one in each round trip.
_MEASURE_SECONDS: Final = 0.5
# New connections need a while: a provider token must be accepted before they take more than one.
_SETTLE_SECONDS: Final = 0.5
# How long to wait for connections that do not come about, before doing without them.
_PATIENCE_SECONDS: Final = 5.0
# How long to stay as it is after connections that brought nothing; twice as long each time.
_FIRST_HOLD_SECONDS: Final = 10.0
_MOST_HOLD_SECONDS: Final = 600.0


class Bound(StrEnum):
    """What limits the rate."""

    NOTHING = "nothing"
    CONNECTION = "connection"  # there is none
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
    """Doubles the connections, up to ``most``, while that helps; goes back when it did not."""

    def __init__(self, most: int = DEFAULT_MOST) -> None:
        self.most = most
        self.bound = Bound.NOTHING
        self._wanted = 1
        # How many there were at the last look; what comes in since that number is as it is.
        self._seen = 0
        self._settle = 0.0
        self._seconds = 0.0
        self._answers = 0
        # The rate with fewer connections, while it is not yet known what the last ones brought.
        self._before: tuple[int, float] | None = None
        self._hold = 0.0
        self._next_hold = _FIRST_HOLD_SECONDS
        self._missing = 0.0

    def wanted(self, load: Load) -> int:
        """How many connections there should be from now on."""
        self.bound = _bound(load)
        if self.bound is Bound.CONNECTION:
            return self._wanted
        if load.connections != self._seen:
            self._start_anew(load.connections)
        if self.bound is Bound.NOTHING:
            self._wanted = load.connections
        if self._some_are_missing(load):
            return self._wanted
        if self.bound in (Bound.STREAMS, Bound.WINDOW) and not self._still_holding(load):
            self._measure(load)
            if self._seconds >= _MEASURE_SECONDS:
                self._wanted = self._judge(load.connections, self._answers / self._seconds)
                self._start_anew(load.connections)
        return self._wanted

    def _start_anew(self, connections: int) -> None:
        self._settle = _SETTLE_SECONDS if 0 < self._seen < connections else 0.0
        self._seen = connections
        self._seconds = 0.0
        self._answers = 0

    def _some_are_missing(self, load: Load) -> bool:
        """They are on their way, or were lost; those that never come are not waited for."""
        if load.connections >= self._wanted:
            self._missing = 0.0
            return False
        self._missing += load.seconds
        if self._missing >= _PATIENCE_SECONDS:
            self._missing = 0.0
            self._hold_for_longer()
            self._wanted = load.connections
        return True

    def _still_holding(self, load: Load) -> bool:
        self._hold = max(0.0, self._hold - load.seconds)
        return self._hold > 0

    def _hold_for_longer(self) -> None:
        self._before = None
        self._hold = self._next_hold
        self._next_hold = min(2 * self._next_hold, _MOST_HOLD_SECONDS)

    def _measure(self, load: Load) -> None:
        if self._settle > 0:
            self._settle -= load.seconds
        else:
            self._seconds += load.seconds
            self._answers += load.answers

    def _judge(self, connections: int, rate: float) -> int:
        if self._before is not None:
            fewer, before = self._before
            if rate < before * (1 + _WORTH * (connections - fewer) / fewer):
                self._hold_for_longer()
                return fewer
            self._before = None
            self._next_hold = _FIRST_HOLD_SECONDS
        if connections >= self.most:
            return connections
        self._before = (connections, rate)
        return min(self.most, 2 * connections)


def _bound(load: Load) -> Bound:
    if not load.waiting:
        return Bound.NOTHING
    if not load.connections:
        return Bound.CONNECTION
    if load.cpu_seconds >= _BUSY * load.seconds:
        return Bound.CPU
    return Bound.WINDOW if load.window_bound * 2 > load.connections else Bound.STREAMS
