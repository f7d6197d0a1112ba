"""A store in memory: it forgets everything with its process."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apns_connector.delivery.record import Claim, Counts, Kept, Record, Settlement, State
from apns_connector.delivery.stores.memory_records import MemoryRecords
from apns_connector.errors import StoreFull, StoreUnavailable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    """``limit``: records."""

    limit: int = 1_000_000


class MemoryStore:
    """Promises all of MessageStore, but that it is durable. A page of records takes time in
    proportion to all of them."""

    durable = False
    keeps_order = True

    def __init__(
        self, name: str, options: MemoryOptions, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.name = name
        self._limit = options.limit
        self._clock = clock
        self._records = MemoryRecords()
        self._open = False
        self._changed = asyncio.Event()  # replaced by each change: whoever waits has his own

    def __repr__(self) -> str:
        return f"MemoryStore({self.name!r})"

    async def open(self) -> None:
        logger.warning(
            "Message store '%s' is in memory: what it keeps is lost when the process ends."
            " Use a JDBCMessageStore (SQLite needs no server) for messages that must not be lost",
            self.name,
        )
        self._open = True

    async def close(self) -> None:
        self._open = False
        self._tell()

    async def put(self, records: Sequence[Record]) -> None:
        new = self._opened().unknown(records)
        if new and len(self._records) + len(new) > self._limit:
            raise StoreFull(self.name, f"its limit of {self._limit} records is reached")
        self._records.add(new.values())
        self._tell()

    async def claim(self, limit: int, *, lease: float, wait: float = 0.0) -> list[Claim]:
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while True:
            changed, now = self._changed, self._clock()
            claims = self._opened().claim(limit, now, now + lease)
            left = end - loop.time()
            if claims or left <= 0:
                return claims
            due = self._records.next_due()
            await _either(changed, left if due is None else min(left, max(due - now, 0.001)))

    async def extend(self, claims: Sequence[Claim], lease: float) -> None:
        self._opened().extend(claims, self._clock() + lease)

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        self._opened().settle(settlements)
        self._tell()

    async def count(self) -> Counts:
        return self._opened().count(self._clock())

    async def browse(
        self, state: State | None = None, *, limit: int = 100, after: str = ""
    ) -> list[Kept]:
        return self._opened().browse(state, limit, after, self._clock())

    async def find(self, record_id: str) -> Kept | None:
        return self._opened().find(record_id, self._clock())

    async def retry(self, record_ids: Sequence[str]) -> int:
        found = self._opened().retry(record_ids, self._clock())
        self._tell()
        return found

    async def drop(self, record_ids: Sequence[str]) -> int:
        found = self._opened().drop(record_ids, self._clock())
        self._tell()
        return found

    def _opened(self) -> MemoryRecords:
        if not self._open:
            raise StoreUnavailable(self.name, "it is closed")
        return self._records

    def _tell(self) -> None:
        """Whoever waits looks again."""
        self._changed.set()
        self._changed = asyncio.Event()


async def _either(changed: asyncio.Event, seconds: float) -> None:
    """A change, or the time."""
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return
