"""The store in RabbitMQ, by a server of this machine. Where a broker cannot keep the contract, the
test says what it does instead: each of these differences stands in the docstring of the store."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from apns_connector.delivery.record import Counts, Kept, State
from apns_connector.delivery.stores.rabbitmq.store import RabbitmqOptions, RabbitmqStore
from apns_connector.errors import StoreFull
from tests.contracts.durable_contract import DurableContract, SharedContract
from tests.contracts.looking_contract import HelpingContract, LookingContract
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
)
from tests.contracts.store_contract import DueContract, OnceContract, QueueContract
from tests.servers.rabbitmq import RabbitmqServer


class RabbitmqPlace(Place):
    def __init__(self, url: str) -> None:
        self._url = url
        self._name = f"a store: {uuid4()}"

    def store(self, limit: int = 1_000_000) -> RabbitmqStore:
        return RabbitmqStore(self._name, RabbitmqOptions(self._url, limit=limit))


@pytest.fixture(scope="module")
def server():
    with RabbitmqServer() as server:
        yield server


@pytest.fixture
def place(server):
    return RabbitmqPlace(server.url)


class TestRabbitmq(QueueContract, HelpingContract, DurableContract):
    pass


class TestLooking(LookingContract):
    async def test_the_oldest_is_the_one_created_first_that_is_not_dead(self, place: Place):
        """Difference: of each queue, only the first record is looked at."""
        async with place.opened() as store:
            assert (await store.count()).oldest is None
            await store.put([a_record(created=1_000_000_000.0)])
            await bury(store, await claim_one(store))
            assert (await store.count()).oldest is None
            await store.put([a_record(created=1_600_000_002.0)])
            await store.put([a_record(created=1_600_000_001.0)])
            assert (await store.count()).oldest == 1_600_000_002.0
            await claim_all(store, 2)
            assert (await store.count()).oldest == 1_600_000_001.0


class TestShared(SharedContract):
    async def test_both_see_the_same(self, place: Place):
        """Difference: what another process has claimed is not to be seen."""
        async with place.opened() as one, place.opened() as other:
            await one.put(records(3))
            claim = await claim_one(one)
            assert await one.find(claim.record.id) == Kept(claim.record, State.CLAIMED)
            assert await other.find(claim.record.id) is None
            counts = await other.count()
            assert (counts.waiting, counts.claimed) == (2, 0)
            assert await other.drop([claim.record.id]) == 0
            assert set(ids(await one.browse(State.WAITING))) == set(ids(await other.browse()))


class TestDue(DueContract):
    async def test_the_one_that_is_due_longest_comes_first(self, place: Place):
        """Difference: the one that came first comes first."""
        first, second = a_record(due=place.now() - 1), a_record(due=place.now() - 3600)
        async with place.opened() as store:
            await store.put([first])
            await store.put([second])
            assert ids([await claim_one(store)]) == [first.id]
            assert ids([await claim_one(store)]) == [second.id]

    async def test_new_ones_do_not_overtake_one_that_waited_for_another_attempt(self, place: Place):
        """Difference: when its time has come it is put behind those that are there."""
        old, new = a_record(due=place.now() + 0.5), a_record()
        async with place.opened() as store:
            await store.put([old, new])
            assert ids([await claim_one(store)]) == [new.id]
            assert ids([await claim_one(store)]) == [old.id]


class TestOnce(OnceContract):
    async def test_a_record_that_is_put_again_is_kept_once(self, place: Place):
        """Difference: it is kept twice, and comes out twice, unless it is done by then."""
        record = a_record()
        async with place.opened() as store:
            await store.put([record])
            await store.put([record])
            assert (await store.count()).waiting == 2
            await done(store, await claim_one(store))
            assert await nothing_due(store)
            assert await store.count() == Counts()

    async def test_a_claimed_or_dead_record_that_is_put_again_stays_what_it_is(self, place: Place):
        """Difference: it waits beside the other one of its id."""
        record = a_record()
        async with place.opened() as store:
            await store.put([record])
            await bury(store, await claim_one(store))
            await store.put([record])
            assert (await claim_one(store)).record == record
            assert (await store.count()).dead == 1

    async def test_a_full_store_still_takes_what_it_has(self, place: Place):
        """Difference: it does not know that it has them."""
        kept = records(2)
        async with place.opened(limit=2) as store:
            await store.put(kept)
            with pytest.raises(StoreFull):
                await store.put(kept)
            assert (await store.count()).waiting == 2


class TestDifferences:
    def test_it_says_that_it_heeds_no_lanes(self, place: Place):
        assert not place.store().keeps_order

    async def test_what_is_claimed_is_free_as_soon_as_the_store_is_closed(self, place: Place):
        """The end of a lease is the end of the connection at the latest."""
        async with place.opened() as store:
            await store.put([a_record()])
            claim = await claim_one(store, LONG)
        begun = time.monotonic()
        async with place.opened() as store:
            assert (await claim_one(store)).record == claim.record
        assert time.monotonic() - begun < LONG / 2
