"""Records in quorum queues of RabbitMQ 3.10 or later, put with publisher confirms."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from apns_connector.delivery.record import (
    Again,
    Claim,
    Counts,
    Dead,
    Done,
    Kept,
    Record,
    Settlement,
    State,
)
from apns_connector.delivery.stores.gathering import Answers, Gathering
from apns_connector.delivery.stores.rabbitmq.claims import Held, Memory
from apns_connector.delivery.stores.rabbitmq.link import Link
from apns_connector.delivery.stores.rabbitmq.looking import Looking
from apns_connector.delivery.stores.rabbitmq.puts import Puts
from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.receiving import Delivery
from apns_connector.delivery.stores.rabbitmq.session import Refused, Session
from apns_connector.errors import StoreUnavailable

# RabbitMQ does not say that a queue is empty: a claim waits for at least so long.
_SHORTEST_WAIT: Final = 0.05


@dataclass(frozen=True, slots=True)
class RabbitmqOptions:
    """``url``: amqp:// or amqps://, with the options of aio-pika (cafile, certfile, keyfile...).
    ``queue``: the name of the store, if empty. ``limit``: records, the dead ones too."""

    url: str = field(repr=False)
    queue: str = ""
    limit: int = 1_000_000


class RabbitmqStore:
    """A broker, not a database. What it cannot promise of MessageStore:

    - Once: it does not look for a record whose id it has. What has been put twice comes twice, with
      the same id; but a record that this process has seen done a moment ago is not given out again.
    - All or none: when the broker takes a part of a ``put`` only, or its answers are lost, that
      part stays. Another ``put`` of the same records by this process adds the missing ones.
    - The limit is looked at before a put, from several processes at once only roughly; that the
      main queue alone exceeds it the broker refuses, but for some hundred records that are on
      their way by then.
    - The longest due first: the first come first, and one that was to wait comes behind those that
      are there already. Lanes are not heeded.
    - A claim ends with its lease only as long as its process lives; with its connection it ends at
      once, also by ``close``. So what one process has claimed no other one sees or counts.
    - An acknowledgement is not confirmed: what was settled in the last moment before the broker
      crashes may come again.
    - Whoever looks, takes the records out for a moment and sees 10,000 of each queue; ``oldest`` is
      the oldest of those that are first in theirs. A broker that has just started counts none.
    - A queue must be some seconds old before RabbitMQ has it on disk: what is put into a queue that
      was made just before a crash of a broker without replicas can be lost with it.
    """

    durable = True
    keeps_order = False

    def __init__(
        self, name: str, options: RabbitmqOptions, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._name = name
        self._clock = clock
        self._queues = Queues(options.queue or name, options.limit)
        self._link = Link(name, options.url, self._queues)
        self._puts = Puts(name, self._link, self._queues, clock)
        self._looking = Looking(self._link, self._queues, clock)
        self._done = Memory()
        self._settlements = Gathering(name, self._settle, len)

    def __repr__(self) -> str:
        return f"RabbitmqStore({self._name!r}, {self._link.address})"

    async def open(self) -> None:
        await self._link.open()
        self._settlements = Gathering(self._name, self._settle, len)

    async def close(self) -> None:
        await self._settlements.close()
        await self._link.close()

    async def put(self, records: Sequence[Record]) -> None:
        for record in records:
            self._done.discard(record.id)
        if records:
            await self._puts.put(records)

    async def claim(self, limit: int, *, lease: float, wait: float = 0.0) -> list[Claim]:
        stop = asyncio.Event()
        claiming = self._link.errand(self._claim(limit, lease, wait, stop))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            stop.set()
            claiming.add_done_callback(self._give_back)
            raise

    async def _claim(
        self, limit: int, lease: float, wait: float, stop: asyncio.Event
    ) -> list[Claim]:
        until = time.monotonic() + max(wait, _SHORTEST_WAIT)
        claims: list[Claim] = []
        while not claims and not stop.is_set() and (left := until - time.monotonic()) > 0:
            session = await self._link.connected()
            async with self._link.reported(session):
                found = await session.receiver.receive(
                    limit, left, stop, session.lost, session.closing
                )
                claims = await self._sorted_out(session, found, lease)
            if session.lost.is_set():
                raise StoreUnavailable(self._name, f"{self._link.address}: the connection is lost")
        if claims:
            asyncio.get_running_loop().call_later(lease, self._look_for_expired)
        return claims

    async def _sorted_out(
        self, session: Session, found: list[Delivery], lease: float
    ) -> list[Claim]:
        """Those of them that are to be delivered. Others wait on, or have been done already."""
        now = self._clock()
        done = {one.tag for one in found if one.record.id in self._done}
        early = [one for one in found if one.record.due > now and one.tag not in done]
        errors = await self._puts.sent(session, [one.record for one in early])
        moved = {one.tag for one, error in zip(early, errors, strict=True) if error is None}
        left = [one for one in found if one.tag not in done | moved]
        await session.receiver.acknowledge(done | moved)
        for error in errors:
            if error is not None:
                self._return(session, [one.tag for one in left])
                raise error
        until = self._clock() + lease
        return [session.claims.add(one.record, one.tag, until) for one in left]

    def _give_back(self, claiming: asyncio.Task[list[Claim]]) -> None:
        session = self._link.session
        if claiming.cancelled() or claiming.exception() or session is None:
            return
        held = [session.claims.release(claim) for claim in claiming.result()]
        self._return(session, [one.message for one in held if one])

    def _look_for_expired(self) -> None:
        session = self._link.session
        if session is not None and not session.lost.is_set():
            self._return(session, session.claims.expired(self._clock()))

    def _return(self, session: Session, tags: list[int]) -> None:
        if tags:
            self._link.errand(session.receiver.give_back(tags))

    async def extend(self, claims: Sequence[Claim], lease: float) -> None:
        session = await self._link.connected()
        self._look_for_expired()
        for claim in claims:
            session.claims.extend(claim, self._clock() + lease)
        asyncio.get_running_loop().call_later(lease, self._look_for_expired)

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        if settlements:
            await self._settlements.add(settlements)

    async def _settle(self, asked: list[Sequence[Settlement]]) -> Answers:
        session = await self._link.connected()
        self._look_for_expired()
        settlements = [one for some in asked for one in some]
        self._done.add(*(one.claim.record.id for one in settlements if isinstance(one, Done)))
        async with self._link.reported(session):
            await self._settle_all(session, settlements)
            await session.receiver.confirm()
        self._puts.room.freed()
        return [None] * len(asked)

    async def _settle_all(self, session: Session, settlements: list[Settlement]) -> None:
        gone, back, following = [], [], []
        for settlement in settlements:
            held = session.claims.release(settlement.claim)
            if held is None:  # it was lost
                continue
            if isinstance(settlement, Done):
                gone.append(held.message)
            elif settlement.record() == settlement.claim.record:
                back.append(held.message)
            else:
                following.append((settlement, held))
        await session.receiver.acknowledge(gone)
        await session.receiver.give_back(back)
        results = await asyncio.gather(
            *(self._follow(session, settlement, held) for settlement, held in following),
            return_exceptions=True,
        )
        await session.receiver.acknowledge([tag for tag in results if isinstance(tag, int)])
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _follow(self, session: Session, settlement: Again | Dead, held: Held[int]) -> int:
        """The tag of the record that was claimed, when the broker has what follows it."""
        try:
            await self._publish(session, settlement)
        except BaseException:  # whatever it was: the claim goes on
            session.claims.restore(settlement.claim, held)
            raise
        return held.message

    async def _publish(self, session: Session, settlement: Again | Dead) -> None:
        record = settlement.record()
        if isinstance(settlement, Dead):
            await session.publish(record, self._queues.dead)
            return
        try:
            await session.publish(record, self._queues.place(record.due, self._clock()))
        except Refused:
            # The main queue is full; from here the broker itself tries again until it is not.
            await session.publish(record, self._queues.after(0.0))

    async def count(self) -> Counts:
        self._look_for_expired()
        return await self._looking.count()

    async def browse(
        self, state: State | None = None, *, limit: int = 100, after: str = ""
    ) -> list[Kept]:
        self._look_for_expired()
        return await self._looking.browse(state, limit, after)

    async def find(self, record_id: str) -> Kept | None:
        self._look_for_expired()
        return await self._looking.find(record_id)

    async def retry(self, record_ids: Sequence[str]) -> int:
        return await self._looking.retry(set(record_ids))

    async def drop(self, record_ids: Sequence[str]) -> int:
        dropped = await self._looking.drop(set(record_ids))
        self._puts.room.freed()
        return dropped
