"""Messages pulled from a work queue: nobody takes along what he does not get."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.nats.layout import CONSUMER, Layout, decode
from apns_connector.delivery.stores.nats.link import NatsLink
from apns_connector.delivery.stores.nats.pulls import Pulls
from apns_connector.delivery.stores.nats.records import NatsRecords
from apns_connector.errors import StoreUnavailable
from tests.servers.nats import NatsServer


@pytest.fixture
def server(tmp_path):
    with NatsServer(tmp_path / "nats") as server:
        yield server


async def opened(server: NatsServer) -> tuple[NatsLink, NatsRecords, Pulls]:
    link = NatsLink("outbox", server.url)
    await link.open()
    records = NatsRecords("outbox", link)
    await records.set_up(100)
    pulls = Pulls(link, Layout("outbox").records, CONSUMER)
    link.on_lost = pulls.lost
    return link, records, pulls


async def test_what_is_there_comes_at_once_and_no_more_than_asked_for(server):
    link, records, pulls = await opened(server)
    sent = [Record(b"%d" % number, 1.0) for number in range(5)]
    for record in sent:
        await records.keep(record, 0)
    first, rest = await pulls.pull(3), await pulls.pull(3)
    assert [decode(message.data) for message in first + rest] == sent
    assert await pulls.pull(3) == []
    await link.close()


async def test_what_comes_while_one_waits_is_had(server):
    link, records, pulls = await opened(server)
    waiting = asyncio.create_task(pulls.pull(1, 20.0))
    await asyncio.sleep(0.05)
    await records.keep(Record(b"body", 1.0), 0)
    assert len(await asyncio.wait_for(waiting, 10)) == 1
    await link.close()


async def test_what_comes_for_one_who_has_gone_is_the_next_ones(server):
    link, records, pulls = await opened(server)
    for _ in range(3):
        gone = asyncio.create_task(pulls.pull(1, 20.0))
        await asyncio.sleep(0.05)
        gone.cancel()
        await asyncio.wait({gone})
    await records.keep(Record(b"body", 1.0), 0)
    assert len(await asyncio.wait_for(pulls.pull(1, 4.0), 10)) == 1
    await link.close()


async def test_whoever_waits_is_told_that_the_connection_is_lost(server):
    link, _, pulls = await opened(server)
    waiting = asyncio.create_task(pulls.pull(1, 50.0))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(server.kill)
    with pytest.raises(StoreUnavailable, match="is lost"):
        await asyncio.wait_for(waiting, 10)
    await link.close()
