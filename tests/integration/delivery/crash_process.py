"""A gateway that puts, or a worker that delivers: processes that are there to be killed.

::

    python -m tests.integration.delivery.crash_process ROLE MAKER ARGUMENT JOURNAL LEASE

``MAKER``: module:function, which makes a store, not open yet, of ``ARGUMENT``. The journal gets a
line for what is certain: ``p ID`` when a put has returned, ``d ID`` for a delivery, which in real
life is the push, and ``s ID`` when its settlement has returned.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NoReturn

from apns_connector.delivery.record import Done, Record
from apns_connector.delivery.store import MessageStore
from apns_connector.errors import StoreError

TASKS = 64
BODY = b"sealed" * 60


class Journal:
    """Lines of several processes, each whole, in the order in which they were written."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def write(self, kind: str, ids: Iterable[str]) -> None:
        if lines := "".join(f"{kind} {one}\n" for one in ids):
            os.write(self._descriptor, lines.encode())


def make(maker: str, argument: str) -> MessageStore:
    module, _, function = maker.partition(":")
    store: MessageStore = getattr(importlib.import_module(module), function)(argument)
    return store


async def until_it_works(do: Callable[[], Awaitable[object]]) -> None:
    """Servers are restarted under us; to do it again is right by contract."""
    while True:
        try:
            await do()
        except StoreError:
            await asyncio.sleep(0.05)
        else:
            return


async def gateway(store: MessageStore, journal: Journal) -> NoReturn:
    async def task(number: int) -> None:
        while True:
            records = [Record(BODY, time.time()) for _ in range(1 + number % 3)]
            await until_it_works(partial(store.put, records))
            journal.write("p", [record.id for record in records])

    await asyncio.gather(*(task(number) for number in range(TASKS)))
    raise AssertionError("tasks never end")


async def worker(store: MessageStore, journal: Journal, lease: float) -> NoReturn:
    while True:
        await until_it_works(lambda: deliver(store, journal, lease))


async def deliver(store: MessageStore, journal: Journal, lease: float, wait: float = 1.0) -> int:
    """One batch; each of it is settled by a task of its own, as answers come one by one."""
    claims = await store.claim(TASKS, lease=lease, wait=wait)
    journal.write("d", [claim.record.id for claim in claims])

    async def settle(number: int) -> None:
        claim = claims[number]
        await asyncio.sleep(number % 4 / 1000)
        await until_it_works(lambda: store.settle([Done(claim)]))
        journal.write("s", [claim.record.id])

    await asyncio.gather(*(settle(number) for number in range(len(claims))))
    return len(claims)


async def main() -> None:
    role, maker, argument, journal, lease = sys.argv[1:]
    store = make(maker, argument)
    await until_it_works(store.open)
    if role == "gateway":
        await gateway(store, Journal(Path(journal)))
    await worker(store, Journal(Path(journal)), float(lease))


if __name__ == "__main__":
    asyncio.run(main())
