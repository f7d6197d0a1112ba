"""What is special of the store in Redis: outages, servers that lose, secrets."""

from __future__ import annotations

import asyncio
import logging
import shutil

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from apns_connector.delivery.record import Again, Claim, Counts, Dead, Done, Record, State
from apns_connector.delivery.stores.redis.store import RedisOptions, RedisStore
from apns_connector.errors import ConfigurationError, StoreError, StoreFull, StoreUnavailable
from tests.integration.delivery.stores.storm import Storm
from tests.servers.redis import RedisServer

PASSWORD = "hunter2-of-redis"


def a_store(server: RedisServer, **options: object) -> RedisStore:
    return RedisStore("outbox", RedisOptions(server.url, **options))  # type: ignore[arg-type]


def a_record(body: bytes = b"sealed", **values: object) -> Record:
    return Record(body, 1_690_000_000.0, **values)  # type: ignore[arg-type]


@pytest.fixture
def server(tmp_path):
    with RedisServer(tmp_path / "redis") as server:
        yield server


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path):
    with RedisServer(tmp_path / "redis", appendfsync="always") as server:
        writer, worker = a_store(server), a_store(server)
        await writer.open()
        await worker.open()
        storm = Storm(server, 2000)
        await asyncio.wait_for(storm.rage(writer, worker), 45)
        assert storm.outages
        assert storm.duplicates <= 2 * 4 * 16  # what was claimed at each kill
        assert await worker.count() == Counts()
        await writer.close()
        await worker.close()


async def test_an_outage_is_told_and_survived(server):
    store = a_store(server)
    await store.open()
    await store.put([a_record()])
    waiting = asyncio.create_task(store.claim(1, lease=60))
    (claim,) = await waiting
    waiting = asyncio.create_task(store.claim(1, lease=60, wait=50))
    await asyncio.sleep(0.05)
    server.stop()
    with pytest.raises(StoreUnavailable, match=f"127.0.0.1:{server.port}"):
        await asyncio.wait_for(waiting, 10)
    with pytest.raises(StoreUnavailable):
        await store.put([a_record()])
    server.start()
    await store.put([a_record()])
    await store.settle([Done(claim)])
    assert (await store.count()).waiting == 1
    await store.close()


async def test_a_server_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(StoreUnavailable):
        await a_store(RedisServer(tmp_path / "never started")).open()


@pytest.mark.parametrize(
    ("appendfsync", "settings", "warning"),
    [
        ("always", (), None),
        ("everysec", (), "appendfsync everysec"),
        ("always", ("--appendonly", "no"), "set appendonly yes"),
    ],
)
async def test_a_server_that_may_lose_records_is_warned_of(
    tmp_path, caplog, appendfsync, settings, warning
):
    with RedisServer(tmp_path, appendfsync=appendfsync, settings=settings) as server:
        store = a_store(server)
        await store.open()
        await store.close()
    warnings = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    if warning is None:
        assert warnings == []
    else:
        assert len(warnings) == 1
        assert warning in warnings[0]


async def test_a_server_that_throws_records_away_is_refused(tmp_path):
    settings = ("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru")
    with (
        RedisServer(tmp_path, settings=settings) as server,
        pytest.raises(ConfigurationError, match="set maxmemory-policy to noeviction"),
    ):
        await a_store(server).open()


async def test_keys_of_another_version_are_left_alone(server):
    async with Redis.from_url(server.url) as client:
        await client.set("apns-connector:{outbox}:format", "99")
        with pytest.raises(StoreError, match="not of this version"):
            await a_store(server).open()
        assert await client.get("apns-connector:{outbox}:format") == b"99"


async def test_without_memory_nothing_is_put_but_work_goes_on(server):
    store = a_store(server)
    await store.open()
    await store.put([a_record(), a_record(), a_record()])
    async with Redis.from_url(server.url) as client:
        await client.config_set("maxmemory", "1mb")
        with pytest.raises(StoreFull):
            await store.put([a_record(), a_record()])
        one, two, _ = await store.claim(3, lease=60)
        await store.settle([Done(one), Dead(two, "no use")])
        assert await store.count() == Counts(0, 1, 1, 1_690_000_000.0)
        await client.config_set("maxmemory", "0")
    await store.put([a_record()])
    await store.close()


async def put_for(store: RedisStore, seconds: float) -> None:
    for _ in range(int(seconds / 0.1)):
        await store.put([a_record()])
        await asyncio.sleep(0.1)


async def test_a_disk_that_cannot_be_written_is_a_full_store(tmp_path):
    with RedisServer(tmp_path / "redis", settings=("--save", "1 1")) as server:
        store = a_store(server)
        await store.open()
        shutil.rmtree(tmp_path / "redis" / "appendonlydir")
        (tmp_path / "redis" / "log").unlink()
        (tmp_path / "redis").rmdir()
        with pytest.raises(StoreFull, match="MISCONF"):
            await put_for(store, 20.0)
        with pytest.raises(StoreUnavailable):
            await store.claim(1, lease=60)
        await store.close()
        (tmp_path / "redis").mkdir()


async def test_a_record_that_is_retried_goes_before_those_of_its_lane_that_were_put_later(server):
    store = a_store(server)
    await store.open()
    first, second = a_record(b"1", lane="device"), a_record(b"2", lane="device")
    await store.put([first, second])
    (claim,) = await store.claim(10, lease=60)
    await store.settle([Dead(claim, "no use")])
    await store.retry([first.id])
    (claim,) = await store.claim(10, lease=60)
    assert claim.record.id == first.id
    await store.settle([Done(claim)])
    (claim,) = await store.claim(10, lease=60)
    assert claim.record == second
    await store.close()


async def test_nothing_is_left_of_what_was_done_or_dropped(server):
    store = a_store(server)
    await store.open()
    await store.put([a_record(lane="a"), a_record(lane="a"), a_record()])
    for _ in range(2):
        await store.settle([Done(claim) for claim in await store.claim(10, lease=60)])
    await store.put([one := a_record(lane="b", due=9e9)])
    await store.browse(State.CLAIMED)
    await store.drop([one.id])
    await store.close()
    async with Redis.from_url(server.url) as client:
        left = {key.rpartition(b":")[2] for key in await client.keys()}
    assert left == {b"format", b"number", b"woken"}


async def test_of_those_who_put_at_once_only_the_one_that_does_not_fit_is_refused(server):
    store = a_store(server, limit=4)
    await store.open()
    twice = a_record()
    puts = [[a_record() for _ in range(2)], [twice, a_record(), a_record()], [twice], [a_record()]]
    done = await asyncio.gather(*map(store.put, puts), return_exceptions=True)
    assert [type(error) for error in done] == [type(None), StoreFull, type(None), type(None)]
    kept = {kept.record.id for kept in await store.browse()}
    assert kept == {record.id for at in (0, 2, 3) for record in puts[at]}
    await store.close()


async def test_more_records_at_once_than_lua_has_room_for(server):
    store = a_store(server)
    await store.open()
    records = [a_record(b"%d" % number) for number in range(10_000)]
    await store.put(records)
    claims = await store.claim(10_000, lease=60)
    assert {claim.record.body for claim in claims} == {record.body for record in records}
    await store.settle([Again(claim, 0.0, "503") for claim in claims])
    claims = await store.claim(10_000, lease=60)
    assert len(claims) == 10_000
    await store.settle([Done(claim) for claim in claims])
    assert await store.count() == Counts()
    await store.close()


async def test_a_retry_changes_only_when_it_is_due_and_how_often_it_failed(server):
    values = {"label": "ä ✓" * 30, "lane": "a", "attempts": 300, "reason": "503"}
    later = Record(bytes(range(256)), 1_690_000_000.1234567, due=9e9, **values)  # type: ignore[arg-type]
    dead = Record(b"", 0.1, due=1.0, **values | {"lane": "b"})  # type: ignore[arg-type]
    store = RedisStore("outbox", RedisOptions(server.url), clock=lambda: 1_700_000_000.7654321)
    await store.open()
    await store.put([later, dead])
    (claim,) = await store.claim(10, lease=60)
    await store.settle([Dead(claim, "410")])
    assert await store.retry([later.id, dead.id]) == 2
    found = {claim.record.id: claim.record for claim in await store.claim(10, lease=60)}
    assert found == {
        later.id: replace(later, due=1_700_000_000.7654321),
        dead.id: replace(dead, due=1_700_000_000.7654321, attempts=0, reason="410"),
    }
    await store.close()


async def test_a_claim_that_nobody_made_changes_nothing(server):
    store = a_store(server)
    await store.open()
    record = a_record()
    await store.put([record])
    await store.settle([Dead(Claim(record), "no use"), Again(Claim(record, 7), 9e9)])
    await store.extend([Claim(record)], 60)
    (claim,) = await store.claim(10, lease=60)
    assert claim.record == record
    await store.close()


async def test_all_that_is_claimed_of_one_lane_may_be_done_at_once(server):
    store = a_store(server)
    await store.open()
    first, second, third = (a_record(lane="device") for _ in range(3))
    await store.put([first, second, third])
    (claim,) = await store.claim(10, lease=60)
    await store.settle([Dead(claim, "no use")])
    (other,) = await store.claim(10, lease=60)
    await store.retry([first.id])
    (again,) = await store.claim(10, lease=60)
    assert (again.record.id, other.record.id) == (first.id, second.id)
    await store.settle([Done(again), Done(other)])
    (claim,) = await store.claim(10, lease=60)
    assert claim.record == third
    await store.close()


async def test_a_password_is_never_seen(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with RedisServer(tmp_path / "redis", password=PASSWORD) as server:
        store = a_store(server)
        await store.open()
        await store.put([a_record()])
        server.stop()
        with pytest.raises(StoreUnavailable) as unavailable:
            await store.count()
        await store.close()
        server.start()
        wrong = RedisOptions(server.url.replace(PASSWORD, PASSWORD + "x"))
        with pytest.raises(ConfigurationError, match="does not let us in") as refused:
            await RedisStore("outbox", wrong).open()
    seen = [caplog.text, repr(store), repr(RedisOptions(server.url)), repr(wrong)]
    seen += [str(unavailable.value), str(refused.value)]
    assert not [text for text in seen if PASSWORD in text]


@pytest.mark.parametrize("url", [f"http://:{PASSWORD}@host", f"redis://:{PASSWORD}/@host:x"])
async def test_a_url_that_cannot_be_used_is_refused_without_being_shown(url):
    with pytest.raises(ConfigurationError, match="its URL must look like") as caught:
        await RedisStore("outbox", RedisOptions(url)).open()
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(RedisStore("outbox", RedisOptions(url)))
