"""kill -9 of gateways, workers and the server of a store in Redis."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from apns_connector.delivery.stores.redis.store import RedisOptions, RedisStore
from tests.integration.delivery.crash import Crash
from tests.servers.redis import RedisServer

# tests/acceptance/delivery kills whole gateways and workers each time.
pytestmark = pytest.mark.long

MAKER = "tests.integration.delivery.test_crash_redis:store_at"


def store_at(url: str) -> RedisStore:
    return RedisStore("S", RedisOptions(url))


async def crash(folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    with RedisServer(folder / "redis", appendfsync="always") as server:
        crashing = Crash(folder, MAKER, server.url)

        def restart() -> None:
            server.kill()
            server.start()

        for number in range(rounds):
            await crashing.round(chance, restart if number % 2 else lambda: None)
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
