"""kill -9 of gateways and workers over one RabbitMQ, and of RabbitMQ itself."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from uuid import uuid4

import pytest

from apns_connector.delivery.stores.rabbitmq.store import RabbitmqOptions, RabbitmqStore
from tests.integration.delivery.crash import Crash, Ledger
from tests.integration.delivery.crash_process import Journal, deliver
from tests.servers.rabbitmq import RabbitmqServer

# tests/acceptance/delivery kills whole gateways and workers each time.
pytestmark = pytest.mark.long

MAKER = "tests.integration.delivery.test_crash_rabbitmq:store_at"
# Before, RabbitMQ may forget with its next crash that it has made a queue.
SECONDS_UNTIL_A_QUEUE_IS_THERE_FOR_GOOD = 5.0


def store_at(place: str) -> RabbitmqStore:
    url, queue = place.split()
    return RabbitmqStore("S", RabbitmqOptions(url, queue))


@pytest.fixture(scope="module")
def server():
    with RabbitmqServer() as server:
        yield server


@pytest.fixture
def crashing(server, tmp_path):
    return Crash(tmp_path, MAKER, f"{server.url} {uuid4()}")


async def crash(crashing: Crash, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(rounds):
        await crashing.round(chance)
    ledger = await crashing.finish()
    assert len(ledger.put) >= rounds
    print(
        f"{rounds} rounds: {len(ledger.put)} put, 0 lost,"
        f" {len(ledger.repeated)} delivered twice by {crashing.kills} killed workers"
    )


async def crash_with_server(
    crashing: Crash, server: RabbitmqServer, rounds: int, seed: int
) -> None:
    """Whoever puts again what was not confirmed puts it twice, and an acknowledgement may be lost:
    here only what is lost is counted."""
    chance = random.Random(seed)
    store = crashing.store()
    await store.open()
    await asyncio.sleep(SECONDS_UNTIL_A_QUEUE_IS_THERE_FOR_GOOD)
    await store.close()

    def crash_and_restart() -> None:
        server.kill()
        server.start()

    for _ in range(rounds):
        await crashing.round(chance, crash_and_restart)
    assert (await drained(store, crashing.journal)).lost == set()


async def drained(store: RabbitmqStore, journal: Path) -> Ledger:
    await store.open()
    while await deliver(store, Journal(journal), 60.0, wait=5.0):
        pass
    await store.close()
    return Ledger.read(journal)


async def test_killed_in_the_middle_nothing_is_lost(crashing):
    await crash(crashing, rounds=2, seed=1)


async def test_killed_together_with_the_server_nothing_is_lost(crashing, server):
    await crash_with_server(crashing, server, rounds=1, seed=2)


@pytest.mark.long
async def test_killed_fifty_times_nothing_is_lost(crashing):
    await crash(crashing, 50, random.randrange(2**32))


@pytest.mark.long
async def test_killed_fifty_times_together_with_the_server_nothing_is_lost(crashing, server):
    await crash_with_server(crashing, server, 50, random.randrange(2**32))
