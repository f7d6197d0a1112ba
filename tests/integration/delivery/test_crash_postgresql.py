"""kill -9 of gateways and workers over one PostgreSQL, and of PostgreSQL itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.delivery.stores.postgresql.store import PostgresqlOptions, PostgresqlStore
from tests.integration.delivery.crash import Crash
from tests.servers.postgresql import PostgresqlServer

# tests/acceptance/delivery kills whole gateways and workers each time.
pytestmark = pytest.mark.long

MAKER = "tests.integration.delivery.test_crash_postgresql:store_at"


def store_at(url: str) -> PostgresqlStore:
    return PostgresqlStore("S", PostgresqlOptions(url))


@pytest.fixture(scope="module")
def server():
    with PostgresqlServer() as server:
        yield server


async def crash(
    folder: Path, url: str, rounds: int, seed: int, meanwhile: Callable[[], None] = lambda: None
) -> None:
    chance = random.Random(seed)
    crashing = Crash(folder, MAKER, url)
    for _ in range(rounds):
        await crashing.round(chance, meanwhile)
    ledger = await crashing.finish()
    assert len(ledger.put) >= rounds
    print(
        f"{rounds} rounds: {len(ledger.put)} put, 0 lost,"
        f" {len(ledger.repeated)} delivered twice by {crashing.kills} killed workers"
    )


def crashed_and_restarted(server: PostgresqlServer) -> Callable[[], None]:
    def crash_and_restart() -> None:
        server.kill()
        server.start()

    return crash_and_restart


async def test_killed_in_the_middle_nothing_is_lost(tmp_path, server):
    await crash(tmp_path, server.url, rounds=2, seed=1)


async def test_killed_together_with_the_server_nothing_is_lost(tmp_path, server):
    await crash(tmp_path, server.url, 2, 2, crashed_and_restarted(server))


@pytest.mark.long
async def test_killed_fifty_times_nothing_is_lost(tmp_path, server):
    await crash(tmp_path, server.url, 50, random.randrange(2**32))


@pytest.mark.long
async def test_killed_fifty_times_together_with_the_server_nothing_is_lost(tmp_path, server):
    await crash(tmp_path, server.url, 50, random.randrange(2**32), crashed_and_restarted(server))
