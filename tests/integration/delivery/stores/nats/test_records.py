"""What JetStream does with the records of a store."""

from __future__ import annotations

import pytest

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.nats.layout import (
    CONSUMER,
    WRONG_SEQUENCE,
    Layout,
)
from apns_connector.delivery.stores.nats.link import NatsLink
from apns_connector.delivery.stores.nats.pulls import Pulls
from apns_connector.delivery.stores.nats.records import NatsRecords, each
from tests.servers.nats import NatsServer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with NatsServer(tmp_path_factory.mktemp("nats")) as server:
        yield server


async def opened(server: NatsServer, name: str, limit: int = 1000) -> tuple[NatsLink, NatsRecords]:
    link = NatsLink(name, server.url)
    await link.open()
    records = NatsRecords(name, link)
    await records.set_up(limit)
    return link, records


async def test_a_record_is_replaced_only_by_who_has_seen_the_last_one(server):
    link, records = await opened(server, "replaced")
    record = Record(b"body", 1.0)
    first = (await records.keep(record, 0)).content["seq"]
    again = record.failed(2.0, "503")
    second = (await records.keep(again, first)).content["seq"]
    assert (await records.keep(record, first)).code == WRONG_SEQUENCE
    assert (await records.keep(record, 0)).code == WRONG_SEQUENCE
    live = await records.live(record.id)
    assert (live.sequence, live.record) == (second, again)
    assert await records.count_live() == 1
    assert await records.id_at(second) == record.id
    assert await records.id_at(first) is None
    await link.close()


async def test_a_full_stream_still_replaces(server):
    link, records = await opened(server, "full", limit=1)
    record = Record(b"body", 1.0)
    first = (await records.keep(record, 0)).content["seq"]
    assert (await records.keep(Record(b"other", 1.0), 0)).is_full
    assert not (await records.keep(record.failed(2.0, "503"), first)).failed
    await link.close()


async def test_what_is_removed_is_gone_and_cannot_be_removed_again(server):
    link, records = await opened(server, "removed")
    record = Record(b"body", 1.0)
    sequence = (await records.keep(record, 0)).content["seq"]
    assert await records.remove_live(sequence)
    assert not await records.remove_live(sequence)
    assert await records.live(record.id) is None
    await records.bury(record)
    dead = await records.dead(record.id)
    assert await records.remove_dead(dead.sequence)
    assert await records.count_dead() == 0
    await link.close()


async def test_only_what_the_consumer_is_behind_of_is_offered_again(server):
    link, records = await opened(server, "again")
    pulls = Pulls(link, Layout("again").records, CONSUMER)
    await each(records.keep(Record(b"body", 1.0), 0) for _ in range(3))
    await records.offer_again()
    assert await sequences(records) == [1, 2, 3]
    one, two, three = await pulls.pull(3)
    await records.offer_again()
    assert await sequences(records) == [1, 2, 3]
    await link.request(two.reply, b"+ACK")
    await records.offer_again()
    assert await sequences(records) == [1, 3]
    await link.request(one.reply, b"+ACK")
    await link.request(three.reply, b"+ACK")
    await records.offer_again()
    assert await sequences(records) == []
    await link.close()


async def sequences(records: NatsRecords) -> list[int]:
    found = await each(records.live(record_id) for record_id in await records.live_ids())
    return sorted(stored.sequence for stored in found)


async def test_all_ids_are_named(server):
    link, records = await opened(server, "names")
    sent = [Record(b"body", float(number)) for number in range(300)]
    await each(records.keep(record, 0) for record in sent)
    await records.bury(sent[0])
    assert sorted(await records.live_ids()) == sorted(record.id for record in sent)
    assert await records.dead_ids() == [sent[0].id]
    assert await records.oldest() == 0.0
    await link.close()


async def test_a_server_keeps_the_higher_of_two_limits(server):
    link, records = await opened(server, "limits", limit=5)
    assert await records.set_up(3) == 5
    assert await records.set_up(7) == 7
    assert await records.set_up(5) == 7
    await link.close()


async def test_the_time_to_settle_only_grows_whoever_asks(server):
    link, records = await opened(server, "settled")
    await records.wait_for_settlement(8.0)
    other_link, other = await opened(server, "settled")
    assert other.waits_for_settlement(8.0)
    await other.wait_for_settlement(7.0)
    assert not other.waits_for_settlement(7.0)
    await other.wait_for_settlement(9.0)
    await records.wait_for_settlement(8.5)  # it remembers 8
    assert records.waits_for_settlement(9.0)
    assert [one async for one in records._acknowledged()] == []  # it looks at the consumer again
    assert records.waits_for_settlement(9.0)
    assert not records.waits_for_settlement(8.0)
    await link.close()
    await other_link.close()


async def test_all_answers_come_in_the_order_of_what_was_asked():
    async def echo(number: int) -> int:
        return number

    assert await each(echo(number) for number in range(1000)) == list(range(1000))
