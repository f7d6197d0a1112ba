from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.stopping import Stopping
from apns_connector.delivery.turns import Schedule, Turns
from tests.virtual_time import BEGINNING, clock, run


def every(seconds: float) -> Schedule:
    return lambda started, turns, now: started + turns * seconds


def times(schedule: Schedule, stop_after: float) -> list[float]:
    """When the turns were, in seconds since the beginning."""

    async def scenario() -> list[float]:
        stopping, found = Stopping(), []
        asyncio.get_running_loop().call_later(stop_after, stopping.set)
        turns = Turns(schedule, stopping, clock)
        while await turns.next():
            found.append(clock() - BEGINNING)
        assert clock() - BEGINNING == pytest.approx(stop_after)
        return found

    return run(scenario())


def test_turns_come_when_the_schedule_says_so():
    assert times(every(100), stop_after=250) == pytest.approx([0, 100, 200])


def test_a_schedule_that_has_ended_waits_for_the_stop():
    def once(started: float, turns: int, now: float) -> float | None:
        return started if turns == 0 else None

    assert times(once, stop_after=50) == [0]


def test_the_schedule_is_told_the_time():
    told: list[tuple[float, int, float]] = []

    def schedule(started: float, turns: int, now: float) -> float | None:
        told.append((started - BEGINNING, turns, now - BEGINNING))
        return started + 10 if turns == 0 else None

    assert times(schedule, stop_after=20) == [10]
    assert told == [(0, 0, 0), (0, 1, 10)]
