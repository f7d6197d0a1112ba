"""The one timer is always set to the earliest deadline."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec

import pytest

from apns_connector.apns.deadlines import DeadlineTimer

LOOPS = ["asyncio", *(["uvloop"] if find_spec("uvloop") else [])]


def run(scenario, loop_name="asyncio"):
    if loop_name == "asyncio":
        return asyncio.run(scenario)
    import uvloop

    return uvloop.run(scenario)


@pytest.mark.parametrize("loop_name", LOOPS)
@pytest.mark.parametrize("ahead", [-1.0, 0.0, 0.0002, 0.01])
def test_a_later_deadline_does_not_move_the_timer(loop_name, ahead):
    async def scenario():
        due = asyncio.Event()
        timer = DeadlineTimer(due.set)
        now = asyncio.get_running_loop().time()
        timer.watch(now + ahead)
        timer.watch(now + 3600)
        async with asyncio.timeout(5):
            await due.wait()

    run(scenario(), loop_name)


@pytest.mark.parametrize("loop_name", LOOPS)
def test_an_earlier_deadline_moves_it(loop_name):
    async def scenario():
        fired = []
        timer = DeadlineTimer(lambda: fired.append(True))
        now = asyncio.get_running_loop().time()
        timer.watch(now + 3600)
        timer.watch(now + 0.0002)
        await asyncio.sleep(0.01)
        assert fired == [True]

    run(scenario(), loop_name)


def test_it_can_be_watched_again_from_where_it_fired():
    async def scenario():
        fired = []

        def on_due() -> None:
            fired.append(True)
            if len(fired) < 3:
                timer.watch(asyncio.get_running_loop().time())

        timer = DeadlineTimer(on_due)
        timer.watch(0.0)
        await asyncio.sleep(0.01)
        assert len(fired) == 3

    run(scenario())


def test_cancelled_it_never_fires():
    async def scenario():
        fired = []
        timer = DeadlineTimer(lambda: fired.append(True))
        timer.watch(0.0)
        timer.cancel()
        await asyncio.sleep(0)
        assert not fired

    run(scenario())
