"""What a store promises that heeds the lanes of its records."""

from __future__ import annotations

import asyncio

from apns_connector.delivery.record import Again
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


class OrderContract:
    async def test_it_says_that_it_keeps_order(self, place: Place):
        assert place.store().keeps_order

    async def test_one_of_a_lane_comes_out_at_a_time_in_the_order_they_were_put(self, place: Place):
        first, second, third = records(3, lane="device")
        async with place.opened() as store:
            await store.put([first])
            await store.put([second, third])
            for expected in (first, second, third):
                (claim,) = await store.claim(10, lease=LONG, wait=5)
                assert claim.record == expected
                assert await nothing_due(store)
                await done(store, claim)

    async def test_lanes_do_not_wait_for_each_other(self, place: Place):
        async with place.opened() as store:
            await store.put([*records(3, lane="a"), *records(2, lane="b"), *records(2)])
            claims = await claim_all(store, 4)
            assert sorted(claim.record.lane for claim in claims) == ["", "", "a", "b"]
            assert await nothing_due(store)

    async def test_a_lane_waits_for_its_first_to_be_tried_again(self, place: Place):
        first, second = records(2, lane="a")
        async with place.opened() as store:
            await store.put([first, second])
            claim = await claim_one(store)
            await store.settle([Again(claim, place.now() + place.brief, "later")])
            assert await nothing_due(store)
            await place.pass_time(place.brief + 0.1)
            claim = await claim_one(store)
            assert ids([claim]) == [first.id]
            await done(store, claim)
            assert ids([await claim_one(store)]) == [second.id]

    async def test_a_lane_waits_for_its_first_although_that_is_due_later(self, place: Place):
        first = a_record(lane="a", due=place.now() + place.brief)
        second = a_record(lane="a")
        async with place.opened() as store:
            await store.put([first, second])
            assert await nothing_due(store)
            await place.pass_time(place.brief + 0.1)
            assert ids([await claim_one(store)]) == [first.id]

    async def test_a_lane_goes_on_behind_a_dead_one(self, place: Place):
        first, second = records(2, lane="a")
        async with place.opened() as store:
            await store.put([first, second])
            await bury(store, await claim_one(store))
            assert ids([await claim_one(store)]) == [second.id]

    async def test_a_dead_one_that_is_retried_takes_its_place_again(self, place: Place):
        first, second = records(2, lane="a")
        async with place.opened() as store:
            await store.put([first, second])
            await bury(store, await claim_one(store))
            await store.retry([first.id])
            claim = await claim_one(store)
            assert ids([claim]) == [first.id]
            assert await nothing_due(store)
            await done(store, claim)
            assert ids([await claim_one(store)]) == [second.id]

    async def test_a_lane_goes_on_behind_a_dropped_one(self, place: Place):
        first = a_record(lane="a", due=place.now() + 3600)
        second = a_record(lane="a")
        async with place.opened() as store:
            await store.put([first, second])
            await store.drop([first.id])
            assert ids([await claim_one(store)]) == [second.id]

    async def test_a_lane_whose_first_has_lost_its_claim_begins_with_it(self, place: Place):
        first, second = records(2, lane="a")
        async with place.opened() as store:
            await store.put([first, second])
            await claim_one(store, place.lease)
            await place.pass_time(place.lease + 0.1)
            (claim,) = await store.claim(10, lease=LONG, wait=5)
            assert claim.record == first

    async def test_a_lane_is_in_order_although_some_of_it_fail_and_come_back(self, place: Place):
        sent = records(10, lane="a")
        async with place.opened() as store:
            await store.put(sent)
            came = []
            for attempt in range(20):
                claim = await claim_one(store)
                if attempt % 2:
                    came.append(claim.record.id)
                    await done(store, claim)
                else:
                    await give_back(store, claim)
            assert came == ids(sent)

    async def test_many_workers_keep_many_lanes_in_order(self, place: Place):
        sent = [a_record(b"%d" % n, lane=f"lane {n % 7}") for n in range(140)]
        came: list[str] = []

        async def work() -> None:
            while len(came) < len(sent):
                for claim in await store.claim(3, lease=LONG, wait=0.2):
                    came.append(claim.record.id)
                    await asyncio.sleep(0)
                    await done(store, claim)

        async with place.opened() as store:
            await store.put(sent)
            await asyncio.gather(*(work() for _ in range(8)))
            assert len(came) == len(sent)
            for lane in range(7):
                of_lane = ids(sent[lane::7])
                assert [one for one in came if one in of_lane] == of_lane
