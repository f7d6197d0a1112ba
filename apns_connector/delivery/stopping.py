"""Work that ends when it is told to, and not in the middle of something."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, Final, TypeVar

_Result = TypeVar("_Result")
# Longer than stores need to give back what a claim that was cancelled has taken.
_SECONDS_TO_OBEY: Final = 15.0


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Returns when they have ended. Each is told again and again: one cancellation may get lost.

    Before Python 3.12 ``asyncio.wait_for`` forgets it when what it waits for has just come, and the
    clients of servers are full of that.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_SECONDS_TO_OBEY)


class Stopping:
    """Set once, for good. Whoever waits through it wakes up when it is set."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        self._event.set()

    async def sleep(self, seconds: float | None) -> bool:
        """Whether the time is over, and there is no reason to stop. ``None``: sleep until then."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return True
        return False

    async def cancelling(self, work: Coroutine[Any, Any, _Result]) -> _Result | None:
        """What ``work`` gives; ``None`` when it had to be cancelled. Raises what it raises."""
        task = asyncio.create_task(work)
        stop = asyncio.create_task(self._event.wait())
        try:
            await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            await cancel(() if task.done() else (task,))
        return None if task.cancelled() else task.result()
