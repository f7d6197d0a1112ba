"""The Apple of a run: the simulator, reached with stand-ins."""

from __future__ import annotations

import asyncio

from apns_connector.apns import Notification
from apns_connector.flow_tests.apple import Apple


async def push(apple: Apple, destination: str) -> None:
    clients = apple.clients([])
    certificate = await clients.certificate(b"", "", "any")
    client = await clients.client(certificate, clients.destination(destination))
    await client.send(
        Notification(
            device_token="ab" * 32, topic="com.example.app", payload={"aps": {"alert": destination}}
        )
    )
    await clients.close()


def test_both_destinations_lead_to_the_simulator_which_forgets_on_demand():
    async def run() -> None:
        async with Apple() as apple:
            await push(apple, "production")
            await push(apple, "sandbox")
            got = [one["payload"]["aps"]["alert"] for one in apple.notifications()]
            assert got == ["production", "sandbox"]
            apple.forget()
            assert apple.notifications() == []

    asyncio.run(run())
