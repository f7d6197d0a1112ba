"""The file of a SQLite store: made, checked and opened; what its errors mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from apns_connector.errors import ConfigurationError, StoreError, StoreFull, StoreUnavailable

Durability = Literal["full", "normal"]

_FORMAT = 1
_APPLICATION = int.from_bytes(b"APNq", "big")
# RETURNING came with 3.35.
_OLDEST_SQLITE = (3, 35)
# Pages of 4 KB. A checkpoint writes a page once however often it changed, so fewer are better; this
# makes a log of some 16 MB.
_PAGES_BETWEEN_CHECKPOINTS = 4000
_LARGEST_LOG_LEFT = 64 * 2**20
_CACHE_KB = 16 * 1024

# at: from when on a record can be claimed, seconds since 1970. While it is claimed, the end of the
# lease; infinity behind another one of its lane; NULL when it is dead. So one index finds what is
# due and what has lost its claim. position: the order in which they were put.
SCHEMA = (
    """
    CREATE TABLE store (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        records INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE record (
        position INTEGER PRIMARY KEY,
        store INTEGER NOT NULL,
        at REAL,
        token INTEGER,
        id TEXT NOT NULL,
        lane TEXT NOT NULL,
        label TEXT NOT NULL,
        created REAL NOT NULL,
        due REAL NOT NULL,
        attempts INTEGER NOT NULL,
        reason TEXT NOT NULL,
        body BLOB NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX record_id ON record (store, id)",
    "CREATE INDEX claimable ON record (store, at, token) WHERE at IS NOT NULL",
    """
    CREATE INDEX lane_order ON record (store, lane, position)
    WHERE lane <> '' AND at IS NOT NULL
    """,
    "CREATE INDEX dead ON record (store, id) WHERE at IS NULL",
)


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """``durability``: "full" waits for the disk in each commit; "normal" survives the death of the
    process, but not always that of the machine. ``busy_seconds``: how long to wait while another
    process writes. ``store``: whose file, in errors."""

    path: Path
    durability: Durability
    busy_seconds: float
    store: str

    def create(self) -> None:
        """Make what is missing. Raises ConfigurationError, StoreUnavailable, and StoreError for a
        file that is damaged or another program's."""
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise ConfigurationError(
                f"Message store '{self.store}': SQLite {sqlite3.sqlite_version} is too old; it"
                " needs 3.35"
            )
        if not self.path.parent.is_dir():
            raise ConfigurationError(
                f"Message store '{self.store}': there is no folder {self.path.parent}; make it, or"
                " name another one"
            )
        try:
            _create(self.path)
        except OSError as error:
            raise StoreUnavailable(self.store, f"{self.path} cannot be made: {error}") from error
        with self.failing_as_store():
            connection = self._connect()
            try:
                _prepare(connection)
            finally:
                connection.close()

    def connect(self) -> sqlite3.Connection:
        """Raises sqlite3.Error."""
        if not self.path.exists():
            raise sqlite3.OperationalError("the file is gone")
        connection = self._connect()
        connection.execute(f"PRAGMA synchronous = {self.durability}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_BETWEEN_CHECKPOINTS}")
        connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_LOG_LEFT}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        return connection

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path, timeout=self.busy_seconds, isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def failing_as_store(self) -> Iterator[None]:
        """Turns errors of SQLite into ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise self.error(error) from error

    def error(self, error: sqlite3.Error | OSError, *, putting: bool = False) -> StoreError:
        """What an error of SQLite, or of the disk, is for whoever uses the store."""
        # Only errors of SQLite's own have a code; those of Python's module are misuse, or closed.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary one
        if code == sqlite3.SQLITE_FULL:
            problem = f"the disk of {self.path} is full: {error}"
            if putting:
                return StoreFull(self.store, problem)
            return StoreUnavailable(self.store, problem, retry_after=30)
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return StoreError(
                self.store, f"{self.path} is damaged, or no SQLite file: {error}; restore a backup"
            )
        if isinstance(error, ForeignFile):
            return StoreError(self.store, f"{self.path} {error}")
        return StoreUnavailable(self.store, f"{self.path} cannot be used: {error}")


class ForeignFile(sqlite3.DatabaseError):
    """A SQLite file that is not ours, or not of this version."""


def _create(path: Path) -> None:
    """An empty file for its owner alone; SQLite's log beside it takes over the mode."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file. Does no harm if another process was faster."""
    if _pragma(connection, "application_id") == 0 and _is_empty(connection):
        if _pragma(connection, "journal_mode = WAL") != "wal":
            raise ForeignFile("cannot have a write-ahead log there; use a local disk")
        connection.execute("BEGIN IMMEDIATE")
        if _is_empty(connection):
            for statement in SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
        connection.execute("COMMIT")
    if _pragma(connection, "application_id") != _APPLICATION:
        raise ForeignFile("belongs to another program; name another file")
    if (found := _pragma(connection, "user_version")) != _FORMAT:
        raise ForeignFile(f"has format {found}, and this version knows {_FORMAT}")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])


def _pragma(connection: sqlite3.Connection, statement: str) -> Any:
    return connection.execute(f"PRAGMA {statement}").fetchone()[0]
