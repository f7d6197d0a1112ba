"""The event loops to measure on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from importlib.util import find_spec
from typing import Final

LOOPS: Final = ("asyncio", *(["uvloop"] if find_spec("uvloop") else []))
FASTEST: Final = LOOPS[-1]


def run(main: Coroutine[None, None, None], loop: str) -> None:
    """``main`` on one of :data:`LOOPS`."""
    if loop == "asyncio":
        asyncio.run(main)
        return
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
