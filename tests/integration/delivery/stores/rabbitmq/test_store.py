"""What is special of the store in RabbitMQ: outages, waiting in queues, leases of our own."""

from __future__ import annotations

import asyncio
import time

import aio_pika
import pytest

from apns_connector.delivery.record import Again, Counts, Done, State
from apns_connector.errors import StoreUnavailable
from tests.integration.delivery.stores.rabbitmq_places import a_record
from tests.integration.delivery.stores.storm import Storm

# Before, RabbitMQ may forget with its next crash that it has made a queue.
SECONDS_UNTIL_A_QUEUE_IS_THERE_FOR_GOOD = 5.0


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(rabbitmq, place):
    async with place.opened() as writer, place.opened() as worker:
        await asyncio.sleep(SECONDS_UNTIL_A_QUEUE_IS_THERE_FOR_GOOD)
        storm = Storm(rabbitmq, 800)
        await asyncio.wait_for(storm.rage(writer, worker), 55)
        assert storm.outages
        # What was put again since its confirmation was lost, and what was under way.
        assert storm.duplicates < 2 * (8 + 4 * 16)
        while claims := await worker.claim(100, lease=60, wait=0.5):
            await worker.settle([Done(claim) for claim in claims])
        assert await worker.count() == Counts()


async def test_an_outage_is_told_and_survived(rabbitmq, place):
    closing = place.store()
    await closing.open()
    async with place.opened() as store:
        await store.put([a_record(), a_record()])
        (claim,) = await store.claim(1, lease=60)
        (other,) = await store.claim(1, lease=60)
        waiting = asyncio.create_task(store.claim(1, lease=60, wait=50))
        await asyncio.sleep(SECONDS_UNTIL_A_QUEUE_IS_THERE_FOR_GOOD)
        rabbitmq.stop()
        with pytest.raises(StoreUnavailable, match=f"127.0.0.1:{rabbitmq.port}"):
            await asyncio.wait_for(waiting, 10)
        with pytest.raises(StoreUnavailable):
            await store.put([a_record()])
        with pytest.raises(StoreUnavailable):
            await store.settle([Done(claim)])
        await asyncio.wait_for(closing.close(), 15)
        rabbitmq.start()
        # The broker has given both to others; this one was delivered, and is not any more.
        await store.settle([Done(claim)])
        (again,) = await store.claim(5, lease=60, wait=10)
        assert again.record == other.record
        await store.settle([Done(again)])
        assert (await store.count()).claimed == 0


async def test_who_stops_waiting_in_the_middle_of_a_claim_gives_back_what_it_brings(place):
    async with place.opened() as store:
        await store.put([a_record(attempts=2)])
        for turns in (0, 1, 2, 4, 8, 16, 32):
            claiming = asyncio.create_task(store.claim(1, lease=60))
            for _ in range(turns):
                await asyncio.sleep(0)
            claiming.cancel()
            await asyncio.gather(claiming, return_exceptions=True)
        claims = await store.claim(1, lease=60, wait=5)
        assert [claim.record.attempts for claim in claims] == [2]


async def test_looking_that_is_broken_off_costs_no_claim(place):
    async with place.opened() as store:
        await store.put([a_record(), a_record()])
        (claim,) = await store.claim(1, lease=60)
        for turns in (1, 5, 20):
            looking = asyncio.create_task(store.count())
            for _ in range(turns):
                await asyncio.sleep(0)
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        await store.settle([Done(claim)])
        assert (await store.count()).claimed == 0
        (other,) = await store.claim(5, lease=60, wait=5)
        assert other.record.id != claim.record.id


async def test_a_record_that_waits_long_passes_through_several_queues(place):
    record = a_record(due=time.time() + 1.6)
    async with place.opened() as store:
        await store.put([record])
        assert (await store.count()).waiting == 1
        (claim,) = await store.claim(1, lease=60, wait=10)
        assert 0 <= time.time() - record.due < 1
        assert claim.record == record


async def test_one_that_waits_long_does_not_hold_up_one_that_waits_shortly(place):
    async with place.opened() as store:
        slow = a_record(due=time.time() + 3000)
        await store.put([slow])
        await store.put([quick := a_record(due=time.time() + 0.5)])
        (claim,) = await store.claim(1, lease=60, wait=10)
        assert claim.record == quick
        assert await store.find(slow.id) is not None


async def test_what_was_delivered_under_a_lost_claim_is_not_delivered_again_here(place):
    async with place.opened() as store:
        await store.put([a_record()])
        (lost,) = await store.claim(1, lease=0.1)
        await asyncio.sleep(0.3)
        await store.settle([Done(lost)])
        assert await store.claim(1, lease=60, wait=0.5) == []
        assert await store.count() == Counts()


async def test_a_record_is_put_again_when_it_is_meant_so(place):
    record = a_record()
    async with place.opened() as store:
        for _ in range(2):
            await store.put([record])
            (claim,) = await store.claim(1, lease=60, wait=5)
            await store.settle([Done(claim)])


async def test_a_full_queue_does_not_stop_what_is_to_be_tried_again(place):
    async with place.opened(limit=1) as small, place.opened(limit=100) as big:
        await big.put([a_record()])
        (claim,) = await small.claim(1, lease=60, wait=5)
        await big.put([a_record()])
        await big.put([a_record()])  # one more than the limit is taken before RabbitMQ refuses
        await small.settle([again := Again(claim, 0.0, "503")])
        found = []
        while len(found) < 3:
            claims = await big.claim(1, lease=60, wait=15)
            assert claims
            found.append(claims[0].record)
            await big.settle([Done(claims[0])])
        assert again.record() in found


async def test_a_message_of_somebody_else_can_be_seen_claimed_and_dropped(place):
    async with place.opened() as store, place.channel() as channel:
        for body in (b"hello", b"again"):
            await channel.default_exchange.publish(aio_pika.Message(body), place.queue)
        first, second = await store.browse()
        assert {first.record.body, second.record.body} == {b"hello", b"again"}
        (claim,) = await store.claim(1, lease=60, wait=5)
        await store.settle([Done(claim)])
        (left,) = await store.browse()
        assert await store.drop([left.record.id]) == 1


async def test_what_a_human_rejects_in_the_broker_is_dead(place):
    record = a_record()
    async with place.opened() as store, place.channel() as channel:
        await store.put([record])
        queue = await channel.get_queue(place.queue)
        message = await queue.get(timeout=5)
        await message.reject(requeue=False)
        for _ in range(100):
            if found := await store.browse(State.DEAD):
                break
            await asyncio.sleep(0.05)
        assert [kept.record for kept in found] == [record]
