"""Scripts in a Redis server, and what becomes of them when somebody closes."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from apns_connector.delivery.stores.redis.calls import RedisCalls, Script
from tests.servers.redis import RedisServer

ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
LONG = 60.0  # seconds: nobody waits so long


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def calls(server):
    return RedisCalls(Redis.from_url(server.url))


async def waiting_for(calls: RedisCalls) -> asyncio.Task[None]:
    task = asyncio.create_task(calls.wait("stream", b"0-0", LONG))
    await asyncio.sleep(0.05)
    assert not task.done()
    return task


async def test_each_caller_gets_its_own_answer(calls):
    answers = await asyncio.gather(*(calls.call(ADD, "sum", ["1"]) for _ in range(100)))
    assert sorted(answers) == list(range(1, 101))
    await calls.close()


async def test_what_fails_for_one_caller_fails_for_no_other(calls):
    asked = [calls.call(ADD, "other sum", [word]) for word in ("1", "no number", "1")]
    one, error, two = await asyncio.gather(*asked, return_exceptions=True)
    assert {one, two} == {1, 2}
    assert isinstance(error, ResponseError)
    await calls.close()


async def test_a_caller_that_goes_away_takes_no_answer_of_another(calls):
    gone = asyncio.create_task(calls.call(ADD, "third sum", ["10"]))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert await calls.call(ADD, "fifth sum", ["1"]) == 1
    await calls.close()


async def test_scripts_that_a_server_has_forgotten_are_given_to_it_again(calls, server):
    await calls.call(ADD, "fourth sum", ["1"])
    async with Redis.from_url(server.url) as client:
        await client.script_flush()
    assert await calls.call(ADD, "fourth sum", ["1"]) == 2
    await calls.close()


async def test_waiting_ends_with_an_entry_or_with_the_time(calls, server):
    await calls.wait("new stream", b"0-0", 0.01)
    waiting = asyncio.create_task(calls.wait("new stream", b"0-0", LONG))
    async with Redis.from_url(server.url) as client:
        await client.xadd("new stream", {"at": 1})
    await asyncio.wait_for(waiting, 10)
    await calls.close()


async def test_whoever_waits_is_told_that_it_was_closed(calls):
    waiting = await waiting_for(calls)
    await calls.close()
    with pytest.raises(ConnectionAbortedError):
        await waiting


async def test_whoever_stops_waiting_while_it_is_closed_has_stopped(calls):
    waiting = await waiting_for(calls)
    waiting.cancel()
    await calls.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
