"""What others may know of the claims of a store."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.stores.nats.claims import Claims, Receipt, claimed
from apns_connector.delivery.stores.nats.link import NatsLink
from apns_connector.delivery.stores.nats.records import NatsRecords
from apns_connector.delivery.stores.nats.telling import NatsTelling
from tests.servers.nats import NatsServer


@pytest.fixture
def server(tmp_path):
    with NatsServer(tmp_path / "nats") as server:
        yield server


async def test_one_message_tells_what_many_have_changed(server):
    link = NatsLink("outbox", server.url)
    await link.open()
    records = NatsRecords("outbox", link)
    await records.set_up(10)
    claims = Claims()
    telling = NatsTelling("outbox", records, claims, lambda: 5.0)

    async def change(number: int) -> None:
        claims.hold(Receipt(f"reply {number}", number), 10.0)
        await telling.tell()
        assert number in claimed(await records.told_claims(), 5.0)

    await asyncio.gather(*(change(number) for number in range(100)))
    assert claimed(await records.told_claims(), 5.0) == set(range(100))
    told = await link.ask_for("STREAM.INFO.apns-claims-outbox")
    assert told.content["state"]["last_seq"] < 10
    await link.close()
