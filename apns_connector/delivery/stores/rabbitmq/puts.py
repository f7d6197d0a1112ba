"""Putting into RabbitMQ: room, confirmations, and what to make of a put of which a part is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.rabbitmq.claims import Memory
from apns_connector.delivery.stores.rabbitmq.link import Link
from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.session import FAILURES, Refused, Session
from apns_connector.delivery.stores.room import Room
from apns_connector.errors import StoreFull, StoreUnavailable

_SECONDS_TO_CONFIRM: Final = 10.0


class Puts:
    """``room``: of the store, whoever frees some tells it."""

    def __init__(self, store: str, link: Link, queues: Queues, clock: Callable[[], float]) -> None:
        self.room = Room(queues.limit)
        self._store = store
        self._link = link
        self._queues = queues
        self._clock = clock
        self._counting = asyncio.Lock()
        # On their way into the room that is left: a count may miss them.
        self._uncounted = 0
        # Confirmed, as a part of a put that failed.
        self._half_put = Memory()
        # The last put was not confirmed.
        self._stalled = False

    async def put(self, records: Sequence[Record]) -> None:
        wanted = {record.id: record for record in records if record.id not in self._half_put}
        missing = list(wanted.values())
        await self._put(await self._link.connected(), missing)
        for record in records:
            self._half_put.discard(record.id)

    async def _put(self, session: Session, records: list[Record]) -> None:
        if not self.room.takes(len(records)):
            async with self._counting:
                # Somebody may have counted while this one waited.
                if not self.room.takes(len(records)):
                    await self._make_sure_of_room(session, len(records))
                    await self._publish(session, records)  # the next count must find them
                    return
        self._uncounted += len(records)
        try:
            await self._publish(session, records)
        finally:
            self._uncounted -= len(records)

    async def _make_sure_of_room(self, session: Session, records: int) -> None:
        now = time.monotonic()
        full = StoreFull(self._store, f"it has {self._queues.limit} records, its limit")
        if self.room.known_full(now):
            raise full
        async with self._link.reported(session):
            ready = await session.counts(self._queues.all)
        kept = sum(ready.values()) + len(session.claims) + self._uncounted
        if not all(self.room.counted(kept, [records], now)):
            raise full

    async def _publish(self, session: Session, records: list[Record]) -> None:
        if not records:
            return
        if self._stalled and await session.blocked():
            raise StoreFull(self._store, f"{self._link.address} is short of memory or disk")
        results = await self.sent(session, records)
        failures = [error for error in results if error is not None]
        if failures:
            kept = zip(records, results, strict=True)
            self._half_put.add(*(record.id for record, error in kept if error is None))
            await self._complain(session, failures)
        self._stalled = False

    async def sent(self, session: Session, records: list[Record]) -> Sequence[BaseException | None]:
        """Each to where it belongs. What went wrong with each."""
        if len(records) == 1:  # mostly: without tasks it is half the work
            return [await self._sent_one(session, records[0])]
        return await asyncio.gather(*(self._sent_one(session, record) for record in records))

    async def _sent_one(self, session: Session, record: Record) -> BaseException | None:
        try:
            queue = self._queues.place(record.due, self._clock())
            await session.publish(record, queue, _SECONDS_TO_CONFIRM)
        except FAILURES as error:
            return error
        return None

    async def _complain(self, session: Session, failures: list[BaseException]) -> NoReturn:
        address = self._link.address
        if all(isinstance(error, Refused) for error in failures):
            # It does not say which.
            problem = "the queue is at its limit, or has failed as by a full disk: see its log"
            raise StoreFull(self._store, f"{address} refuses {len(failures)} records: {problem}")
        if any(isinstance(error, TimeoutError) for error in failures):
            self._stalled = True
            if await session.blocked():
                problem = f"{address} is short of memory or disk, and does not confirm"
                raise StoreUnavailable(self._store, problem)
        raise self._link.unavailable(failures[0], session) from failures[0]
