"""Tests that are coroutines: a conftest.py that imports ``pytest_pyfunc_call`` has them run."""

from __future__ import annotations

import asyncio
import inspect

import pytest

SECONDS_FOR_ONE_TEST = 60.0
SECONDS_FOR_A_LONG_TEST = 900.0


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    long = pyfuncitem.get_closest_marker("long")
    seconds = SECONDS_FOR_A_LONG_TEST if long else SECONDS_FOR_ONE_TEST
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), seconds))
    return True
