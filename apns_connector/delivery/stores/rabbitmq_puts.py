"""Putting into RabbitMQ: room, confirmations, and what to make of a put of which a part is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.rabbitmq_claims import Memory
from apns_connector.delivery.stores.rabbitmq_link import Link
from apns_connector.delivery.stores.rabbitmq_queues import Queues
from apns_connector.delivery.stores.rabbitmq_session import Refused, Session
from apns_connector.delivery.stores.room import Room
from apns_connector.errors import StoreFull, StoreUnavailable

_SECONDS_TO_CONFIRM: Final = 10.0
# After so many it is time to ask whether the broker confirms anything at all.
_SECONDS_WITHOUT_DOUBT: Final = 1.0


class Puts:
    """``room``: of the store, whoever frees some tells it."""

    def __init__(self, store: str, link: Link, queues: Queues, clock: Callable[[], float]) -> None:
        self.room = Room(queues.limit)
        self._store = store
        self._link = link
        self._queues = queues
        self._clock = clock
        self._counting = asyncio.Lock()
        # Confirmed, as a part of a put that failed.
        self._half_put = Memory()
        # The last put was not confirmed.
        self._stalled = False

    async def put(self, records: Sequence[Record]) -> None:
        wanted = {record.id: record for record in records if record.id not in self._half_put}
        missing = list(wanted.values())
        session = await self._link.connected()
        if self.room.takes(len(missing)):
            await self._publish(session, missing)
        else:
            async with self._counting:
                await self._make_sure_of_room(session, len(missing))
                await self._publish(session, missing)
        for record in records:
            self._half_put.discard(record.id)

    async def _make_sure_of_room(self, session: Session, records: int) -> None:
        now = time.monotonic()
        full = StoreFull(self._store, f"it has {self._queues.limit} records, its limit")
        if self.room.known_full(now):
            raise full
        async with self._link.reported(session):
            ready = await session.counts(self._queues.all)
        if not all(self.room.counted(sum(ready.values()) + len(session.claims), [records], now)):
            raise full

    async def _publish(self, session: Session, records: list[Record]) -> None:
        if not records:
            return
        if self._stalled and await session.blocked():
            raise StoreFull(self._store, f"{self._link.address} is short of memory or disk")
        puts = [asyncio.create_task(self._send(session, record)) for record in records]
        try:
            await self._confirmed(session, puts)
        finally:
            failures = self._failures(records, puts)
        if failures and all(isinstance(error, Refused) for error in failures):
            raise StoreFull(self._store, f"{self._link.address} refuses {len(failures)} records")
        async with self._link.reported(session):
            for error in failures:
                raise error

    async def _send(self, session: Session, record: Record) -> None:
        await session.publish(record, self._queues.place(record.due, self._clock()))

    async def _confirmed(self, session: Session, puts: list[asyncio.Task[None]]) -> None:
        """Returns when each has its answer, whichever."""
        stalled = False
        _, pending = await asyncio.wait(puts, timeout=_SECONDS_WITHOUT_DOUBT)
        if pending and not (stalled := await session.blocked()):
            _, pending = await asyncio.wait(pending, timeout=_SECONDS_TO_CONFIRM)
        self._stalled = bool(pending)
        if stalled:
            problem = "is short of memory or disk, and does not confirm"
            raise StoreUnavailable(self._store, f"{self._link.address} {problem}")
        if pending:
            session.lost.set()
            raise StoreUnavailable(self._store, f"{self._link.address} does not confirm")

    def _failures(
        self, records: list[Record], puts: list[asyncio.Task[None]]
    ) -> list[BaseException]:
        """What has become of those that have an answer. When not all is well, the next put knows
        those that are."""
        for put in puts:
            put.cancel()  # those without an answer
        answered = [put for put in puts if put.done() and not put.cancelled()]
        failures = [error for put in answered if (error := put.exception()) is not None]
        if failures or len(answered) < len(puts):
            for record, put in zip(records, puts, strict=True):
                if put.done() and not put.cancelled() and put.exception() is None:
                    self._half_put.add(record.id)
        return failures
