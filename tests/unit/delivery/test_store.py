"""All stores are asked in the same words; tests/contracts judges what they then do."""

from __future__ import annotations

import inspect

import pytest

from apns_connector.delivery.store import MessageStore
from apns_connector.delivery.stores.memory import MemoryStore
from apns_connector.delivery.stores.nats.store import NatsStore
from apns_connector.delivery.stores.postgresql.store import PostgresqlStore
from apns_connector.delivery.stores.rabbitmq.store import RabbitmqStore
from apns_connector.delivery.stores.redis.store import RedisStore
from apns_connector.delivery.stores.sqlite.store import SqliteStore

METHODS = [name for name, it in vars(MessageStore).items() if inspect.iscoroutinefunction(it)]


@pytest.mark.parametrize(
    "store", [MemoryStore, SqliteStore, PostgresqlStore, RabbitmqStore, RedisStore, NatsStore]
)
@pytest.mark.parametrize("method", METHODS)
def test_a_store_has_each_method_with_the_same_parameters(store, method):
    assert inspect.signature(getattr(store, method)) == inspect.signature(
        getattr(MessageStore, method)
    )


@pytest.mark.parametrize("method", ["open", "close", "put", "claim", "extend", "settle", "drop"])
def test_the_contract_is_not_empty(method):
    assert method in METHODS
