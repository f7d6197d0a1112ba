"""A store in a SQLite file, embedded: durable without a server, on one machine."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from asyncio import Future
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from apns_connector.delivery.record import Again, Claim, Counts, Kept, Record, Settlement, State
from apns_connector.delivery.stores.sqlite.commit import Committer
from apns_connector.delivery.stores.sqlite.file import Durability, SqliteFile
from apns_connector.delivery.stores.sqlite.records import SqliteRecords
from apns_connector.delivery.stores.sqlite.writer import SqliteWriter
from apns_connector.errors import StoreError, StoreUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SqliteOptions:
    """``path``: the file, on a local disk; made at first use, for its owner alone (mode 600).

    ``durability``: "full", or "normal", which is faster and survives the death of the process, but
    may lose the last commits with a power cut. ``busy_seconds``: how long to wait while other
    processes write. ``poll``: seconds between two looks at what they have put.
    """

    path: Path
    limit: int = 1_000_000
    durability: Durability = "full"
    busy_seconds: float = 5.0
    poll: float = 0.1


class SqliteStore:
    """Promises all of MessageStore. A file may hold several stores, by name, and any number of
    processes of one machine may use it: SQLite's write-ahead log does not work on network file
    systems. It does not become smaller when records go: others take their room."""

    durable = True
    keeps_order = True

    def __init__(
        self, name: str, options: SqliteOptions, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.name = name
        self._options = options
        self._clock = clock
        self._file = SqliteFile(options.path, options.durability, options.busy_seconds, name)
        self._writer: SqliteWriter | None = None
        self._reader: ThreadPoolExecutor | None = None
        self._reading: sqlite3.Connection | None = None
        self._waiting: set[Future[None]] = set()
        self._giving_back: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"SqliteStore({self.name!r}, {str(self._options.path)!r})"

    async def open(self) -> None:
        await asyncio.to_thread(self._file.create)
        self._writer = SqliteWriter(Committer(self._file, self._records, self._clock), self.name)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="sqlite reader")
        await self._writer.work(lambda _records, _now: None)  # says what is wrong with the file

    async def close(self) -> None:
        writer, reader = self._writer, self._reader
        if writer is None or reader is None:
            return
        self._reader = None
        self._tell()
        if self._giving_back:
            await asyncio.wait(self._giving_back)
        self._writer = None
        await writer.close()
        await asyncio.get_running_loop().run_in_executor(reader, self._close_reading)
        reader.shutdown(wait=False)

    # Delivering

    async def put(self, records: Sequence[Record]) -> None:
        if records:
            await self._opened().put(records)
            if self._waiting:
                self._tell()

    async def claim(self, limit: int, *, lease: float, wait: float = 0.0) -> list[Claim]:
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while True:
            changed = loop.create_future()
            self._waiting.add(changed)
            try:
                claims = await self._claim(limit, lease)
                left = end - loop.time()
                if claims or left <= 0:
                    return claims
                await asyncio.wait([changed], timeout=min(left, self._options.poll))
            finally:
                self._waiting.discard(changed)

    async def extend(self, claims: Sequence[Claim], lease: float) -> None:
        await self._opened().work(lambda records, now: records.extend(claims, now + lease))

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        if settlements:
            await self._opened().settle(settlements)
            if self._waiting:
                self._tell()

    # Looking and helping

    async def count(self) -> Counts:
        return await self._read(lambda records: records.count(self._clock()))

    async def browse(
        self, state: State | None = None, *, limit: int = 100, after: str = ""
    ) -> list[Kept]:
        return await self._read(lambda records: records.browse(state, limit, after, self._clock()))

    async def find(self, record_id: str) -> Kept | None:
        return await self._read(lambda records: records.find(record_id, self._clock()))

    async def retry(self, record_ids: Sequence[str]) -> int:
        found: int = await self._opened().work(lambda records, now: records.retry(record_ids, now))
        self._tell()
        return found

    async def drop(self, record_ids: Sequence[str]) -> int:
        found: int = await self._opened().work(lambda records, now: records.drop(record_ids, now))
        self._tell()
        return found

    # Claiming

    async def _claim(self, limit: int, lease: float) -> list[Claim]:
        writer = self._opened()
        claiming = writer.work(lambda records, now: records.claim(limit, now, now + lease))
        try:
            return list(await asyncio.shield(claiming))
        except asyncio.CancelledError:
            task = asyncio.create_task(self._give_back(writer, claiming))
            self._giving_back.add(task)
            task.add_done_callback(self._giving_back.discard)
            raise

    async def _give_back(self, writer: SqliteWriter, claiming: Future[list[Claim]]) -> None:
        """Whoever claimed these does not want them any more."""
        try:
            claims = await claiming
            await writer.settle([Again(one, one.record.due, counts=False) for one in claims])
        except StoreError as error:
            logger.warning("%s; what was claimed comes back when its lease is over", error)
        else:
            self._tell()

    def _tell(self) -> None:
        """Whoever waits looks again."""
        waiting, self._waiting = self._waiting, set()
        for changed in waiting:
            if not changed.done():
                changed.set_result(None)

    # The file

    def _opened(self) -> SqliteWriter:
        if self._writer is None or self._reader is None:
            raise StoreUnavailable(self.name, "it is closed")
        return self._writer

    def _records(self, connection: sqlite3.Connection) -> SqliteRecords:
        return SqliteRecords(connection, self.name, self._options.limit)

    async def _read(self, look: Callable[[SqliteRecords], T]) -> T:
        """On a connection apart: who looks does not hold up those who deliver."""
        if self._reader is None:
            raise StoreUnavailable(self.name, "it is closed")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, self._look, look)

    def _look(self, look: Callable[[SqliteRecords], T]) -> T:
        with self._file.failing_as_store():
            try:
                if self._reading is None:
                    self._reading = self._file.connect()
                self._reading.execute("BEGIN")  # one state of the file, for all statements of it
                try:
                    return look(self._records(self._reading))
                finally:
                    self._reading.execute("COMMIT")
            except sqlite3.Error:
                self._close_reading()
                raise

    def _close_reading(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.close()
