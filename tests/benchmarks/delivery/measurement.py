"""One run: all records put, and then claimed and settled, by many callers."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from apns_connector.delivery.record import Record
from tests.benchmarks.delivery.queue import Queue

BODY = os.urandom(400)  # a push in its sealed form
CLAIMED_AT_ONCE = 512
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Run:
    """Per second; ``settled``: claimed and settled. ``cpu``: µs of this process for each record, to
    put and to settle it."""

    put: float
    settled: float
    put_cpu: float
    settle_cpu: float


async def by_callers(callers: int, work: Iterable[T], do: Callable[[T], Awaitable[None]]) -> None:
    """Each caller takes the next one when it has done one."""
    left = iter(work)

    async def caller() -> None:
        for one in left:
            await do(one)

    await asyncio.gather(*(caller() for _ in range(callers)))


async def measure(queue: Queue, amount: int, callers: int) -> Run:
    """Raises SystemExit unless as many come out as went in."""
    records = [Record(BODY, time.time(), label="proxy Push") for _ in range(amount)]
    await queue.open()
    try:
        begun, spent = time.perf_counter(), time.process_time()
        await by_callers(callers, records, queue.put)
        put, put_cpu = time.perf_counter() - begun, time.process_time() - spent
        begun, spent = time.perf_counter(), time.process_time()
        settled = 0
        while settled < amount:
            claims = await queue.claim(CLAIMED_AT_ONCE)
            if not claims:
                raise SystemExit(f"only {settled} of {amount} came out")
            await by_callers(callers, claims, queue.settle)
            settled += len(claims)
        settle, settle_cpu = time.perf_counter() - begun, time.process_time() - spent
    finally:
        await queue.close()
    each = 1e6 / amount
    return Run(amount / put, amount / settle, put_cpu * each, settle_cpu * each)
