"""A server that is killed while records are put and claimed: what was acknowledged must arrive."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

from apns_connector.delivery.record import Done, Record
from apns_connector.delivery.store import MessageStore
from apns_connector.errors import StoreUnavailable
from tests.servers.process import ServerProcess

_PAUSE = 0.05
_LEASE = 2.0


class Storm:
    """Of ``count`` records. ``claimed``: how often each came; ``outages``: how often one waited."""

    def __init__(self, server: ServerProcess, count: int) -> None:
        self.acknowledged: set[str] = set()
        self.claimed: Counter[str] = Counter()
        self.outages = 0
        self._server = server
        self._count = count
        # Released at a third and at two thirds of the way.
        self._some_more = asyncio.Semaphore(0)

    async def rage(self, writer: MessageStore, worker: MessageStore) -> None:
        writing = [self._write(writer, self._count // 8) for _ in range(8)]
        working = [self._work(worker) for _ in range(4)]
        await asyncio.gather(self._kill_twice(), *writing, *working)

    async def _kill_twice(self) -> None:
        for _ in range(2):
            await self._some_more.acquire()
            await asyncio.to_thread(self._server.kill)
            await asyncio.sleep(_PAUSE)
            await asyncio.to_thread(self._server.start)

    async def _write(self, store: MessageStore, count: int) -> None:
        for number in range(count):
            record = Record(b"%d" % number, time.time())
            while record.id not in self.acknowledged:
                try:
                    await store.put([record])
                    self._count_in(record.id)
                except StoreUnavailable:
                    await self._wait()

    def _count_in(self, record_id: str) -> None:
        self.acknowledged.add(record_id)
        if len(self.acknowledged) in (self._count // 3, self._count * 2 // 3):
            self._some_more.release()

    async def _work(self, store: MessageStore) -> None:
        while not self.is_over:
            try:
                claims = await store.claim(16, lease=_LEASE, wait=0.2)
                self.claimed.update(claim.record.id for claim in claims)
                await self._settle(store, [Done(claim) for claim in claims])
            except StoreUnavailable:
                await self._wait()

    async def _settle(self, store: MessageStore, settlements: Sequence[Done]) -> None:
        """As often as it takes: it was delivered."""
        while True:
            try:
                return await store.settle(settlements)
            except StoreUnavailable:
                await self._wait()

    async def _wait(self) -> None:
        self.outages += 1
        await asyncio.sleep(_PAUSE)

    @property
    def is_over(self) -> bool:
        everybody = len(self.acknowledged) == self._count // 8 * 8
        return everybody and self.acknowledged <= self.claimed.keys()

    @property
    def duplicates(self) -> int:
        return sum(times - 1 for times in self.claimed.values())
