"""Processes over one store, killed at any moment, and the judge of what became of the records."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from apns_connector.delivery.store import MessageStore
from tests.integration.delivery.crash_process import TASKS, Journal, deliver, make

ROOT = Path(__file__).parents[3]


@dataclass
class Ledger:
    """What the journal says. ``lost``: put for certain, and never delivered. ``revived``: delivered
    again after it was settled for certain. ``repeated``: delivered more than once."""

    put: set[str] = field(default_factory=set)
    delivered: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    revived: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, journal: Path) -> Ledger:
        ledger = cls()
        for line in journal.read_text().splitlines():
            kind, _, record_id = line.partition(" ")
            if kind == "p":
                ledger.put.add(record_id)
            elif kind == "s":
                ledger.settled.add(record_id)
            else:
                ledger._delivered(record_id)
        return ledger

    @property
    def lost(self) -> set[str]:
        return self.put - self.delivered

    def _delivered(self, record_id: str) -> None:
        if record_id in self.delivered:
            self.repeated.add(record_id)
        if record_id in self.settled:
            self.revived.add(record_id)
        self.delivered.add(record_id)


class Crash:
    """``maker`` and ``argument``: see crash_process. ``lease``: seconds; what a killed worker had
    is waited for that long, and a worker that is slower than that is taken for a killed one."""

    def __init__(self, folder: Path, maker: str, argument: str, *, lease: float = 3.0) -> None:
        self.journal = folder / "journal"
        self.journal.touch()
        self.kills = 0
        self._maker = maker
        self._argument = argument
        self._lease = lease
        self._errors = folder / "errors"

    def store(self) -> MessageStore:
        return make(self._maker, self._argument)

    async def round(
        self, chance: random.Random, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """A gateway and two workers; ``meanwhile`` something happens, and then all are killed, in
        the middle of their work, one after the other."""
        processes = [self._start(role) for role in ("gateway", "worker", "worker")]
        try:
            await self._work_has_begun(processes)
            await asyncio.sleep(chance.random() * 0.4)
            await asyncio.to_thread(meanwhile)
            chance.shuffle(processes)
            for process in processes:
                await asyncio.sleep(chance.random() * 0.1)
                assert process.poll() is None, self._errors.read_text()
                process.kill()
        finally:
            for process in processes:
                process.kill()
                process.wait()
        self.kills += 2  # workers

    async def finish(self) -> Ledger:
        """Deliver what is left, and judge: nothing is lost, nothing settled comes back, and no more
        is delivered twice than was under way when workers were killed."""
        store, journal = self.store(), Journal(self.journal)
        await store.open()
        while await deliver(store, journal, 60.0, wait=self._lease + 2.0):
            pass
        counts = await store.count()
        await store.close()
        ledger = Ledger.read(self.journal)
        assert (counts.waiting, counts.claimed, counts.dead) == (0, 0, 0)
        assert ledger.lost == set()
        assert ledger.revived == set()
        assert len(ledger.repeated) <= self.kills * TASKS
        return ledger

    def _start(self, role: str) -> subprocess.Popen[bytes]:
        module = "tests.integration.delivery.crash_process"
        given = [role, self._maker, self._argument, str(self.journal), str(self._lease)]
        with self._errors.open("ab") as errors:
            return subprocess.Popen([sys.executable, "-m", module, *given], cwd=ROOT, stderr=errors)

    async def _work_has_begun(self, processes: list[subprocess.Popen[bytes]]) -> None:
        size = self.journal.stat().st_size
        while True:
            with self.journal.open() as journal:
                journal.seek(size)
                new = journal.read()
            if all(f"{kind} " in new for kind in "pds"):
                return
            for process in processes:
                assert process.poll() is None, self._errors.read_text()
            await asyncio.sleep(0.02)
