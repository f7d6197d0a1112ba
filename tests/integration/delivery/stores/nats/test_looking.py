"""Looking at the records of a store in NATS, of which somebody else is working off some."""

from __future__ import annotations

import time

import pytest

from apns_connector.delivery.record import Record, State
from apns_connector.delivery.stores.nats.claims import Claims, Receipt
from apns_connector.delivery.stores.nats.link import NatsLink
from apns_connector.delivery.stores.nats.looking import NatsLooking
from apns_connector.delivery.stores.nats.records import NatsRecords, each
from tests.servers.nats import NatsServer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with NatsServer(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture
def link(server, request):
    return NatsLink(request.node.name, server.url)


async def looking_at(link: NatsLink, name: str) -> tuple[NatsLooking, NatsRecords]:
    await link.open()
    records = NatsRecords(name, link)
    await records.set_up(1000)
    return NatsLooking(records, time.time), records


async def tell(records: NatsRecords, teller: str, *ends: tuple[int, float]) -> None:
    claims = Claims()
    for sequence, end in ends:
        claims.hold(Receipt(f"{teller} {sequence}", sequence), end)
    await records.tell_claims(teller, claims.tell(0.0))


async def test_claims_are_counted_of_all_who_have_some(link):
    looking, records = await looking_at(link, "counted")
    sent = [Record(b"body", 5.0 - number) for number in range(5)]
    kept = await each(records.keep(record, 0) for record in sent)
    one, two, three, *_ = (answer.content["seq"] for answer in kept)
    soon, over = time.time() + 60, time.time() - 1
    await tell(records, "worker", (one, soon), (two, over))
    await tell(records, "other", (three, soon))
    counts = await looking.count()
    assert (counts.waiting, counts.claimed, counts.oldest) == (3, 2, 1.0)
    claimed = await looking.browse(State.CLAIMED, 10, "")
    assert {kept.record.id for kept in claimed} == {sent[0].id, sent[2].id}
    assert await looking.drop([sent[0].id, sent[1].id]) == 1
    await link.close()


async def test_pages_go_through_all_that_are_there(link):
    looking, records = await looking_at(link, "pages")
    sent = sorted((Record(b"body", 1.0) for _ in range(250)), key=lambda record: record.id)
    await each(records.keep(record, 0) for record in sent[:240])
    await each(records.bury(record) for record in sent[240:])
    page = await looking.browse(None, 245, "")
    assert [kept.record for kept in page] == sent[:245]
    rest = await looking.browse(None, 245, page[-1].record.id)
    assert [kept.record for kept in rest] == sent[245:]
    assert {kept.state for kept in rest} == {State.DEAD}
    assert len(await looking.browse(State.DEAD, 100, "")) == 10
    await link.close()


async def test_a_dead_record_whose_retry_was_cut_short_is_shown_once(link):
    looking, records = await looking_at(link, "cut short")
    record = Record(b"body", 1.0)
    await records.keep(record, 0)
    await records.bury(record)
    (kept,) = await looking.browse(None, 10, "")
    assert kept.state is State.WAITING
    assert (await looking.find(record.id)).state is State.WAITING
    await link.close()
