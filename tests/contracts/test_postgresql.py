"""The store in PostgreSQL, by a server of this machine. Nothing of the contract is left out."""

from __future__ import annotations

from uuid import uuid4

import pytest

from apns_connector.delivery.stores.postgresql.store import PostgresqlOptions, PostgresqlStore
from tests.contracts.durable_contract import DurableContract, SharedContract
from tests.contracts.looking_contract import HelpingContract, LookingContract
from tests.contracts.order_contract import OrderContract
from tests.contracts.place import PlaceWithAClock
from tests.contracts.store_contract import OnceContract, StoreContract
from tests.servers.postgresql import PostgresqlServer


class PostgresqlPlace(PlaceWithAClock):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._name = f"a 'store' of \"{uuid4()}\""

    def store(self, limit: int = 1_000_000) -> PostgresqlStore:
        return PostgresqlStore(
            self._name, PostgresqlOptions(self._url, limit=limit), clock=self.now
        )


@pytest.fixture(scope="module")
def server():
    with PostgresqlServer() as server:
        yield server


@pytest.fixture
def place(server):
    return PostgresqlPlace(server.url)


class TestPostgresql(
    StoreContract,
    OnceContract,
    LookingContract,
    HelpingContract,
    OrderContract,
    DurableContract,
    SharedContract,
):
    pass
