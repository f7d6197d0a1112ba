from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.stopping import Stopping, cancel
from tests.virtual_time import BEGINNING, clock, run


def test_a_sleep_ends_by_itself_or_by_the_stop():
    async def scenario() -> None:
        stopping = Stopping()
        assert await stopping.sleep(10)
        asyncio.get_running_loop().call_later(5, stopping.set)
        assert not await stopping.sleep(10)
        assert not await stopping.sleep(None)
        assert clock() - BEGINNING == pytest.approx(15)
        assert stopping.is_set

    run(scenario())


def test_work_that_ends_in_time_gives_its_result():
    async def work() -> str:
        await asyncio.sleep(1)
        return "done"

    async def scenario() -> None:
        assert await Stopping().cancelling(work()) == "done"

    run(scenario())


def test_work_is_cancelled_by_the_stop():
    async def scenario() -> None:
        stopping = Stopping()
        asyncio.get_running_loop().call_later(5, stopping.set)
        assert await stopping.cancelling(asyncio.sleep(1000, "late")) is None
        assert clock() - BEGINNING == pytest.approx(5)

    run(scenario())


def test_what_the_work_raises_is_raised():
    async def work() -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        with pytest.raises(ZeroDivisionError):
            await Stopping().cancelling(work())

    run(scenario())


def test_who_is_cancelled_cancels_the_work():
    async def scenario() -> None:
        waiting = asyncio.create_task(Stopping().cancelling(asyncio.sleep(1000)))
        await asyncio.sleep(1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario())


def test_who_forgets_that_it_was_cancelled_is_told_again():
    async def scenario() -> None:
        times = 0

        async def forgetful() -> None:
            nonlocal times
            while True:
                try:
                    await asyncio.sleep(1000)
                except asyncio.CancelledError:
                    times += 1
                    if times == 3:
                        raise

        task = asyncio.create_task(forgetful())
        await asyncio.sleep(0)
        await cancel([task])
        assert task.cancelled()
        assert times == 3

    run(scenario())


def test_nobody_to_cancel_is_no_wait():
    run(cancel([]))
