"""Many jobs in one transaction of a SQLite file; each for itself where that fails."""

from __future__ import annotations

import os
import sqlite3
import threading
from asyncio import Future
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from apns_connector.delivery.record import Record, Settlement
from apns_connector.delivery.stores.sqlite.file import SqliteFile
from apns_connector.delivery.stores.sqlite.records import SqliteRecords
from apns_connector.errors import StoreFull

# So much of the disk, in bytes, is not for records: the log must be able to grow to its usual size
# and to be written into the file, or a disk filled up by records could never be emptied.
RESERVE = 32 * 2**20
_FREE_PAGES = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
_ROW_BYTES = 512  # of a record and its indexes, beside the body

# Where one job fails with these, all do: nothing is gained by trying each for itself.
_FAILURES_OF_ALL = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
}


class Job(Struct, eq=False):
    """``future``: of whoever waits for it. ``error``: why nothing of it was done."""

    future: Future[Any] | None = None
    result: Any = None
    error: Exception | None = None


class Put(Job, eq=False):
    records: Sequence[Record] = ()


class Settle(Job, eq=False):
    settlements: Sequence[Settlement] = ()


class Work(Job, eq=False):
    """Anything else; ``do`` is given the time, seconds since 1970."""

    do: Callable[[SqliteRecords, float], Any] = lambda _records, _now: None


class Committer:
    """One connection, for one thread. ``opened`` makes the records of a new connection."""

    def __init__(
        self,
        file: SqliteFile,
        opened: Callable[[sqlite3.Connection], SqliteRecords],
        clock: Callable[[], float],
    ) -> None:
        self._file = file
        self._opened = opened
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._records: SqliteRecords | None = None
        self._inode = 0
        # Other stores of this process may write to the same file. SQLite would let them sleep and
        # try again; a lock wakes them up.
        self._lock = _lock_of(file.path.resolve())

    def carry_out(self, jobs: Sequence[Job]) -> None:
        """Each has its result, and is durable, or its error; nothing is raised."""
        with self._lock:
            try:
                self._transact(jobs)
            except (sqlite3.Error, OSError) as error:
                if _concerns_all(error):
                    self._fail(jobs, error)
                    self.close()
                else:
                    self._each_for_itself(jobs)
            except Exception:  # noqa: BLE001 - of a record that cannot be written: it is told below
                self._each_for_itself(jobs)

    def close(self) -> None:
        connection, self._connection, self._records = self._connection, None, None
        if connection is not None:
            with suppress(sqlite3.Error):  # nothing is lost: each commit was on the disk
                connection.close()

    def _each_for_itself(self, jobs: Sequence[Job]) -> None:
        """One that cannot be done takes no other with it."""
        self._empty_log()
        for job in jobs:
            job.result = job.error = None
            try:
                self._transact([job])
            except (sqlite3.Error, OSError) as error:
                self._fail([job], error)
            except Exception as error:  # noqa: BLE001 - goes to whoever asked
                job.error = error

    def _fail(self, jobs: Sequence[Job], error: sqlite3.Error | OSError) -> None:
        for job in jobs:
            job.error = self._file.error(error, putting=isinstance(job, Put))

    def _empty_log(self) -> None:
        """So that the next transaction overwrites it: where the disk is full it cannot grow."""
        if self._connection is not None:
            with suppress(sqlite3.Error):  # where it fails, the next transaction says so
                self._connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()

    def _transact(self, jobs: Sequence[Job]) -> None:
        """Raises sqlite3.Error, OSError, and whatever a record that cannot be written leads to."""
        connection, records = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._work(records, jobs)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _connected(self) -> tuple[sqlite3.Connection, SqliteRecords]:
        if self._connection is None or self._records is None:
            self._connection = self._file.connect()
            self._inode = self._file.path.stat().st_ino
            self._records = self._opened(self._connection)
        elif os.stat(self._file.path).st_ino != self._inode:
            # SQLite would go on with a file that has no name any more, and is gone at the end.
            raise FileNotFoundError("the file has been replaced")
        return self._connection, self._records

    def _work(self, records: SqliteRecords, jobs: Sequence[Job]) -> None:
        """Claims come last: they find what is put in the same transaction."""
        puts = [job for job in jobs if isinstance(job, Put)]
        if puts:
            self._put(records, puts)
        settlements = [one for job in jobs if isinstance(job, Settle) for one in job.settlements]
        if settlements:
            records.settle(settlements)
        now = self._clock()
        for job in jobs:
            if isinstance(job, Work):
                job.result = job.do(records, now)

    def _put(self, records: SqliteRecords, puts: Sequence[Put]) -> None:
        size = sum(_ROW_BYTES + len(record.body) for job in puts for record in job.records)
        if not self._has_room(size):
            problem = f"the disk of {self._file.path} is full but for what emptying it needs"
            for job in puts:
                job.error = StoreFull(self._file.store, problem)
            return
        for job, kept in zip(puts, records.put([job.records for job in puts]), strict=True):
            if not kept:
                problem = f"its limit of {records.limit} records is reached"
                job.error = StoreFull(self._file.store, problem)

    def _has_room(self, size: int) -> bool:
        """Whether the disk has room for so many bytes; what the file has set free counts."""
        disk = os.statvfs(self._file.path)
        free = disk.f_bavail * disk.f_frsize
        left = free - RESERVE - 2 * size  # in the log, and in the file
        if left >= 0 or self._connection is None:
            return True
        return left + int(self._connection.execute(_FREE_PAGES).fetchone()[0]) >= 0


def _concerns_all(error: sqlite3.Error | OSError) -> bool:
    """Python's sqlite3 raises some errors of its own, without a code: for what cannot be bound."""
    if isinstance(error, OSError | sqlite3.OperationalError) and not hasattr(
        error, "sqlite_errorcode"
    ):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _FAILURES_OF_ALL


@cache
def _lock_of(path: Path) -> threading.Lock:
    """The same for the same path."""
    return threading.Lock()
