"""An event loop in which nobody waits: when all sleep, its clock leaps to who wakes up first."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")

# What ``clock`` says when the loop begins, in seconds since 1970.
BEGINNING = 1_700_000_000.0


class _Leaping(selectors.SelectSelector):
    """A selector whose waiting takes no time, but that of ``now``."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise AssertionError("everybody waits, and nobody will wake them up")
            self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def clock() -> float:
    """The time in the loop that runs, as seconds since 1970; the beginning where none does."""
    try:
        return BEGINNING + asyncio.get_running_loop().time()
    except RuntimeError:
        return BEGINNING


def run(scenario: Coroutine[Any, Any, _Result]) -> _Result:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(scenario)
