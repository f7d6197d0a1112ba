"""MemoryStore, judged: all but what outlives the process."""

from __future__ import annotations

import pytest

from apns_connector.delivery.stores.memory import MemoryOptions, MemoryStore
from tests.contracts.looking_contract import HelpingContract, LookingContract
from tests.contracts.order_contract import OrderContract
from tests.contracts.place import PlaceWithAClock
from tests.contracts.store_contract import OnceContract, StoreContract


class MemoryPlace(PlaceWithAClock):
    def store(self, limit: int = 1_000_000) -> MemoryStore:
        return MemoryStore("memory", MemoryOptions(limit), clock=self.now)


@pytest.fixture
def place() -> MemoryPlace:
    return MemoryPlace()


class TestMemory(StoreContract, OnceContract, LookingContract, HelpingContract, OrderContract):
    async def test_it_says_that_it_forgets(self, place, caplog):
        async with place.opened() as store:
            assert not store.durable
        assert "lost when the process ends" in caplog.text
