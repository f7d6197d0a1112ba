"""Sends with aioapns, over one connection."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

# Installed for this process alone.
from aioapns import APNs, NotificationRequest  # type: ignore[import-not-found]
from aioapns.connection import (  # type: ignore[import-not-found]
    APNsProductionClientProtocol as Protocol,
)

from tests.benchmarks.client.drivers import loops
from tests.benchmarks.client.drivers.job import Job
from tests.benchmarks.client.drivers.stopwatch import Stopwatch


async def measure(job: Job, key: str) -> None:
    # It has no option for where to connect, and offers no protocol by itself.
    Protocol.APNS_SERVER = "localhost"
    Protocol.APNS_PORT = job.port
    context = ssl.create_default_context(cafile=job.trust)
    context.set_alpn_protocols(["h2"])
    client = APNs(
        key=key,
        key_id=job.key_id,
        team_id=job.team_id,
        topic=job.topic,
        max_connections=1,
        ssl_context=context,
    )

    async def send_all(number: int) -> int:
        left, accepted = iter(range(number)), 0

        async def send_some() -> None:
            nonlocal accepted
            for index in left:
                request = NotificationRequest(
                    device_token=f"{index:064x}",
                    message={"aps": {"alert": f"Hello {index}", "badge": 1}},
                )
                response = await client.send_notification(request)
                accepted += response.is_successful

        await asyncio.gather(*(send_some() for _ in range(job.in_flight)))
        return accepted

    await send_all(job.warm_up)
    stopwatch = Stopwatch()
    accepted = await send_all(job.requests)
    print(stopwatch.stop(accepted))


if __name__ == "__main__":
    job = Job.given()
    loops.run(measure(job, Path(job.key).read_text()), job.loop)
