"""One connection: what it declares, receives, and takes along when it is lost."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from apns_connector.delivery.stores.rabbitmq_queues import Queues
from apns_connector.delivery.stores.rabbitmq_session import Refused, Session
from apns_connector.errors import StoreError
from tests.integration.delivery.stores.rabbitmq_places import a_record


@pytest.fixture
def queues(place):
    return Queues(place.queue, 100)


async def test_a_queue_of_somebody_else_is_left_alone(place):
    async with place.channel() as channel:
        await channel.declare_queue(place.queue, durable=True)
    with pytest.raises(StoreError, match="not made by this store"):
        await place.store().open()


async def test_a_limit_that_has_changed_is_warned_of(place, caplog):
    async with place.opened(limit=5):
        pass
    async with place.opened(limit=6):
        pass
    (warning,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert "keeps the limit with which it was made" in warning.getMessage()


async def test_it_is_lost_when_one_of_its_channels_is(rabbitmq, queues):
    session = await Session.open(rabbitmq.url, "outbox", queues)
    with pytest.raises(Refused):
        await session.publish(a_record(), "there is no such queue")
    assert not session.lost.is_set()
    await session._receiver.close()
    await asyncio.wait_for(session.lost.wait(), 5)
    await session.close()


async def test_receiving_ends_when_it_is_told_to(rabbitmq, queues):
    session = await Session.open(rabbitmq.url, "outbox", queues)
    await session.declare("outbox")
    for end in (stop := asyncio.Event(), session.closing):
        receiving = asyncio.create_task(session.receive(5, 50.0, stop))
        await asyncio.sleep(0.1)
        end.set()
        assert await asyncio.wait_for(receiving, 5) == []
        stop.clear()
    await session.close()


async def test_of_those_that_come_at_once_no_more_are_received_than_asked_for(rabbitmq, queues):
    session = await Session.open(rabbitmq.url, "outbox", queues)
    await session.declare("outbox")
    for _ in range(20):
        await session.publish(a_record(), queues.main)
    stop, found = asyncio.Event(), []
    while len(found) < 20:
        messages = await session.receive(7, 5.0, stop)
        assert 1 <= len(messages) <= 7
        found += [message.message_id for message in messages]
    assert len(set(found)) == 20
    assert (await session.counts([queues.main])) == {queues.main: 0}
    await session.close()


async def test_a_broker_that_takes_everything_is_not_blocked(rabbitmq, queues):
    session = await Session.open(rabbitmq.url, "outbox", queues)
    begun = time.monotonic()
    assert not await session.blocked()
    assert time.monotonic() - begun < 5
    await session.close()
    await session.close()
