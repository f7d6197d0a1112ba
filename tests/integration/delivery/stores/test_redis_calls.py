"""Many scripts at once, over few connections."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from apns_connector.delivery.stores.redis_calls import RedisCalls, Script
from tests.servers.redis import RedisServer

ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def calls(server):
    return RedisCalls(Redis.from_url(server.url))


async def test_each_caller_gets_its_own_answer(calls):
    answers = await asyncio.gather(*(calls.call(ADD, "sum", [1]) for _ in range(500)))
    assert sorted(answers) == list(range(1, 501))
    await calls.close()


async def test_what_fails_for_one_caller_fails_for_no_other(calls):
    asked = [calls.call(ADD, "other sum", [word]) for word in (1, "no number", 1)]
    one, error, two = await asyncio.gather(*asked, return_exceptions=True)
    assert (one, two) == (1, 2)
    assert isinstance(error, ResponseError)
    await calls.close()


async def test_a_caller_that_goes_away_takes_no_answer_of_another(calls):
    gone = asyncio.create_task(calls.call(ADD, "third sum", [10]))
    stays = asyncio.create_task(calls.call(ADD, "third sum", [1]))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 11
    await calls.close()


async def test_scripts_that_a_server_has_forgotten_are_given_to_it_again(calls, server):
    await calls.call(ADD, "fourth sum", [1])
    async with Redis.from_url(server.url) as client:
        await client.script_flush()
    assert await calls.call(ADD, "fourth sum", [1]) == 2
    await calls.close()


async def test_whoever_waits_is_told_that_it_was_closed(calls):
    slow = Script("local n = 0 for i = 1, 3e6 do n = n + 1 end return n")
    asked = [asyncio.create_task(calls.call(slow, "key", [])) for _ in range(300)]
    await asyncio.sleep(0.05)
    await calls.close()
    for answer in await asyncio.gather(*asked, return_exceptions=True):
        assert isinstance(answer, ConnectionAbortedError)
