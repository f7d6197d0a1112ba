"""Commands run on uvloop where it is installed."""

from __future__ import annotations

import asyncio
import sys

from apns_connector.cli.loop import run


async def loop_in_use() -> str:
    return type(asyncio.get_running_loop()).__module__


def test_the_result_of_the_coroutine_comes_back_from_uvloop():
    assert run(loop_in_use()).startswith("uvloop")


def test_without_uvloop_asyncios_own_loop_does(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert run(loop_in_use()).startswith("asyncio")
