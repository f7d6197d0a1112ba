"""The store in Redis, by a redis-server of this machine. Redis does what each script says in one
step: nothing of the contract is left out."""

from __future__ import annotations

from uuid import uuid4

import pytest

from apns_connector.delivery.stores.redis.store import RedisOptions, RedisStore
from tests.contracts.durable_contract import DurableContract, SharedContract
from tests.contracts.looking_contract import HelpingContract, LookingContract
from tests.contracts.order_contract import OrderContract
from tests.contracts.place import PlaceWithAClock
from tests.contracts.store_contract import OnceContract, StoreContract
from tests.servers.redis import RedisServer


class RedisPlace(PlaceWithAClock):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._name = f"a {{name}}: {uuid4()}"

    def store(self, limit: int = 1_000_000) -> RedisStore:
        return RedisStore(self._name, RedisOptions(self._url, limit), clock=self.now)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def place(server):
    return RedisPlace(server.url)


class TestRedis(
    StoreContract,
    OnceContract,
    LookingContract,
    HelpingContract,
    OrderContract,
    DurableContract,
    SharedContract,
):
    pass
