"""The pool over real connections: it grows while streams are the limit, and shrinks again."""

from __future__ import annotations

import asyncio

from apns_connector.apns import Client, Destination, Notification
from apns_connector.apns.credentials import Certificate
from apns_connector.apns.pool import Bound
from apns_connector.simulator import Simulator, SimulatorOptions, demo_credentials

SLOW = "bad23010" + "0" * 56  # accepted after 0.1 seconds


def test_more_connections_are_opened_while_streams_are_the_limit_and_every_one_is_answered(
    tmp_path,
):
    credentials = demo_credentials(tmp_path)
    certificate = Certificate.from_pkcs12(
        credentials.client_certificate.read_bytes(), credentials.password
    )

    async def scenario() -> None:
        options = SimulatorOptions(max_concurrent_streams=10)
        async with Simulator(credentials, options) as simulator:
            here = Destination("local", "localhost", simulator.port, credentials.ca)
            async with Client(certificate, here, timeout=30, connections=4) as client:
                notifications = (
                    Notification(device_token=SLOW, payload={"aps": {}}) for _ in range(400)
                )
                responses = await asyncio.gather(*(client.send(n) for n in notifications))
                assert all(response.accepted for response in responses)
                assert 1 < simulator.connections_opened <= 4
                assert client.pool.bound in (Bound.STREAMS, Bound.NOTHING)

    asyncio.run(scenario())


def test_one_connection_serves_what_fits_in_its_streams(tmp_path):
    credentials = demo_credentials(tmp_path)
    certificate = Certificate.from_pkcs12(
        credentials.client_certificate.read_bytes(), credentials.password
    )

    async def scenario() -> None:
        async with Simulator(credentials) as simulator:
            here = Destination("local", "localhost", simulator.port, credentials.ca)
            async with Client(certificate, here, timeout=30) as client:
                for _ in range(3):
                    await asyncio.gather(
                        *(
                            client.send(Notification(device_token=SLOW, payload={"aps": {}}))
                            for _ in range(100)
                        )
                    )
            assert simulator.connections_opened == 1

    asyncio.run(scenario())
