"""Servers that are slow to start: one of each kind for all files of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.delivery.stores.rabbitmq_places import Place
from tests.servers.postgresql import PostgresqlServer
from tests.servers.rabbitmq import RabbitmqServer


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    with PostgresqlServer() as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitmqServer]:
    with RabbitmqServer() as server:
        yield server


@pytest.fixture
def place(rabbitmq: RabbitmqServer) -> Place:
    return Place(rabbitmq)
