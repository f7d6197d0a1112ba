"""What is special of the store in NATS: outages, limits that a server keeps, secrets."""

from __future__ import annotations

import asyncio
import logging
import time

import nats
import pytest

from apns_connector.delivery.record import Again, Counts, Dead, Done, Record
from apns_connector.delivery.stores.nats.store import NatsOptions, NatsStore
from apns_connector.errors import ConfigurationError, StoreError, StoreFull, StoreUnavailable
from tests.integration.delivery.stores.storm import Storm
from tests.servers.nats import NatsServer

PASSWORD = "hunter2-of-nats"


def a_store(server: NatsServer, limit: int = 1_000_000) -> NatsStore:
    return NatsStore("outbox", NatsOptions(server.url, limit))


def a_record(body: bytes = b"sealed", **values: object) -> Record:
    return Record(body, 1_690_000_000.0, **values)  # type: ignore[arg-type]


@pytest.fixture
def server(tmp_path):
    with NatsServer(tmp_path / "nats") as server:
        yield server


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(server):
    writer, worker = a_store(server), a_store(server)
    await writer.open()
    await worker.open()
    storm = Storm(server, 1000)
    await asyncio.wait_for(storm.rage(writer, worker), 50)
    assert storm.outages
    await drain(worker, 6.0)
    assert await worker.count() == Counts()
    await writer.close()
    await worker.close()


async def test_an_outage_is_told_and_survived(server):
    store = a_store(server)
    await store.open()
    await store.put([a_record()])
    (claim,) = await store.claim(1, lease=60)
    waiting = asyncio.create_task(store.claim(1, lease=60, wait=50))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(server.stop)
    with pytest.raises(StoreUnavailable, match=f"127.0.0.1:{server.port}"):
        await asyncio.wait_for(waiting, 10)
    with pytest.raises(StoreUnavailable):
        await store.put([a_record()])
    await asyncio.to_thread(server.start)
    await until_it_is_back(store)
    await store.put([a_record()])
    await store.settle([Done(claim)])
    assert (await store.count()).waiting == 1
    await store.close()


async def until_it_is_back(store: NatsStore) -> None:
    for _ in range(200):
        try:
            await store.count()
        except StoreUnavailable:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("it does not come back")


async def test_a_claim_that_the_server_forgets_in_a_crash_is_not_given_out_twice(server):
    store = a_store(server)
    await store.open()
    await store.put([a_record()])
    (claim,) = await store.claim(1, lease=60)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await until_it_is_back(store)
    assert await store.claim(1, lease=60, wait=0.5) == []
    await store.settle([Done(claim)])
    assert await store.count() == Counts()
    await store.close()


async def test_what_a_killed_server_takes_for_acknowledged_is_not_left_lying(server):
    store = a_store(server)
    await store.open()
    await store.put([a_record() for _ in range(100)])
    await drain(store)
    await asyncio.sleep(1.0)  # by then it has written down who has acknowledged what
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await until_it_is_back(store)
    await store.close()
    store = a_store(server)
    await store.open()
    await drain(store, wait=2.5)  # it looks twice
    assert await store.count() == Counts()
    await store.close()


async def drain(store: NatsStore, wait: float = 0.1) -> None:
    while claims := await store.claim(100, lease=60, wait=wait):
        await store.settle([Done(claim) for claim in claims])


async def test_a_server_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(StoreUnavailable):
        await a_store(NatsServer(tmp_path / "never started")).open()


async def test_a_server_that_keeps_nothing_is_unavailable(tmp_path):
    with (
        NatsServer(tmp_path / "nats", jetstream=False) as server,
        pytest.raises(StoreUnavailable, match="is it enabled"),
    ):
        await a_store(server).open()


async def test_a_stream_of_somebody_else_is_left_alone(server):
    client = await nats.connect(server.url)
    name = "apns-records-outbox"
    await client.jetstream().add_stream(name=name, subjects=[f"{name}.*"])
    with pytest.raises(StoreError, match="not ours"):
        await a_store(server).open()
    assert (await client.jetstream().stream_info(name)).config.description is None
    await client.close()


async def test_a_lower_limit_throws_nothing_away(server):
    store = a_store(server, limit=5)
    await store.open()
    await store.put([a_record() for _ in range(5)])
    await store.close()
    store = a_store(server, limit=2)
    await store.open()
    assert (await store.count()).waiting == 5
    with pytest.raises(StoreFull):
        await store.put([a_record()])
    await store.close()


async def test_a_higher_limit_makes_room(server):
    for limit in (1, 2):
        store = a_store(server, limit)
        await store.open()
        await store.put([a_record()])
        with pytest.raises(StoreFull):
            await store.put([a_record()])
        await store.close()


async def test_those_who_fill_a_store_at_once_put_all_or_none(server):
    store, other = a_store(server, 100), a_store(server, 100)
    await store.open()
    await other.open()
    puts = [one.put([a_record() for _ in range(30)]) for one in (store, other) for _ in range(4)]
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {type(None), StoreFull}
    assert outcomes.count(None) <= 3
    assert (await store.count()).waiting == 30 * outcomes.count(None)
    await store.close()
    await other.close()


async def test_a_full_store_still_lets_records_come_back_and_die(server):
    store = a_store(server, limit=2)
    await store.open()
    await store.put([a_record(), a_record()])
    one, two = await store.claim(2, lease=60)
    await store.settle([Again(one, time.time() + 60, "503"), Dead(two, "400")])
    counts = await store.count()
    assert (counts.waiting, counts.claimed, counts.dead) == (1, 0, 1)
    await store.close()


async def test_as_many_dead_records_as_the_limit_make_a_store_full(server):
    store = a_store(server, limit=1)
    await store.open()
    await store.put([a_record()])
    (claim,) = await store.claim(1, lease=60)
    await store.settle([Dead(claim, "400")])
    with pytest.raises(StoreFull, match="dead"):
        await store.put([a_record()])
    await store.drop([claim.record.id])
    await store.put([a_record()])
    await store.close()


async def fill(store: NatsStore) -> None:
    for _ in range(10):
        await store.put([a_record(b"x" * 300_000)])


async def test_storage_that_is_used_up_is_a_full_store_whose_work_goes_on(tmp_path, caplog):
    with NatsServer(tmp_path / "nats", limits="max_file_store: 1MB") as server:
        store = a_store(server)
        await store.open()
        with pytest.raises(StoreFull):
            await fill(store)
        (claim,) = await store.claim(1, lease=60)
        await store.settle([Done(claim)])
        await store.put([a_record(b"x" * 200_000)])
        await store.close()
    assert caplog.text.count("others do not see what is claimed") == 1


async def test_a_record_that_is_too_long_says_so(server):
    store = a_store(server)
    await store.open()
    with pytest.raises(StoreError, match="more than max_payload"):
        await store.put([a_record(b"x" * 2_000_000)])
    await store.put([a_record()])
    await store.close()


async def test_a_message_that_is_no_record_harms_nobody(server, caplog):
    store = a_store(server)
    await store.open()
    client = await nats.connect(server.url)
    await client.jetstream().publish("apns-records-outbox.foreign", b"not a record")
    await client.close()
    await store.put([record := a_record()])
    assert [claim.record for claim in await store.claim(9, lease=60)] == [record]
    assert "not a record: apns-records-outbox.foreign" in caplog.text
    await store.close()


async def test_a_password_is_never_seen(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with NatsServer(tmp_path / "nats", user="apns", password=PASSWORD) as server:
        store = a_store(server)
        await store.open()
        await store.put([a_record()])
        await asyncio.to_thread(server.stop)
        with pytest.raises(StoreUnavailable) as unavailable:
            await store.count()
        await store.close()
        await asyncio.to_thread(server.start)
        wrong = NatsOptions(server.url.replace(PASSWORD, PASSWORD + "x"))
        with pytest.raises(ConfigurationError, match="does not let us in") as refused:
            await NatsStore("outbox", wrong).open()
    seen = [caplog.text, repr(store), repr(NatsOptions(server.url)), repr(wrong)]
    seen += [str(unavailable.value), str(refused.value)]
    assert not [text for text in seen if PASSWORD in text]


async def test_a_password_may_have_any_characters(tmp_path):
    with NatsServer(tmp_path / "nats", user="apns", password="a p@ss/w:rd%") as server:
        url = server.url.replace("a p@ss/w:rd%", "a%20p%40ss%2Fw%3Ard%25")
        store = NatsStore("outbox", NatsOptions(url))
        await store.open()
        await store.close()


@pytest.mark.parametrize("url", [f"http://u:{PASSWORD}@host", f"nats://u:{PASSWORD}/@host:x"])
async def test_a_url_that_cannot_be_used_is_refused_without_being_shown(url):
    with pytest.raises(ConfigurationError, match="its URL must look like") as caught:
        await NatsStore("outbox", NatsOptions(url)).open()
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(NatsStore("outbox", NatsOptions(url)))


@pytest.mark.parametrize("dead", [True, False])
async def test_a_record_that_would_get_too_long_keeps_what_it_holds(server, dead):
    store = a_store(server)
    await store.open()
    await store.put([a_record()])
    (claim,) = await store.claim(1, lease=60, wait=5)
    longer = b"x" * 2_000_000
    await store.settle([Dead(claim, "400", longer) if dead else Again(claim, 0.0, body=longer)])
    kept = await store.find(claim.record.id)
    assert kept is not None
    assert (kept.record.body, kept.record.attempts) == (b"sealed", 1)
    await store.close()
