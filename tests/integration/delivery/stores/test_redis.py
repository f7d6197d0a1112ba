"""What is special of the store in Redis: outages, servers that lose, secrets."""

from __future__ import annotations

import asyncio
import logging
import shutil

import pytest
from redis.asyncio import Redis

from apns_connector.delivery.record import Counts, Dead, Done, Record, State
from apns_connector.delivery.stores.redis import RedisOptions, RedisStore
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
    assert left == {b"format", b"put", b"woken"}


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
