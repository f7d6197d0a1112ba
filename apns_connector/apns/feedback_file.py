"""The device tokens that are gone, in a file that other processes read and clear (SQLite).

Adding never waits: a thread writes, and what comes in while it does goes into its next commit.
Reading and clearing wait for the disk; on an event loop, call them with :func:`asyncio.to_thread`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from apns_connector.apns.feedback import DEFAULT_CAPACITY, Feedback, Unregistered
from apns_connector.errors import ConfigurationError, FeedbackError

logger = logging.getLogger(__name__)

_FORMAT: Final = 1
_APPLICATION: Final = int.from_bytes(b"APNf", "big")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# Times are microseconds since 1970. AUTOINCREMENT: a position that was cleared never comes back,
# so nobody's ``up_to`` can reach what was added since.
_CREATE: Final = """
CREATE TABLE IF NOT EXISTS unregistered (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    device_token TEXT NOT NULL COLLATE NOCASE,
    topic TEXT NOT NULL,
    reason TEXT NOT NULL,
    invalid_since INTEGER,
    seen_at INTEGER NOT NULL,
    UNIQUE (device_token, topic)
)
"""
# Later news replaces what is known and moves to the end; the same, or older, changes nothing.
_ADD: Final = """
INSERT OR REPLACE INTO unregistered (device_token, topic, reason, invalid_since, seen_at)
SELECT :device_token, :topic, :reason, :invalid_since, :seen_at
WHERE NOT EXISTS (
    SELECT 1 FROM unregistered
    WHERE device_token = :device_token AND topic = :topic
    AND coalesce(invalid_since, seen_at) >= coalesce(:invalid_since, :seen_at)
)
"""
_READ: Final = """
SELECT position, device_token, topic, reason, invalid_since, seen_at
FROM unregistered WHERE position > ? ORDER BY position LIMIT ?
"""
_CLEAR: Final = "DELETE FROM unregistered WHERE position <= ?"
_COUNT: Final = "SELECT count(*) FROM unregistered"


class Page(NamedTuple):
    """What was read, oldest news first. ``up_to``: where it ends, for ``clear`` or ``read``."""

    unregistered: tuple[Unregistered, ...]
    up_to: int


class _Batch:
    """What one commit writes; ``done`` is resolved with it."""

    def __init__(self, capacity: int) -> None:
        self.feedback = Feedback(capacity)
        self.done: Future[None] = Future()
        self.done.set_running_or_notify_cancel()  # shared: none who waits may cancel it for others


class FeedbackFile:
    """The latest of each device token and topic, kept in ``path``.

    Any number of processes may add, read and clear at once, on one machine: SQLite's write-ahead
    log does not work on network file systems. A new file is for its owner alone (mode 600); one
    that exists keeps its mode.

    ``busy_seconds``: how long to wait while another process writes. ``retry_seconds``: when
    writing fails, the pause before the next try; until then up to ``capacity`` device tokens are
    kept in memory. Whoever adds must close: what a thread has not written yet ends with the
    process. Raises :class:`ConfigurationError` if the file cannot be used.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        busy_seconds: float = 5.0,
        retry_seconds: float = 5.0,
        capacity: int = DEFAULT_CAPACITY,
    ) -> None:
        self.path = Path(path)
        self._busy_seconds = busy_seconds
        self._retry_seconds = retry_seconds
        self._capacity = capacity
        self._changed = threading.Condition()
        self._pending = _Batch(capacity)
        self._closed = False
        self._writer: threading.Thread | None = None
        try:
            with self._connected():
                pass
        except FeedbackError as error:
            raise ConfigurationError(str(error)) from error

    # Adding

    def add(self, unregistered: Unregistered) -> None:
        """Have it written soon, without waiting. A failure is logged and writing tried again.

        Raises :class:`FeedbackError` after :meth:`close`.
        """
        self._enqueue(unregistered)

    async def save(self, unregistered: Unregistered) -> None:
        """Return once it is on the disk.

        Raises :class:`FeedbackError` if it is not yet; it is kept, and tried again all the same.
        """
        await asyncio.wrap_future(self._enqueue(unregistered))

    def close(self) -> None:
        """Write what is left. Waits for the disk; on an event loop use :func:`asyncio.to_thread`.

        Raises :class:`FeedbackError` if something could not be written, and is lost.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._writer is not None:
            self._writer.join()
        batch, self._pending = self._pending, _Batch(self._capacity)
        try:
            if batch.feedback:
                with self._connected() as connection:
                    _write(connection, batch)
        except FeedbackError as error:
            batch.done.set_exception(error)
            lost = f"unregistered device tokens lost for good: {len(batch.feedback)}. {error}"
            raise FeedbackError(lost) from error

    def __enter__(self) -> FeedbackFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _enqueue(self, unregistered: Unregistered) -> Future[None]:
        with self._changed:
            if self._closed:
                raise FeedbackError(f"the feedback file {self.path} is closed")
            if self._writer is None:
                self._writer = threading.Thread(target=self._run, name="feedback", daemon=True)
                self._writer.start()
            self._pending.feedback.add(unregistered)
            self._changed.notify_all()
            return self._pending.done

    # The writer's thread

    def _run(self) -> None:
        while self._wait_for_work():
            batch = self._take_batch()
            try:
                with self._connected() as connection:  # one for as long as there is more to write
                    while batch.feedback:
                        _write(connection, batch)
                        batch = self._take_batch()
            except FeedbackError as error:
                self._keep(batch, error)

    def _wait_for_work(self) -> bool:
        """False once closed; what is left then, :meth:`close` writes itself."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._pending.feedback)
            return not self._closed

    def _take_batch(self) -> _Batch:
        with self._changed:
            batch, self._pending = self._pending, _Batch(self._capacity)
            return batch

    def _keep(self, batch: _Batch, error: FeedbackError) -> None:
        """Put ``batch`` back, under what has come since, and wait a while."""
        logger.error("%s. Device tokens kept in memory meanwhile: %d", error, len(batch.feedback))
        with self._changed:
            for unregistered in self._pending.feedback:
                batch.feedback.add(unregistered)
            self._pending.feedback = batch.feedback
            batch.done.set_exception(error)
            self._changed.wait_for(lambda: self._closed, self._retry_seconds)

    # Reading and clearing

    def read(self, limit: int = 1000, *, after: int = 0) -> Page:
        """At most ``limit`` entries, from the oldest on or ``after`` an earlier page's ``up_to``.

        This and the following raise :class:`FeedbackError` if the file cannot be used.
        """
        with self._connected() as connection:
            rows = connection.execute(_READ, (after, limit)).fetchall()
        return Page(tuple(_from_row(row) for row in rows), rows[-1][0] if rows else after)

    def clear(self, up_to: int) -> int:
        """Remove what was read, and nothing that was added or renewed since; how many it were."""
        with self._connected() as connection:
            return connection.execute(_CLEAR, (up_to,)).rowcount

    def count(self) -> int:
        with self._connected() as connection:
            return int(connection.execute(_COUNT).fetchone()[0])

    # The file

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """The file, made if it is missing. What is not committed in the end is rolled back."""
        try:
            _create(self.path)
            connection = sqlite3.connect(
                self.path, timeout=self._busy_seconds, isolation_level=None
            )
            try:
                _prepare(connection)
                yield connection
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            raise FeedbackError(f"the feedback file {self.path} cannot be used: {error}") from error

    def __repr__(self) -> str:
        return f"FeedbackFile({str(self.path)!r})"


def _create(path: Path) -> None:
    """An empty file for its owner alone; SQLite's log beside it takes over the mode.

    One that exists is left to SQLite: to close it here would drop the locks of this process on it.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the table in an empty file. Raises :class:`sqlite3.Error` if the file is not ours."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN")
    empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    ours = _pragma(connection, "application_id") == _APPLICATION
    found = _pragma(connection, "user_version")
    connection.execute("COMMIT")
    if empty:
        _format(connection)
    elif not ours:
        raise sqlite3.DatabaseError("it is a data base of another program; name another file")
    elif found != _FORMAT:
        raise sqlite3.DatabaseError(f"it has format {found}, and this version knows {_FORMAT}")


def _format(connection: sqlite3.Connection) -> None:
    """Does no harm if another process was faster."""
    if _pragma(connection, "journal_mode = WAL") != "wal":
        raise sqlite3.DatabaseError("no write-ahead log can be kept there; use a local disk")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_CREATE)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_FORMAT}")
    connection.execute("COMMIT")


def _pragma(connection: sqlite3.Connection, statement: str) -> Any:
    return connection.execute(f"PRAGMA {statement}").fetchone()[0]


def _write(connection: sqlite3.Connection, batch: _Batch) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_ADD, [_to_row(entry) for entry in batch.feedback])
    connection.execute("COMMIT")
    batch.done.set_result(None)


def _to_row(entry: Unregistered) -> dict[str, str | int | None]:
    return {
        "device_token": entry.device_token,
        "topic": entry.topic or "",
        "reason": entry.reason,
        "invalid_since": None if entry.invalid_since is None else _to_number(entry.invalid_since),
        "seen_at": _to_number(entry.seen_at),
    }


def _from_row(row: tuple[int, str, str, str, int | None, int]) -> Unregistered:
    _, device_token, topic, reason, invalid_since, seen_at = row
    since = None if invalid_since is None else _to_time(invalid_since)
    return Unregistered(device_token, topic or None, reason, since, _to_time(seen_at))


def _to_number(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def _to_time(number: int) -> datetime:
    return _EPOCH + number * _MICROSECOND
