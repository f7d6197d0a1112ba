"""What a store promises whose records outlive it, and which several processes may use at once."""

from __future__ import annotations

import asyncio

from apns_connector.delivery.record import Again, Counts, Kept, State
from tests.contracts.place import (
    LONG,
    Place,
    a_record,
    bury,
    claim_all,
    claim_one,
    done,
    give_back,
    ids,
    nothing_due,
    records,
)


class DurableContract:
    async def test_it_says_that_it_is_durable(self, place: Place):
        assert place.store().durable

    async def test_records_are_there_when_it_is_opened_again(self, place: Place):
        waiting = a_record(b"waiting", label="a label", due=place.now() + 3600)
        async with place.opened() as store:
            await store.put([a_record(b"dead")])
            dead = await claim_one(store)
            await bury(store, dead, "400 BadTopic")
            await store.put([waiting])
        async with place.opened() as store:
            assert await store.find(waiting.id) == Kept(waiting, State.WAITING)
            assert await store.find(dead.record.id) == Kept(
                dead.record.failed(dead.record.due, "400 BadTopic"), State.DEAD
            )

    async def test_attempts_are_still_counted_when_it_is_opened_again(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record(attempts=1)])
            again = Again(await claim_one(store), 0.0, "503")
            await store.settle([again])
        async with place.opened() as store:
            assert (await claim_one(store)).record == again.record()

    async def test_what_was_done_is_still_gone_when_it_is_opened_again(self, place: Place):
        async with place.opened() as store:
            await store.put(records(3))
            await done(store, *await claim_all(store, 3, place.lease))
        await place.pass_time(place.lease + 0.1)
        async with place.opened() as store:
            assert await nothing_due(store)
            assert await store.count() == Counts()

    async def test_a_limit_still_counts_what_was_there_before(self, place: Place):
        async with place.opened() as store:
            await store.put(records(3))
        async with place.opened(limit=4) as store:
            await store.put(records(1))
            assert (await store.count()).waiting == 4

    async def test_a_claim_is_taken_over_after_its_lease_by_the_next_one(self, place: Place):
        record = a_record(attempts=2)
        async with place.opened() as store:
            await store.put([record])
            await claim_one(store, place.lease)
        await place.pass_time(place.lease + 0.1)
        async with place.opened() as store:
            assert (await claim_one(store)).record == record


class SharedContract:
    """Two stores over the same records, as in two processes."""

    async def test_one_claims_what_the_other_has_put(self, place: Place):
        async with place.opened() as gateway, place.opened() as worker:
            record = a_record()
            waiting = asyncio.create_task(worker.claim(10, lease=LONG, wait=20))
            await asyncio.sleep(0.05)
            await gateway.put([record])
            assert ids(await asyncio.wait_for(waiting, 10)) == [record.id]

    async def test_they_share_the_work(self, place: Place):
        async with place.opened() as one, place.opened() as other:
            await one.put(records(40))
            first = await claim_all(one, 20)
            second = await claim_all(other, 20)
            assert len({*ids(first), *ids(second)}) == 40
            assert await nothing_due(one)
            assert await nothing_due(other)

    async def test_one_takes_over_when_the_lease_of_the_other_is_over(self, place: Place):
        async with place.opened() as slow, place.opened() as other:
            await slow.put([a_record()])
            lost = await claim_one(slow, place.lease)
            await place.pass_time(place.lease + 0.1)
            taken_over = await claim_one(other)
            assert taken_over.record == lost.record
            await give_back(slow, lost)
            assert await nothing_due(slow)
            assert await nothing_due(other)
            await done(other, taken_over)
            assert await slow.count() == Counts()

    async def test_both_see_the_same(self, place: Place):
        async with place.opened() as one, place.opened() as other:
            await one.put(records(3))
            claim = await claim_one(one)
            assert await other.find(claim.record.id) == Kept(claim.record, State.CLAIMED)
            counts = await other.count()
            assert (counts.waiting, counts.claimed) == (2, 1)
            assert await other.drop([claim.record.id]) == 0
            assert ids(await one.browse()) == ids(await other.browse())
