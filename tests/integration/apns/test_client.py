"""The client's extras over a real connection: feedback, and a way through a proxy."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from apns_connector.apns import (
    Certificate,
    Client,
    Destination,
    Feedback,
    FeedbackFile,
    Notification,
    Proxy,
)
from apns_connector.errors import NotSent
from apns_connector.simulator import Simulator, demo_credentials

GOOD = "ab" * 32
UNREGISTERED = "bad04102" + "0" * 56
BAD_DEVICE_TOKEN = "bad04002" + "0" * 56


@pytest.fixture
def joined(tmp_path):
    credentials = demo_credentials(tmp_path / "credentials")
    certificate = Certificate.from_pkcs12(
        credentials.client_certificate.read_bytes(), credentials.password
    )

    @asynccontextmanager
    async def start(**options):
        async with Simulator(credentials) as simulator:
            here = Destination("local", "localhost", simulator.port, credentials.ca)
            async with Client(certificate, here, **{"timeout": 5, **options}) as client:
                yield simulator, client

    return start


def notification(device_token: str) -> Notification:
    return Notification(device_token=device_token, payload={"aps": {}})


def test_device_tokens_that_are_gone_are_collected_with_their_topic_and_time(joined):
    feedback = Feedback()

    async def scenario():
        async with joined(on_unregistered=feedback.add) as (_, client):
            for token in (GOOD, UNREGISTERED, BAD_DEVICE_TOKEN):
                await client.send(notification(token))

    asyncio.run(scenario())
    (gone,) = feedback.drain()
    assert (gone.device_token, gone.topic) == (UNREGISTERED, "com.example.app")
    assert gone.invalid_since is not None


def test_they_may_be_kept_in_a_file_that_another_process_reads(joined, tmp_path):
    file = tmp_path / "unregistered.db"

    async def scenario():
        with FeedbackFile(file) as feedback:
            async with joined(on_unregistered=feedback.add) as (_, client):
                async for outcome in client.send_many([notification(UNREGISTERED)] * 3):
                    assert outcome.status == 410

    asyncio.run(scenario())
    with FeedbackFile(file) as feedback:
        page = feedback.read(10)
        assert [gone.device_token for gone in page.unregistered] == [UNREGISTERED]
        assert feedback.clear(page.up_to) == 1


@asynccontextmanager
async def connect_proxy(seen: list[str]):
    """An HTTP proxy that knows CONNECT and nothing else."""

    async def copy(reader, writer):
        try:
            while data := await reader.read(65_536):
                writer.write(data)
        except ConnectionError:
            seen.append("cut")
        finally:
            writer.close()

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        seen.append(head.partition("\r\n")[0])
        host, _, port = head.split()[1].rpartition(":")
        inner = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(copy(reader, inner[1]), copy(inner[0], writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def test_notifications_go_through_a_proxy(joined):
    seen: list[str] = []

    async def scenario():
        async with (
            connect_proxy(seen) as port,
            joined(proxy=Proxy("127.0.0.1", port)) as (simulator, client),
        ):
            assert (await client.send(notification(GOOD))).accepted
            assert seen[0] == f"CONNECT localhost:{simulator.port} HTTP/1.1"

    asyncio.run(scenario())


def test_a_proxy_that_is_not_there_is_named(joined):
    async def scenario():
        async with joined(proxy=Proxy("127.0.0.1", 9), timeout=0.5) as (_, client):
            with pytest.raises(NotSent, match=r"127\.0\.0\.1:9"):
                await client.send(notification(GOOD))

    asyncio.run(scenario())
