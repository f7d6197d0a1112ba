"""A SQLite store on a disk of 80 MB that becomes full. Prints what happened, as JSON.

::

    unshare --map-root-user --mount python -m tests.integration.delivery.full_disk FOLDER RESERVE

``RESERVE``: "kept", or "none", with which SQLite itself runs into the end of the disk.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from apns_connector.delivery.record import Done, Record
from apns_connector.delivery.stores.sqlite import commit as sqlite_commit
from apns_connector.delivery.stores.sqlite.store import SqliteOptions, SqliteStore
from apns_connector.errors import StoreFull

MEGABYTES = 80
TASKS = 16


async def fill(store: SqliteStore) -> set[str]:
    """Put until there is no room; the ids of what is kept for certain."""
    kept: set[str] = set()

    async def task() -> None:
        while True:
            records = [Record(os.urandom(1500), time.time()) for _ in range(3)]
            try:
                await store.put(records)
            except StoreFull:
                return
            kept.update(record.id for record in records)

    await asyncio.gather(*(task() for _ in range(TASKS)))
    return kept


async def empty(store: SqliteStore) -> list[str]:
    delivered: list[str] = []
    while claims := await store.claim(50, lease=60):
        await store.settle([Done(claim) for claim in claims])
        delivered += [claim.record.id for claim in claims]
    return delivered


async def becomes_full_and_is_emptied(store: SqliteStore, found: dict[str, Any]) -> None:
    for time_ in ("first", "second"):
        kept = await fill(store)
        delivered = await empty(store)
        found[f"kept the {time_} time"] = len(kept)
        found[f"the {time_} time all came out"] = sorted(kept) == sorted(delivered)


async def is_filled_up_together_with_others(
    store: SqliteStore, others: Path, found: dict[str, Any]
) -> None:
    """``others``: a file that takes a part of the disk, and then all of it."""
    take_a_part(others)
    kept = await fill(store)
    found["kept beside others"] = len(kept)
    found["others"] = take_the_rest(others)
    found["put on a full disk"] = await outcome_of_a_put(store)
    os.remove(others)
    delivered = await empty(store)
    found["then all came out"] = sorted(kept) == sorted(delivered)
    found["then a put"] = await outcome_of_a_put(store)


def take_a_part(others: Path) -> None:
    others.write_bytes(bytes(MEGABYTES * 2**20 // 5))


def take_the_rest(others: Path) -> str | None:
    with others.open("ab", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(1024))
        except OSError as error:
            return error.strerror


async def outcome_of_a_put(store: SqliteStore) -> str:
    try:
        await store.put([Record(os.urandom(100_000), time.time())])
    except StoreFull as error:
        return type(error).__name__
    return "kept"


async def main() -> None:
    folder, reserve = Path(sys.argv[1]), sys.argv[2]
    if reserve == "none":
        sqlite_commit.RESERVE = -(10**12)  # there is always room
    path = folder / "stores.db"
    store = SqliteStore("S", SqliteOptions(path))
    await store.open()
    found: dict[str, Any] = {}
    if reserve == "kept":
        await becomes_full_and_is_emptied(store, found)
    await is_filled_up_together_with_others(store, folder / "others", found)
    await store.close()
    check = sqlite3.connect(path)
    found["integrity"] = check.execute("PRAGMA integrity_check").fetchone()[0]
    check.close()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    disk = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", sys.argv[1]]
    subprocess.run(disk, check=True)
    asyncio.run(main())
