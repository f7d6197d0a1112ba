"""kill -9 of gateways and workers over one SQLite file, and a disk that is full."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from apns_connector.delivery.stores.sqlite import SqliteOptions, SqliteStore
from apns_connector.delivery.stores.sqlite_file import Durability
from tests.integration.delivery.crash import Crash

MAKER = "tests.integration.delivery.test_crash_sqlite:store_at"
NORMAL_MAKER = "tests.integration.delivery.test_crash_sqlite:normal_store_at"


def store_at(path: str, durability: Durability = "full") -> SqliteStore:
    return SqliteStore("S", SqliteOptions(Path(path), durability=durability, busy_seconds=30.0))


def normal_store_at(path: str) -> SqliteStore:
    return store_at(path, "normal")


def integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()


async def crash(folder: Path, maker: str, rounds: int, seed: int) -> None:
    file, chance = folder / "message-stores.db", random.Random(seed)
    crashing = Crash(folder, maker, str(file))
    for _ in range(rounds):
        await crashing.round(chance)
        assert integrity(file) == "ok"
    ledger = await crashing.finish()
    assert len(ledger.put) > rounds * 64
    assert integrity(file) == "ok"
    print(
        f"{rounds} rounds: {len(ledger.put)} put, 0 lost,"
        f" {len(ledger.repeated)} delivered twice by {crashing.kills} killed workers"
    )


@pytest.mark.parametrize("maker", [MAKER, NORMAL_MAKER])
async def test_killed_in_the_middle_nothing_is_lost(tmp_path, maker):
    await crash(tmp_path, maker, rounds=3, seed=1)


@pytest.mark.long
async def test_killed_fifty_times_nothing_is_lost(tmp_path):
    await crash(tmp_path, MAKER, rounds=50, seed=random.randrange(2**32))
