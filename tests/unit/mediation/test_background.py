"""Flows that run on their own."""

from __future__ import annotations

import asyncio
import logging

import pytest

from apns_connector.mediation.background import Background


def test_it_knows_what_runs_until_it_has_ended() -> None:
    async def run() -> list[int]:
        background, go = Background(), asyncio.Event()

        async def waiting() -> None:
            await go.wait()

        background.start(waiting())
        counts = [background.running]
        go.set()
        await background.finish(60)
        return [*counts, background.running]

    assert asyncio.run(run()) == [1, 0]


def test_what_is_started_by_what_runs_is_waited_for_as_well() -> None:
    done: list[str] = []

    async def run() -> None:
        background = Background()

        async def second() -> None:
            done.append("second")

        async def first() -> None:
            background.start(second())

        background.start(first())
        await background.finish(60)

    asyncio.run(run())
    assert done == ["second"]


def test_what_takes_too_long_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> bool:
        background = Background()

        async def endless() -> None:
            await asyncio.Event().wait()

        task = background.start(endless())
        await background.finish(0)
        return task.cancelled()

    assert asyncio.run(run())
    assert "1 flows have not ended in time" in caplog.text


def test_what_fails_unexpectedly_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> None:
        raise LookupError("a bug")

    async def run() -> None:
        background = Background()
        background.start(broken())
        await background.finish(60)

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert "a bug" in caplog.text
