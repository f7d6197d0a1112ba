"""A batch hands outcomes over as they come, and lets no more under way than it may."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import Notification, Response
from apns_connector.apns.batch import Batch
from apns_connector.errors import NotificationError, NotSent

ACCEPTED = Response(Notification(device_token="aa", payload={}), 200)


def test_outcomes_are_taken_in_the_order_in_which_they_came():
    async def scenario():
        batch = Batch(10, 10.0)
        error = NotSent("away")
        batch.add(2)
        batch.set_result(ACCEPTED)
        batch.set_exception(error)
        assert await batch.take() == [ACCEPTED, error]
        assert batch.under_way == 0

    asyncio.run(scenario())


def test_the_end_is_an_empty_list_once_all_have_an_outcome():
    async def scenario():
        batch = Batch(10, 10.0)
        batch.add(1)
        batch.fed()
        reading = asyncio.create_task(batch.take())
        await asyncio.sleep(0)
        assert not reading.done()
        batch.set_result(ACCEPTED)
        assert await reading == [ACCEPTED]
        assert await batch.take() == []

    asyncio.run(scenario())


def test_feeding_waits_for_room():
    async def scenario():
        batch = Batch(1, 10.0)
        batch.add(1)
        waiting = asyncio.create_task(batch.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        batch.set_result(ACCEPTED)
        assert await waiting == 1

    asyncio.run(scenario())


def test_a_notification_that_is_refused_has_an_outcome_as_well():
    async def scenario():
        batch = Batch(1, 10.0)
        error = NotificationError("topic", "none")
        batch.refuse(error)
        assert await batch.take() == [error]
        assert await batch.room() == 1

    asyncio.run(scenario())


def test_nobody_waits_any_more_once_it_is_closed():
    batch = Batch(1, 10.0)
    assert not batch.done()
    batch.close()
    assert batch.done()


def test_an_error_that_is_no_outcome_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        Batch(1, 10.0).set_exception(ZeroDivisionError())


def test_many_results_at_once_are_as_many_outcomes():
    async def scenario():
        batch = Batch(10, 10.0)
        batch.add(3)
        batch.settle([ACCEPTED, ACCEPTED])
        assert await batch.take() == [ACCEPTED, ACCEPTED]
        assert batch.under_way == 1
        assert await batch.room() == 9

    asyncio.run(scenario())
