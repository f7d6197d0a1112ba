"""Looking into queues of RabbitMQ, which only offers to take the first out and put them back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from msgspec.structs import replace

from apns_connector.delivery.record import Counts, Kept, Record, State
from apns_connector.delivery.stores.rabbitmq.link import Link
from apns_connector.delivery.stores.rabbitmq.messages import record_of
from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.session import Session
from apns_connector.delivery.stores.rabbitmq.taking import Message

# How many of each queue.
DEPTH: Final = 10_000

Helping = Callable[[Session, str, Record], Awaitable[bool]]


class Looking:
    """What a human does. Others do not get meanwhile what is looked at."""

    def __init__(self, link: Link, queues: Queues, clock: Callable[[], float]) -> None:
        self._link = link
        self._queues = queues
        self._clock = clock

    async def count(self) -> Counts:
        session = await self._link.connected()
        async with self._link.reported(session):
            ready = await session.counts(self._queues.all)
            dead = ready.pop(self._queues.dead)
            created = [record.created for record in session.claims]
            for queue in (queue for queue, records in ready.items() if records):
                async with session.taken(queue, 1) as first:
                    created += [record_in(message).created for message in first]
        waiting = sum(ready.values())
        return Counts(waiting, len(session.claims), dead, min(created, default=None))

    async def browse(self, state: State | None, limit: int, after: str) -> list[Kept]:
        session = await self._link.connected()
        found = []
        if state in (None, State.CLAIMED):
            found += [Kept(record, State.CLAIMED) for record in session.claims]
        async with self._link.reported(session):
            for queue in self._queues.all:
                holds = State.DEAD if queue == self._queues.dead else State.WAITING
                if state in (None, holds):
                    async with session.taken(queue, DEPTH) as messages:
                        found += [Kept(record_in(message), holds) for message in messages]
        found.sort(key=lambda kept: kept.record.id)
        return [kept for kept in found if kept.record.id > after][:limit]

    async def find(self, record_id: str) -> Kept | None:
        for kept in await self.browse(None, len(self._queues.all) * DEPTH, ""):
            if kept.record.id == record_id:
                return kept
        return None

    async def retry(self, record_ids: set[str]) -> int:
        async def retry(session: Session, queue: str, record: Record) -> bool:
            now = self._clock()
            if queue == self._queues.dead:
                record = replace(record, attempts=0)
            elif record.due <= now:
                return False
            await session.publish(replace(record, due=now), self._queues.main)
            return True

        return await self._help(record_ids, retry)

    async def drop(self, record_ids: set[str]) -> int:
        async def drop(_session: Session, _queue: str, _record: Record) -> bool:
            return True

        return await self._help(record_ids, drop)

    async def _help(self, record_ids: set[str], may_go: Helping) -> int:
        """``may_go``: whether it may go from its queue. Returns how many did."""
        helped = 0
        session = await self._link.connected()
        async with self._link.reported(session):
            for queue in self._queues.all if record_ids else ():
                async with session.taken(queue, DEPTH) as messages:
                    for message in messages:
                        record = record_in(message)
                        if record.id in record_ids and await may_go(session, queue, record):
                            await message.ack()
                            helped += 1
        return helped


def record_in(message: Message) -> Record:
    return record_of(message.body, message.message_id, message.headers)
