"""Looking at records that can only be taken out and put back."""

from __future__ import annotations

import time

from apns_connector.delivery.record import Dead, State
from tests.integration.delivery.stores.rabbitmq_places import a_record


async def test_looking_again_and_again_leaves_all_where_they_were(place):
    sent = [a_record(body=b"%d" % number) for number in range(50)]
    async with place.opened() as store:
        for record in sent:
            await store.put([record])
        for _ in range(10):
            assert len(await store.browse()) == 50
        claims = await store.claim(50, lease=60, wait=5)
        assert [claim.record for claim in claims] == sent[: len(claims)]


async def test_those_who_wait_in_any_queue_are_seen_and_dropped(place):
    now = time.time()
    sent = [a_record(due=now + seconds) for seconds in (0, 30, 100, 5000)]
    ids = [record.id for record in sent]
    async with place.opened() as store:
        await store.put(sent)
        assert {kept.record.id for kept in await store.browse(State.WAITING)} == set(ids)
        assert (await store.count()).waiting == 4
        assert await store.find(ids[2]) is not None
        assert await store.drop(ids[:3]) == 3
        assert [kept.record for kept in await store.browse()] == sent[3:]


async def test_of_many_dead_ones_those_asked_for_are_retried(place):
    async with place.opened() as store:
        await store.put([a_record(label="dead") for _ in range(30)])
        dead: list[str] = []
        while len(dead) < 30:
            claims = await store.claim(30, lease=60, wait=5)
            await store.settle([Dead(claim, "no use") for claim in claims])
            dead += [claim.record.id for claim in claims]
        assert await store.retry(dead[::2]) == 15
        counts = await store.count()
        assert (counts.waiting, counts.dead) == (15, 15)
        left = await store.browse(State.DEAD)
        assert {kept.record.id for kept in left} == set(dead[1::2])
