"""One connection: what it declares, receives, and takes along when it is lost."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.session import FAILURES, Refused, Session
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


async def test_a_broker_that_takes_everything_is_not_blocked(rabbitmq, queues):
    session = await Session.open(rabbitmq.url, "outbox", queues)
    begun = time.monotonic()
    assert not await session.blocked()
    assert time.monotonic() - begun < 5
    await session.close()
    await session.close()


async def test_what_is_being_published_when_the_connection_ends_fails_in_its_time(rabbitmq, queues):
    """Nobody is cancelled but by who waits for him."""
    session = await Session.open(rabbitmq.url, "outbox", queues)
    await session.declare("outbox")
    sending = [
        asyncio.create_task(session.publish(a_record(), queues.main, 1.0)) for _ in range(50)
    ]
    await asyncio.sleep(0)
    await session.close()
    answers = await asyncio.wait_for(asyncio.gather(*sending, return_exceptions=True), 15)
    assert all(answer is None or isinstance(answer, FAILURES) for answer in answers)
