"""Puts that RabbitMQ takes in part, or not now."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.record import Done
from apns_connector.errors import StoreFull, StoreUnavailable
from tests.integration.delivery.stores.rabbitmq_places import a_record


async def test_what_is_kept_of_a_put_that_was_refused_in_part_is_not_put_again(place):
    """The broker refuses by the limit with which the queue was made, after the one that is too
    much, and some hundred that are on their way by then. Ours is not to blame: the other store
    believes in a limit of 10,000."""
    sent = [a_record(body=b"%d" % number) for number in range(2000)]
    async with place.opened(limit=3), place.opened(limit=10_000) as store:
        came: list[str] = []
        for _ in range(2):
            with pytest.raises(StoreFull, match=r"refuses \d+ records"):
                await store.put(sent)
            kept = (await store.count()).waiting
            assert 0 < kept < len(sent) - len(came)
            expected = len(came) + kept
            while len(came) < expected:
                claims = await store.claim(300, lease=60, wait=5)
                came += [claim.record.id for claim in claims]
                await store.settle([Done(claim) for claim in claims])
        assert len(came) == len(set(came))


async def test_the_limit_of_two_stores_is_exact_when_they_put_one_after_the_other(place):
    async with place.opened(limit=4) as one, place.opened(limit=4) as other:
        await one.put([a_record(), a_record(), a_record()])
        await other.put([a_record()])
        for store in (one, other):
            with pytest.raises(StoreFull):
                await store.put([a_record()])


async def test_of_those_that_come_together_only_who_finds_no_room_is_turned_away(place):
    async with place.opened(limit=4) as store:
        puts = [[a_record(), a_record(), a_record()], [a_record(), a_record()], [a_record()]]
        answers = await asyncio.gather(*(store.put(put) for put in puts), return_exceptions=True)
        assert [type(answer) for answer in answers] == [type(None), StoreFull, type(None)]
        assert (await store.count()).waiting == 4


async def test_many_who_come_at_once_fill_it_up_to_its_limit_and_no_further(place):
    async with place.opened(limit=20) as store:
        answers = await asyncio.gather(
            *(store.put([a_record()]) for _ in range(64)), return_exceptions=True
        )
        assert {type(answer) for answer in answers} == {type(None), StoreFull}
        assert (await store.count()).waiting == answers.count(None) <= 20
        while (await store.count()).waiting < 20:
            await store.put([a_record()])


async def test_a_broker_that_is_short_of_memory_takes_nothing_but_lets_work_go_on(rabbitmq, place):
    """RabbitMQ stops reading from who publishes; whoever settles must still get through."""
    async with place.opened() as store:
        await store.put([a_record(), a_record()])
        await asyncio.to_thread(rabbitmq.control, "set_vm_memory_high_watermark", "0.000001")
        try:
            with pytest.raises(StoreUnavailable, match="short of memory or disk"):
                await store.put([a_record()])
            with pytest.raises(StoreFull, match="short of memory or disk"):
                await store.put([a_record()])
            claims = await store.claim(1, lease=60, wait=5)
            await store.settle([Done(claim) for claim in claims])
        finally:
            await asyncio.to_thread(rabbitmq.control, "set_vm_memory_high_watermark", "0.4")
        await store.put([a_record()])
