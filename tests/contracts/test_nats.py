"""The store in NATS, by a nats-server of this machine.

What it does not promise is in the docstring of NatsStore. Not of it: DueContract, since it gives
out records in the order in which they came to the server; and OrderContract: it heeds no lanes.
"""

from __future__ import annotations

from uuid import uuid4

import pytest

from apns_connector.delivery.stores.nats.store import NatsOptions, NatsStore
from tests.contracts.durable_contract import DurableContract, SharedContract
from tests.contracts.looking_contract import HelpingContract, LookingContract
from tests.contracts.place import Place
from tests.contracts.store_contract import OnceContract, QueueContract
from tests.servers.nats import NatsServer


class NatsPlace(Place):
    """The time is the server's."""

    lease = 1.0
    brief = 0.5

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = f"a > name.* ä: {uuid4()}"

    def store(self, limit: int = 1_000_000) -> NatsStore:
        return NatsStore(self._name, NatsOptions(self._url, limit))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with NatsServer(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture
def place(server):
    return NatsPlace(server.url)


class TestNats(
    QueueContract,
    OnceContract,
    LookingContract,
    HelpingContract,
    DurableContract,
    SharedContract,
):
    def test_it_says_that_it_keeps_no_order(self, place: NatsPlace):
        assert not place.store().keeps_order
