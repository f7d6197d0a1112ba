"""When a change is to be deployed: a pure decision over what the files looked like."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

# What tells that a file is another one, or has other content: time of change, size, inode.
Signature = tuple[int, int, int]
Snapshot = Mapping[Path, Signature]

# Seconds for which nothing may change: a copy of many files, or of a large one, takes its time.
QUIET_SECONDS: Final = 1.0


class Changes:
    """``deployed`` is what the files looked like before they were read for the first time."""

    def __init__(self, deployed: Snapshot, *, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._deployed = deployed
        self._quiet_seconds = quiet_seconds
        self._pending: Snapshot | None = None
        self._since = 0.0

    def know(self, snapshot: Snapshot) -> None:
        """Files that were read, but not looked at before: as they are now they are deployed."""
        self._deployed = {**snapshot, **self._deployed}

    def due(self, snapshot: Snapshot, now: float) -> bool:
        """Whether the files are to be read again: they differ from what was read the last time,
        with success or without, and have been the same for a while. ``now`` in seconds."""
        if snapshot == self._deployed:
            self._pending = None
            return False
        if snapshot != self._pending:
            self._pending, self._since = snapshot, now
            return False
        if now - self._since < self._quiet_seconds:
            return False
        self._deployed, self._pending = snapshot, None
        return True
