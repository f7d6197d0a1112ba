"""Sends with the client of this project."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from apns_connector.apns import Client, Destination, Notification, SigningKey
from apns_connector.apns.pool import DEFAULT_MOST
from tests.benchmarks.client.drivers import loops
from tests.benchmarks.client.drivers.job import Job
from tests.benchmarks.client.drivers.stopwatch import Stopwatch


def notifications(number: int, topic: str) -> Iterator[Notification]:
    """No two alike, as in life."""
    for index in range(number):
        yield Notification(
            device_token=f"{index:064x}",
            topic=topic,
            payload={"aps": {"alert": f"Hello {index}", "badge": 1}},
        )


async def send(client: Client, source: Iterator[Notification], tasks: int) -> int:
    """How many of ``source`` were accepted, with ``tasks`` that each await one at a time."""
    accepted = 0

    async def send_some() -> None:
        nonlocal accepted
        for notification in source:
            response = await client.send(notification)
            accepted += response.accepted

    await asyncio.gather(*(send_some() for _ in range(tasks)))
    return accepted


async def send_many(client: Client, source: Iterator[Notification]) -> int:
    """How many of ``source`` were accepted, as one stream."""
    accepted = 0
    async for outcome in client.send_many(source):
        if isinstance(outcome, Exception):
            raise outcome
        accepted += outcome.accepted
    return accepted


async def measure(job: Job, key: SigningKey) -> None:
    here = Destination("benchmark", "localhost", job.port, Path(job.trust))

    async def run(number: int) -> int:
        source = notifications(number, job.topic)
        if job.way == "send":
            return await send(client, source, job.in_flight)
        return await send_many(client, source)

    most = job.connections or DEFAULT_MOST
    async with Client(key, here, timeout=60, connections=most) as client:
        await run(job.warm_up)
        stopwatch = Stopwatch()
        accepted = await run(job.requests)
        print(stopwatch.stop(accepted))


if __name__ == "__main__":
    job = Job.given()
    key = SigningKey.from_p8(Path(job.key).read_bytes(), job.key_id, job.team_id)
    loops.run(measure(job, key), job.loop)
