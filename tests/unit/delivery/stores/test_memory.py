"""What its contract does not ask; tests/contracts/test_memory.py has the rest."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.record import Done, Record
from apns_connector.delivery.stores.memory import MemoryOptions, MemoryStore
from apns_connector.errors import StoreUnavailable

NOW = 1_700_000_000.0


def test_a_claim_wakes_up_when_the_time_of_a_record_has_come():
    async def scenario():
        loop = asyncio.get_running_loop()
        store = MemoryStore("S", MemoryOptions(), clock=lambda: NOW + loop.time() - begun)
        begun = loop.time()
        await store.open()
        await store.put([Record(b"", NOW, due=NOW + 0.05)])
        (claim,) = await store.claim(1, lease=60, wait=30)
        await store.settle([Done(claim)])

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_it_can_be_used_only_while_it_is_open():
    async def scenario():
        store = MemoryStore("S", MemoryOptions())
        with pytest.raises(StoreUnavailable, match=r"'S'.*closed"):
            await store.put([])
        await store.open()
        await store.put([Record(b"", NOW)])
        await store.close()
        with pytest.raises(StoreUnavailable):
            await store.count()

    asyncio.run(scenario())


def test_it_shows_its_name():
    assert repr(MemoryStore("S", MemoryOptions())) == "MemoryStore('S')"
