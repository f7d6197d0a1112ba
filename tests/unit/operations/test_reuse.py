"""What is made once is used by all who ask, and closed when nobody does."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import SANDBOX
from apns_connector.operations.reuse import IDLE_SECONDS, Reused


class Made:
    destination = SANDBOX

    def __init__(self):
        self.closed = False

    async def close(self):
        self.closed = True


def run(scenario, capacity: int = 2):
    clock = [0.0]

    async def with_reused():
        reused = Reused(capacity, lambda: clock[0])
        try:
            await scenario(reused, clock)
        finally:
            await reused.close()

    asyncio.run(with_reused())


def test_those_who_ask_at_the_same_time_get_the_same():
    async def scenario(reused, clock):
        first, second = await asyncio.gather(reused.get("a", Made), reused.get("a", Made))
        assert first is second
        assert await reused.get("b", Made) is not first

    run(scenario)


def test_a_failure_is_told_and_tried_again_for_the_next():
    async def scenario(reused, clock):
        def fail():
            raise ValueError("not now")

        with pytest.raises(ValueError, match="not now"):
            await reused.get("a", fail)
        assert isinstance(await reused.get("a", Made), Made)

    run(scenario)


def test_the_one_that_was_used_longest_ago_makes_room():
    async def scenario(reused, clock):
        first = await reused.get("a", Made)
        second = await reused.get("b", Made)
        await reused.get("c", Made)
        assert await reused.get("b", Made) is second
        assert await reused.get("a", Made) is not first

    run(scenario)


def test_one_that_nobody_uses_any_more_is_closed():
    async def scenario(reused, clock):
        first = await reused.get("a", Made)
        clock[0] = IDLE_SECONDS + 1
        await reused.get("b", Made)
        assert await reused.get("a", Made) is not first

    run(scenario)


def test_who_has_it_still_uses_it_without_asking_for_it():
    async def scenario(reused, clock):
        first = await reused.get("a", Made)
        await reused.get("b", Made)
        clock[0] = IDLE_SECONDS
        assert reused.again(first)
        clock[0] = IDLE_SECONDS + 1
        await reused.get("c", Made)
        assert await reused.get("a", Made) is first

    run(scenario)


def test_what_is_closed_is_not_used_again():
    async def scenario(reused, clock):
        first = await reused.get("a", Made)
        second = await reused.get("b", Made)
        clock[0] = IDLE_SECONDS + 1
        assert reused.again(second)
        assert not reused.again(first)

    run(scenario)


def test_a_caller_that_goes_away_does_not_take_it_from_those_that_wait_with_it():
    async def scenario(reused, clock):
        leaving = asyncio.create_task(reused.get("a", Made))
        staying = asyncio.create_task(reused.get("a", Made))
        await asyncio.sleep(0)
        leaving.cancel()
        assert isinstance(await staying, Made)

    run(scenario)


def test_closing_closes_all():
    async def scenario():
        reused = Reused(2, lambda: 0.0)
        made = [await reused.get(key, Made) for key in "ab"]
        await reused.close()
        return [one.closed for one in made]

    assert asyncio.run(scenario()) == [True, True]
