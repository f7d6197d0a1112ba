"""The bare loop over sqlite3: a thread that inserts or deletes what has come, and commits."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from asyncio import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from apns_connector.delivery.record import Record

Job = tuple[str, tuple[Any, ...], Future[Any]]

SCHEMA = """
CREATE TABLE record (id TEXT PRIMARY KEY, due REAL, lease REAL, body BLOB);
CREATE INDEX due ON record (due);
"""
PUT = "INSERT INTO record VALUES (?, ?, 0, ?)"
SETTLE = "DELETE FROM record WHERE id = ?"
CLAIM = """
UPDATE record SET due = ?, lease = 1
WHERE rowid IN (SELECT rowid FROM record WHERE due <= ? ORDER BY due LIMIT ?) RETURNING id, body
"""


class BareSqlite:
    """Write-ahead log, synchronous=FULL, as ours. No limit, no lanes, no states, no reasons."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()

    async def open(self) -> None:
        self._connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(SCHEMA)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    async def close(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    async def put(self, record: Record) -> None:
        await self._ask(PUT, (record.id, record.due, record.body))

    async def claim(self, limit: int) -> list[Any]:
        now = time.time()
        return list(await self._ask(CLAIM, (now + 300, now, limit)))

    async def settle(self, claimed: Any) -> None:
        await self._ask(SETTLE, (claimed[0],))

    def _ask(self, statement: str, values: tuple[Any, ...]) -> Future[Any]:
        done = self._loop.create_future()
        self._jobs.put((statement, values, done))
        return done

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs = [job]
            while not self._jobs.empty() and (job := self._jobs.get()) is not None:
                jobs.append(job)
            results: list[Any] = [None] * len(jobs)
            self._connection.execute("BEGIN IMMEDIATE")
            for statement in (PUT, SETTLE):
                rows = [values for kind, values, _ in jobs if kind == statement]
                self._connection.executemany(statement, rows)
            for number, (kind, values, _) in enumerate(jobs):
                if kind == CLAIM:
                    results[number] = self._connection.execute(CLAIM, values).fetchall()
            self._connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_tell, jobs, results)


def _tell(jobs: list[Job], results: list[Any]) -> None:
    for (_, _, done), result in zip(jobs, results, strict=True):
        done.set_result(result)
