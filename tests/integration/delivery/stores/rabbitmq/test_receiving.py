"""Claiming over one channel, and what is acknowledged in few words."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from apns_connector.delivery.record import Done
from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.receiving import Delivery
from apns_connector.delivery.stores.rabbitmq.session import Session
from tests.integration.delivery.stores.rabbitmq_places import Place, a_record
from tests.servers.rabbitmq import RabbitmqServer


@asynccontextmanager
async def opened(rabbitmq: RabbitmqServer, place: Place) -> AsyncIterator[Session]:
    session = await Session.open(rabbitmq.url, "outbox", Queues(place.queue, 1000))
    await session.declare("outbox")
    try:
        yield session
    finally:
        await session.close()


async def put(session: Session, count: int) -> None:
    for _ in range(count):
        await session.publish(a_record(), session.queues.main)


async def received(session: Session, count: int) -> list[Delivery]:
    found: list[Delivery] = []
    while len(found) < count:
        found += await session.receiver.receive(count - len(found), 5.0)
    return found


async def test_receiving_ends_when_it_is_told_to(rabbitmq, place):
    async with opened(rabbitmq, place) as session:
        for ends in ([asyncio.Event(), asyncio.Event()], [session.lost, session.closing]):
            receiving = asyncio.create_task(session.receiver.receive(5, 50.0, *ends))
            await asyncio.sleep(0.1)
            ends[1].set()
            assert await asyncio.wait_for(receiving, 5) == []


async def test_of_those_that_come_at_once_no_more_are_received_than_asked_for(rabbitmq, place):
    async with opened(rabbitmq, place) as session:
        await put(session, 20)
        found = []
        while len(found) < 20:
            deliveries = await session.receiver.receive(7, 5.0)
            assert 1 <= len(deliveries) <= 7
            found += [delivery.record.id for delivery in deliveries]
        assert len(set(found)) == 20
        assert (await session.counts([place.queue])) == {place.queue: 0}


async def test_what_is_given_back_comes_again_in_its_order(rabbitmq, place):
    async with opened(rabbitmq, place) as session:
        await put(session, 6)
        first = await received(session, 6)
        await session.receiver.acknowledge([first[1].tag, first[2].tag])
        kept = [first[0], *first[3:]]
        await session.receiver.give_back([delivery.tag for delivery in reversed(kept)])
        await session.receiver.confirm()
        again = await received(session, 4)
        assert [one.record for one in again] == [one.record for one in kept]


async def test_settled_in_any_order_exactly_those_are_gone_that_were_settled(place):
    """Whoever acknowledges several at once must not take along what is still claimed."""
    chance = random.Random(7)
    sent = [a_record() for _ in range(120)]
    async with place.opened() as store:
        await store.put(sent)
        claims = []
        while len(claims) < len(sent):
            claims += await store.claim(50, lease=60, wait=5)
        unsettled = set()
        order = [*claims[:30], *chance.sample(claims[30:], 90)]
        while order:
            lot = [order.pop(0) for _ in range(min(chance.randrange(1, 12), len(order)))]
            if chance.random() < 0.3:
                unsettled |= {claim.record.id for claim in lot}
            else:
                await store.settle([Done(claim) for claim in lot])
        assert 0 < len(unsettled) < len(sent)
    async with place.opened() as store:
        came = set()
        while claims := await store.claim(200, lease=60, wait=0.5):
            came |= {claim.record.id for claim in claims}
    assert came == unsettled


async def test_what_was_received_over_a_lost_connection_cannot_be_acknowledged(rabbitmq, place):
    async with opened(rabbitmq, place) as session:
        await put(session, 1)
        (delivery,) = await received(session, 1)
    with pytest.raises(RuntimeError, match="closed"):
        await session.receiver.acknowledge([delivery.tag])
