"""The whole product over Redis, disturbed in the middle."""

from __future__ import annotations

import pytest

from tests.acceptance.delivery.crash_contract import ServerCrashContract


@pytest.mark.long
class TestRedis(ServerCrashContract):
    store = "redis"
