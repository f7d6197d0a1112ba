"""Which child of a group is next: pure decisions over the numbers of the children."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Order(Protocol):
    def choose(self, ready: Sequence[int]) -> int:
        """One of ``ready``: the children, in their order, that may be tried. Never empty."""


class FirstReady:
    """Failover: the first that can, for each message anew."""

    def choose(self, ready: Sequence[int]) -> int:
        return ready[0]


class StayWithLast:
    """Failover that is not dynamic: the one that took the last message, until it no longer can."""

    def __init__(self) -> None:
        self._last = 0

    def choose(self, ready: Sequence[int]) -> int:
        if self._last not in ready:
            self._last = ready[0]
        return self._last


class RoundRobin:
    """Load balancing: each in turn."""

    def __init__(self) -> None:
        self._next = 0

    def choose(self, ready: Sequence[int]) -> int:
        chosen = next((child for child in ready if child >= self._next), ready[0])
        self._next = chosen + 1
        return chosen
