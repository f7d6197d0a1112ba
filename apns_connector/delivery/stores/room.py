"""How much room a store has left, without counting its records at each put: decisions only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

# Of what was free at the last count, the part that goes without another: other processes put too.
_SHARE: Final = 8
# Whoever is turned away by a full store costs no count. Seconds per record that it may hold: as
# long as counting so many takes, some ten times over.
_SECONDS_PER_RECORD: Final = 1e-6


class Room:
    """``limit``: records. Near the limit each put is counted, and the limit is exact, but for what
    other processes put at the same moment."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._granted = 0
        self._full_until = 0.0

    def takes(self, records: int) -> bool:
        """Whether they have room for certain. What they take is taken."""
        if records > self._granted:
            return False
        self._granted -= records
        return True

    def known_full(self, now: float) -> bool:
        """Whether it is too early to count again."""
        return now < self._full_until

    def counted(self, kept: int, puts: Sequence[int], now: float) -> list[bool]:
        """Which of the puts have room, the first first, when ``kept`` records are there; ``puts``:
        how many new records each would add. ``now``: seconds of any clock that goes on."""
        free = self._limit - kept
        admitted = []
        for records in puts:
            admitted.append(records <= free)
            free -= records if records <= free else 0
        self._granted = max(free // _SHARE, 0)
        if not all(admitted):
            self._full_until = now + self._limit * _SECONDS_PER_RECORD
        return admitted

    def freed(self) -> None:
        """Some of them are gone: it is worth another count."""
        self._full_until = 0.0
