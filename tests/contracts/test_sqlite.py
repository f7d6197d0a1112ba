"""SqliteStore, judged."""

from __future__ import annotations

import pytest

from apns_connector.delivery.stores.sqlite.store import SqliteOptions, SqliteStore
from tests.contracts.durable_contract import DurableContract, SharedContract
from tests.contracts.looking_contract import HelpingContract, LookingContract
from tests.contracts.order_contract import OrderContract
from tests.contracts.place import PlaceWithAClock
from tests.contracts.store_contract import OnceContract, StoreContract


class SqlitePlace(PlaceWithAClock):
    def __init__(self, folder):
        super().__init__()
        self._file = folder / "message-stores.db"

    def store(self, limit: int = 1_000_000) -> SqliteStore:
        return SqliteStore("sqlite", SqliteOptions(self._file, limit), clock=self.now)


@pytest.fixture
def place(tmp_path) -> SqlitePlace:
    return SqlitePlace(tmp_path)


class TestSqlite(
    StoreContract,
    OnceContract,
    LookingContract,
    HelpingContract,
    OrderContract,
    DurableContract,
    SharedContract,
):
    """All of it."""
