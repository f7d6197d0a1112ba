"""kill -9 of gateways and workers over one SQLite file, and a disk that is full."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from unittest.mock import ANY

import pytest

from apns_connector.delivery.stores.sqlite.file import Durability
from apns_connector.delivery.stores.sqlite.store import SqliteOptions, SqliteStore
from tests.integration.delivery.crash import ROOT, Crash

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


@pytest.mark.parametrize("maker", [MAKER, pytest.param(NORMAL_MAKER, marks=pytest.mark.long)])
async def test_killed_in_the_middle_nothing_is_lost(tmp_path, maker):
    await crash(tmp_path, maker, rounds=3, seed=1)


@pytest.mark.long
async def test_killed_fifty_times_nothing_is_lost(tmp_path):
    await crash(tmp_path, MAKER, rounds=50, seed=random.randrange(2**32))


def on_a_small_disk(folder: Path, reserve: str) -> dict[str, object]:
    """In a mount namespace of its own, which takes the disk along when it ends."""
    module = "tests.integration.delivery.full_disk"
    command = ["unshare", "--map-root-user", "--mount", sys.executable, "-m", module]
    done = subprocess.run(
        [*command, str(folder), reserve], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_disk_filled_up_by_records_is_emptied_without_losing_one(tmp_path):
    found = on_a_small_disk(tmp_path, "kept")
    assert int(str(found["kept the first time"])) > 1000
    assert found["the first time all came out"]
    assert int(str(found["kept the second time"])) > 1000, "its room was not given free"
    assert found["the second time all came out"]
    assert found["put on a full disk"] == "StoreFull"
    assert found["then all came out"]
    assert found["integrity"] == "ok"


def test_where_sqlite_itself_meets_the_end_of_the_disk_nothing_that_was_kept_is_lost(tmp_path):
    assert on_a_small_disk(tmp_path, "none") == {
        "kept beside others": ANY,
        "others": "No space left on device",
        "put on a full disk": "StoreFull",
        "then all came out": True,
        "then a put": "kept",
        "integrity": "ok",
    }
