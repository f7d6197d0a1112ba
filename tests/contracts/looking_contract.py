"""What every store promises to somebody who looks at its records, and helps them on."""

from __future__ import annotations

from apns_connector.delivery.record import Again, Counts, Kept, State
from tests.contracts.place import (
    LONG,
    Place,
    a_record,
    bury,
    claim_all,
    claim_one,
    done,
    ids,
    nothing_due,
    records,
    states,
)


class LookingContract:
    async def test_counts_are_by_state(self, place: Place):
        async with place.opened() as store:
            await store.put(records(6))
            await store.put([a_record(due=place.now() + 3600)])
            claims = await claim_all(store, 5)
            await bury(store, claims[0])
            await bury(store, claims[1])
            await done(store, claims[2])
            counts = await store.count()
            assert (counts.waiting, counts.claimed, counts.dead) == (2, 2, 2)

    async def test_the_oldest_is_the_one_created_first_that_is_not_dead(self, place: Place):
        async with place.opened() as store:
            assert (await store.count()).oldest is None
            await store.put([a_record(created=1_000_000_000.0)])
            await bury(store, await claim_one(store))
            assert (await store.count()).oldest is None
            await store.put([a_record(created=1_600_000_001.0)])
            await store.put([a_record(created=1_600_000_002.0)])
            assert (await store.count()).oldest == 1_600_000_001.0
            await claim_all(store, 2)
            assert (await store.count()).oldest == 1_600_000_001.0

    async def test_a_record_is_found_in_each_state(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store)
            assert await store.find(claim.record.id) == Kept(claim.record, State.CLAIMED)
            again = Again(claim, place.now() + 3600, "later")
            await store.settle([again])
            assert await store.find(claim.record.id) == Kept(again.record(), State.WAITING)

    async def test_an_unknown_record_is_not_found(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            assert await store.find("00000000-0000-4000-8000-000000000000") is None
            assert await store.find("") is None

    async def test_a_record_whose_lease_is_over_waits(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store, place.lease)
            await place.pass_time(place.lease + 0.1)
            assert await states(store) == {claim.record.id: State.WAITING}
            assert (await store.count()).waiting == 1

    async def test_pages_show_each_record_once(self, place: Place):
        sent = records(7)
        async with place.opened() as store:
            await store.put(sent)
            found: list[Kept] = []
            while page := await store.browse(limit=3, after=found[-1].record.id if found else ""):
                assert len(page) <= 3
                found += page
            assert sorted(ids(found)) == sorted(ids(sent))
            assert {kept.record.body for kept in found} == {record.body for record in sent}
            assert ids(await store.browse(limit=1000)) == ids(found)

    async def test_a_page_can_be_of_one_state(self, place: Place):
        async with place.opened() as store:
            await store.put(records(5))
            claims = await claim_all(store, 3)
            await bury(store, claims[0])
            dead = await store.browse(State.DEAD)
            assert ids(dead) == ids(claims[:1])
            assert set(ids(await store.browse(State.CLAIMED))) == set(ids(claims[1:]))
            waiting = await store.browse(State.WAITING)
            assert len(waiting) == 2
            assert {kept.state for kept in waiting} == {State.WAITING}

    async def test_pages_of_one_state_go_on_too(self, place: Place):
        async with place.opened() as store:
            await store.put(records(5))
            for claim in await claim_all(store, 5):
                await bury(store, claim)
            first = await store.browse(State.DEAD, limit=3)
            rest = await store.browse(State.DEAD, limit=3, after=first[-1].record.id)
            assert (len(first), len(rest)) == (3, 2)
            assert len({*ids(first), *ids(rest)}) == 5

    async def test_looking_changes_nothing(self, place: Place):
        record = a_record()
        async with place.opened() as store:
            await store.put([record])
            for _ in range(3):
                await store.browse()
                await store.find(record.id)
                await store.count()
            assert (await claim_one(store)).record == record


class HelpingContract:
    """``retry`` and ``drop``: what a human does."""

    async def test_the_dead_wait_again_with_no_attempt_counted(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record(attempts=9)])
            claim = await claim_one(store)
            await bury(store, claim)
            assert await store.retry([claim.record.id]) == 1
            record = (await claim_one(store)).record
            assert (record.id, record.attempts) == (claim.record.id, 0)
            assert record.body == claim.record.body

    async def test_those_that_wait_for_their_time_are_due_now(self, place: Place):
        record = a_record(due=place.now() + 3600, attempts=2)
        async with place.opened() as store:
            await store.put([record])
            assert await store.retry([record.id]) == 1
            assert ids([await claim_one(store)]) == [record.id]

    async def test_claimed_and_unknown_records_are_not_retried(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store)
            assert await store.retry([claim.record.id, "nobody"]) == 0
            assert await nothing_due(store)
            assert await store.retry([]) == 0

    async def test_waiting_and_dead_records_can_be_dropped(self, place: Place):
        later = a_record(due=place.now() + 3600)
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store)
            await bury(store, claim)
            await store.put([later])
            assert await store.drop([later.id, claim.record.id, "nobody"]) == 2
            assert await store.count() == Counts()
            assert await store.browse() == []
            assert await nothing_due(store)

    async def test_claimed_records_are_not_dropped(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store)
            assert await store.drop([claim.record.id]) == 0
            assert (await store.count()).claimed == 1

    async def test_a_full_store_has_room_again_when_records_are_dropped(self, place: Place):
        sent = records(2)
        async with place.opened(limit=2) as store:
            await store.put(sent)
            await store.drop([sent[0].id])
            await store.put(records(1))
            assert len(await store.claim(10, lease=LONG, wait=5)) >= 1
