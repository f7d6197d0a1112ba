"""kill -9 of gateways and workers of a store in NATS, whose server is restarted meanwhile."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest

from apns_connector.delivery.stores.nats.store import NatsOptions, NatsStore
from tests.integration.delivery.crash import Crash
from tests.servers.nats import NatsServer

# tests/acceptance/delivery kills whole gateways and workers each time.
pytestmark = pytest.mark.long

MAKER = "tests.integration.delivery.test_crash_nats:store_at"


def store_at(url: str) -> NatsStore:
    return NatsStore("S", NatsOptions(url))


def stop_and_start(server: NatsServer) -> None:
    """Not killed: that is for tests/integration/delivery/stores/test_nats.py, since a server that
    is killed forgets the settlements of its last second, and gives those records out again."""
    server.stop()
    server.start()


async def crash(folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    with NatsServer(folder / "nats") as server:
        # What a server had given out when all were killed comes again after its ACK_WAIT.
        crashing = Crash(folder, MAKER, server.url, lease=5.0)
        for number in range(rounds):
            restart = partial(stop_and_start, server) if number % 2 else lambda: None
            await crashing.round(chance, restart)
        ledger = await crashing.finish()
    print(
        f"{rounds} rounds: {len(ledger.put)} put, 0 lost,"
        f" {len(ledger.repeated)} delivered twice by {crashing.kills} killed workers"
    )


async def test_killed_in_the_middle_nothing_is_lost(tmp_path):
    await crash(tmp_path, rounds=4, seed=1)


@pytest.mark.long
async def test_killed_fifty_times_nothing_is_lost(tmp_path):
    await crash(tmp_path, rounds=50, seed=random.randrange(2**32))
