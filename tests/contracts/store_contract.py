"""What every store promises: putting, claiming and settling."""

from __future__ import annotations

import asyncio
import time
import uuid

import pytest

from apns_connector.delivery.record import Again, Counts, Dead, Done, Kept, State
from apns_connector.errors import StoreFull, StoreUnavailable
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


class PutContract:
    """Putting, and the limit."""

    async def test_a_record_comes_out_as_it_went_in(self, place: Place):
        record = a_record(
            bytes(range(256)) * 5,
            created=place.now() - 1.25,
            label="proxy Push, SOAP; äöü ✓ 'quoted' \"twice\"\nand\\back",
            due=place.now() - 0.5,
            attempts=3,
            reason="503 ServiceUnavailable: später",
        )
        async with place.opened() as store:
            await store.put([record])
            assert (await claim_one(store)).record == record

    @pytest.mark.parametrize(
        "unusual",
        [{}, {"lane": "one"}, {"due": 1_690_000_001.5}, {"attempts": 2}, {"reason": "because"}],
        ids=str,
    )
    async def test_a_record_is_kept_whole_beside_those_of_which_less_is_to_be_said(
        self, place: Place, unusual: dict[str, object]
    ):
        sent = [*records(3), a_record(**unusual), a_record(label="last")]
        async with place.opened() as store:
            await store.put(sent)
            claims = await claim_all(store, 5)
            assert {claim.record.id: claim.record for claim in claims} == {
                record.id: record for record in sent
            }

    @pytest.mark.parametrize("size", [0, 1, 300_000])
    async def test_a_body_may_be_empty_or_long(self, place: Place, size):
        async with place.opened() as store:
            await store.put([a_record(b"\x00" * size)])
            assert (await claim_one(store)).record.body == b"\x00" * size

    async def test_putting_nothing_keeps_nothing(self, place: Place):
        async with place.opened() as store:
            await store.put([])
            assert await store.count() == Counts()

    async def test_what_many_put_at_once_is_all_there(self, place: Place):
        sent = [records(1 + number % 3) for number in range(64)]
        async with place.opened() as store:
            await asyncio.gather(*(store.put(batch) for batch in sent))
            expected = {record.id for batch in sent for record in batch}
            claims = await claim_all(store, len(expected))
            assert set(ids(claims)) == expected
            assert await nothing_due(store)

    async def test_a_full_store_takes_all_or_none(self, place: Place):
        async with place.opened(limit=5) as store:
            await store.put(records(3))
            with pytest.raises(StoreFull) as caught:
                await store.put(records(3))
            assert caught.value.retry_after > 0
            assert (await store.count()).waiting == 3
            await store.put(records(2))
            assert (await store.count()).waiting == 5

    async def test_a_full_store_has_room_again_when_records_are_done(self, place: Place):
        async with place.opened(limit=2) as store:
            await store.put(records(2))
            claim = await claim_one(store)
            with pytest.raises(StoreFull):
                await store.put(records(1))
            await done(store, claim)
            await store.put(records(1))
            assert (await store.count()).waiting == 2


class OnceContract:
    """For stores that know a record by its id."""

    async def test_a_record_that_is_put_again_is_kept_once(self, place: Place):
        record = a_record()
        async with place.opened() as store:
            await store.put([record])
            await store.put([record, a_record()])
            assert (await store.count()).waiting == 2

    async def test_a_record_twice_in_one_put_is_kept_once(self, place: Place):
        record = a_record()
        async with place.opened() as store:
            await store.put([record, record])
            assert ids(await store.claim(10, lease=LONG, wait=5)) == [record.id]
            assert await nothing_due(store)

    async def test_a_claimed_or_dead_record_that_is_put_again_stays_what_it_is(self, place: Place):
        first, second = records(2)
        async with place.opened() as store:
            await store.put([first])
            await bury(store, await claim_one(store))
            await store.put([second])
            await claim_one(store)
            await store.put([first, second])
            assert await nothing_due(store)
            assert (await store.count()).dead == 1

    async def test_a_full_store_still_takes_what_it_has(self, place: Place):
        kept = records(2)
        async with place.opened(limit=2) as store:
            await store.put(kept)
            await store.put(kept)
            assert (await store.count()).waiting == 2


class ClaimContract:
    """Claiming, waiting and leases."""

    async def test_an_empty_store_gives_nothing_at_once(self, place: Place):
        async with place.opened() as store:
            assert await store.claim(10, lease=LONG) == []

    async def test_a_claim_waits_for_as_long_as_it_was_told(self, place: Place):
        async with place.opened() as store:
            begun = time.monotonic()
            assert await store.claim(10, lease=LONG, wait=0.3) == []
            assert time.monotonic() - begun >= 0.28

    async def test_a_claim_that_waits_gets_what_is_put_meanwhile(self, place: Place):
        record = a_record()
        async with place.opened() as store:
            waiting = asyncio.create_task(store.claim(10, lease=LONG, wait=20))
            await asyncio.sleep(0.05)
            await store.put([record])
            assert ids(await asyncio.wait_for(waiting, 10)) == [record.id]

    async def test_a_claim_that_waits_gets_what_another_gives_back(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store)
            waiting = asyncio.create_task(store.claim(10, lease=LONG, wait=20))
            await asyncio.sleep(0.05)
            await give_back(store, claim)
            assert ids(await asyncio.wait_for(waiting, 10)) == ids([claim])

    async def test_whoever_stops_waiting_takes_nothing_along(self, place: Place):
        async with place.opened() as store:
            waiting = asyncio.create_task(store.claim(10, lease=LONG, wait=20))
            await asyncio.sleep(0.05)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await store.put([a_record()])
            await claim_one(store)

    async def test_no_more_are_claimed_than_asked_for(self, place: Place):
        async with place.opened() as store:
            await store.put(records(5))
            assert 1 <= len(await store.claim(3, lease=LONG, wait=5)) <= 3

    async def test_nobody_gets_what_is_claimed(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            await claim_one(store)
            assert await nothing_due(store)

    async def test_those_who_claim_at_once_share(self, place: Place):
        async with place.opened() as store:
            await store.put(records(200))
            claims = await asyncio.gather(*(claim_all(store, 10) for _ in range(20)))
            found = [one for some in claims for one in ids(some)]
            assert len(set(found)) == len(found) == 200

    async def test_a_record_is_not_claimed_before_it_is_due(self, place: Place):
        record = a_record(due=place.now() + place.brief)
        async with place.opened() as store:
            await store.put([record])
            assert await nothing_due(store)
            await place.pass_time(place.brief + 0.1)
            assert (await claim_one(store)).record == record

    async def test_a_lease_that_is_over_gives_the_record_to_the_next(self, place: Place):
        record = a_record(attempts=1)
        async with place.opened() as store:
            await store.put([record])
            await claim_one(store, place.lease)
            await place.pass_time(place.lease + 0.1)
            assert (await claim_one(store)).record == record

    async def test_a_lease_that_is_extended_goes_on(self, place: Place):
        async with place.opened() as store:
            await store.put(records(2))
            claims = await claim_all(store, 2, place.lease)
            await place.pass_time(place.lease * 0.5)
            await store.extend(claims, place.lease * 1.5)
            await place.pass_time(place.lease)
            assert await nothing_due(store)
            await done(store, *claims)
            assert await store.count() == Counts()

    async def test_an_extended_lease_ends_too(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store, place.lease)
            await store.extend([claim], place.lease)
            await place.pass_time(place.lease + 0.1)
            assert ids([await claim_one(store)]) == ids([claim])

    async def test_a_lost_claim_cannot_be_extended(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            lost = await claim_one(store, place.lease)
            await place.pass_time(place.lease + 0.1)
            await claim_one(store, place.lease)
            await store.extend([lost], LONG * 60)
            await place.pass_time(place.lease + 0.1)
            await claim_one(store)


class SettleContract:
    """What becomes of claimed records."""

    async def test_done_is_gone(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store, place.lease)
            await done(store, claim)
            await place.pass_time(place.lease + 0.1)
            assert await nothing_due(store)
            assert await store.count() == Counts()
            assert await store.find(claim.record.id) is None

    async def test_again_is_one_more_attempt_at_its_time(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record(attempts=2)])
            claim = await claim_one(store)
            again = Again(claim, place.now() + place.brief, "503 ServiceUnavailable")
            await store.settle([again])
            assert await nothing_due(store)
            await place.pass_time(place.brief + 0.1)
            record = (await claim_one(store)).record
            assert record == again.record()
            assert (record.attempts, record.reason) == (3, "503 ServiceUnavailable")

    async def test_given_back_uncounted_is_as_if_never_claimed(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record(attempts=2, reason="as before")])
            claim = await claim_one(store)
            await store.settle([Again(claim, 0.0, counts=False)])
            assert (await claim_one(store)).record == claim.record

    async def test_an_attempt_that_does_not_count_may_leave_its_reason(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record(attempts=2, reason="as before")])
            again = Again(await claim_one(store), 0.0, "Apple cannot be reached", counts=False)
            await store.settle([again])
            record = (await claim_one(store)).record
            assert record == again.record()
            assert record.attempts == 2

    @pytest.mark.parametrize("body", [b"", b"what is left", b"\x00" * 300_000])
    async def test_again_may_change_what_the_record_holds(self, place: Place, body):
        async with place.opened() as store:
            await store.put([a_record(b"all of it", attempts=2)])
            for counts in (True, False):
                again = Again(await claim_one(store), 0.0, "503", counts, body)
                await store.settle([again])
            await give_back(store, await claim_one(store))
            record = (await claim_one(store)).record
            assert (record.body, record.attempts) == (body, 4)

    async def test_what_the_dead_hold_may_have_changed_too(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record(b"all of it")])
            dead = Dead(await claim_one(store), "400 PayloadEmpty", b"what is left")
            await store.settle([dead])
            found = await store.find(dead.claim.record.id)
            assert found == Kept(dead.record(), State.DEAD)
            assert found.record.body == b"what is left"
            await store.retry([found.record.id])
            assert (await claim_one(store)).record.body == b"what is left"

    async def test_a_record_can_fail_many_times(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            for attempt in range(10):
                claim = await claim_one(store)
                assert claim.record.attempts == attempt
                await give_back(store, claim)

    async def test_dead_is_kept_with_its_reason_and_not_claimed(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record(attempts=4)])
            claim = await claim_one(store, place.lease)
            dead = Dead(claim, "400 PayloadEmpty")
            await store.settle([dead])
            await place.pass_time(place.lease + 0.1)
            assert await nothing_due(store)
            assert await store.find(claim.record.id) == Kept(dead.record(), State.DEAD)

    async def test_settlements_of_all_kinds_go_together(self, place: Place):
        async with place.opened() as store:
            await store.put(records(4))
            one, two, three, four = await claim_all(store, 4)
            await store.settle([Done(one), Again(two, 0.0, "later"), Dead(three, "never")])
            assert ids([await claim_one(store)]) == ids([two])
            counts = await store.count()
            assert (counts.waiting, counts.claimed, counts.dead) == (0, 2, 1)
            await done(store, four)

    async def test_a_lost_claim_changes_nothing(self, place: Place):
        async with place.opened() as store:
            await store.put(records(2))
            lost = await claim_all(store, 2, place.lease)
            await place.pass_time(place.lease + 0.1)
            ours = await claim_all(store, 2)
            late = [Again(lost[0], 0.0, "late", body=b"late"), Dead(lost[1], "late", b"late")]
            await store.settle(late)
            assert await nothing_due(store)
            for claim in ours:
                found = await store.find(claim.record.id)
                assert found is not None
                assert found.record == claim.record
            counts = await store.count()
            assert (counts.claimed, counts.dead) == (2, 0)
            await done(store, *ours)
            assert await store.count() == Counts()

    async def test_done_of_a_lost_claim_harms_nobody(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            lost = await claim_one(store, place.lease)
            await place.pass_time(place.lease + 0.1)
            taken_over = await claim_one(store)
            await done(store, lost)
            await done(store, taken_over)
            assert await store.count() == Counts()

    async def test_settling_twice_is_settling_once(self, place: Place):
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store)
            await give_back(store, claim)
            await give_back(store, claim)
            assert (await claim_one(store)).record.attempts == 1
            assert await nothing_due(store)

    async def test_what_many_settle_at_once_is_all_settled(self, place: Place):
        async with place.opened() as store:
            await store.put(records(128))
            claims = await claim_all(store, 128)
            await asyncio.gather(*(done(store, claim) for claim in claims))
            assert await store.count() == Counts()


class ClosingContract:
    """The beginning and the end of a store."""

    async def test_closing_twice_is_closing_once(self, place: Place):
        store = place.store()
        await store.open()
        await store.close()
        await store.close()

    async def test_a_store_that_never_opened_can_be_closed(self, place: Place):
        await place.store().close()

    async def test_a_closed_store_is_unavailable(self, place: Place):
        store = place.store()
        await store.open()
        await store.close()
        with pytest.raises(StoreUnavailable):
            await store.put([a_record()])
        with pytest.raises(StoreUnavailable):
            await store.claim(1, lease=LONG)
        with pytest.raises(StoreUnavailable):
            await store.find(str(uuid.uuid4()))

    async def test_a_claim_that_waits_ends_when_the_store_is_closed(self, place: Place):
        store = place.store()
        await store.open()
        waiting = asyncio.create_task(store.claim(1, lease=LONG, wait=50))
        await asyncio.sleep(0.05)
        await store.close()
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(waiting, 10)


class DueContract:
    """For stores that look at the times of all that wait, not only of what comes next."""

    async def test_the_one_that_is_due_longest_comes_first(self, place: Place):
        later = a_record(due=place.now() + place.brief * 1.5)
        sooner = a_record(due=place.now() + place.brief)
        async with place.opened() as store:
            await store.put([later, sooner])
            await place.pass_time(place.brief * 2)
            assert ids([await claim_one(store)]) == [sooner.id]
            assert ids([await claim_one(store)]) == [later.id]

    async def test_new_ones_do_not_overtake_one_that_waited_for_another_attempt(self, place: Place):
        old = a_record(created=place.now() - 3600, due=place.now() - 1800)
        new = a_record(created=place.now() - 1)
        async with place.opened() as store:
            await store.put([new])
            await store.put([old])
            assert ids([await claim_one(store)]) == [old.id]
            assert ids([await claim_one(store)]) == [new.id]


class QueueContract(PutContract, ClaimContract, SettleContract, ClosingContract):
    """All of it that needs no ids to be known, no order, and no second store."""


class StoreContract(QueueContract, DueContract):
    """The same of a store that is more than a queue."""
