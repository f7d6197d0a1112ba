"""A connection that heals by itself."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.stores.nats.link import NatsLink
from apns_connector.errors import StoreUnavailable
from tests.servers.nats import NatsServer


@pytest.fixture
def server(tmp_path):
    with NatsServer(tmp_path / "nats") as server:
        yield server


async def test_the_first_server_that_is_there_is_taken(server, tmp_path):
    absent = NatsServer(tmp_path / "never started")
    link = NatsLink("outbox", f"{absent.url},{server.url}")
    await link.open()
    assert link.is_connected
    assert not (await link.ask("INFO")).failed
    await link.close()
    assert not link.is_connected


async def test_whoever_must_know_is_told_that_the_connection_was_lost(server):
    link = NatsLink("outbox", server.url)
    await link.open()
    lost = asyncio.Event()
    link.on_lost = lost.set
    await asyncio.to_thread(server.kill)
    await asyncio.wait_for(lost.wait(), 10)
    with pytest.raises(StoreUnavailable):
        await link.say("subject", b"")
    await link.close()


async def test_an_inbox_is_ours_also_over_the_next_connection(server):
    link = NatsLink("outbox", server.url)
    await link.open()
    heard = asyncio.Queue[bytes]()

    async def hear(message):
        heard.put_nowait(message.data)

    inbox = await link.listen(hear)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(20):
        while heard.empty():
            await asyncio.sleep(0.05)
            if link.is_connected:
                await link.say(inbox, b"hello")
    assert await heard.get() == b"hello"
    await link.close()


async def test_a_request_that_the_server_refuses_says_what(server):
    link = NatsLink("outbox", server.url)
    await link.open()
    assert (await link.ask("STREAM.INFO.nothing")).problem == "stream not found"
    with pytest.raises(StoreUnavailable, match="stream not found"):
        await link.ask_for("STREAM.INFO.nothing")
    await link.close()


async def test_a_link_that_is_not_open_is_unavailable():
    link = NatsLink("outbox", "nats://127.0.0.1:1")
    with pytest.raises(StoreUnavailable, match="not open"):
        await link.ask("INFO")
    await link.close()
