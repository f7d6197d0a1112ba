"""The whole product over Redis, disturbed in the middle."""

from __future__ import annotations

from tests.acceptance.delivery.crash_contract import ServerCrashContract


class TestRedis(ServerCrashContract):
    store = "redis"
