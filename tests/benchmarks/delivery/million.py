"""A million records through one SQLite file: memory stays flat, whatever is kept."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

from apns_connector.delivery.record import Done, Record
from apns_connector.delivery.stores.sqlite.store import SqliteOptions, SqliteStore
from tests.benchmarks.delivery.measurement import BODY, CLAIMED_AT_ONCE, by_callers

STEPS = 10
_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 2**20


async def million(folder: Path, amount: int, callers: int) -> None:
    path = folder / "million.db"
    store = SqliteStore("S", SqliteOptions(path, limit=2 * amount))
    await store.open()
    print(f"\n{amount} records through SQLite, {callers} callers; RSS before: "
          f"{resident_megabytes():.0f} MB")  # fmt: skip
    print("                 kept      per second    RSS MB    file MB")
    step = amount // STEPS

    async def put(_number: int) -> None:
        await store.put([Record(BODY, time.time(), label="proxy Push")])

    for number in range(STEPS):
        begun = time.perf_counter()
        await by_callers(callers, range(step), put)
        _show("put", step * (number + 1), step, begun, path)
    left = (await store.count()).waiting
    while left:
        begun, before = time.perf_counter(), left
        while left > max(before - step, 0):
            claims = await store.claim(CLAIMED_AT_ONCE, lease=300.0)
            await store.settle([Done(claim) for claim in claims])
            left -= len(claims)
        _show("settled", left, before - left, begun, path)
    await store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak RSS: {peak:.0f} MB")


def _show(what: str, kept: int, done: int, begun: float, path: Path) -> None:
    rate = done / (time.perf_counter() - begun)
    size = path.stat().st_size / 2**20
    print(f"{what:8}{kept:13}{rate:16.0f}{resident_megabytes():10.0f}{size:11.0f}", flush=True)
