"""The whole product over PostgreSQL, disturbed in the middle."""

from __future__ import annotations

from tests.acceptance.delivery.crash_contract import ServerCrashContract


class TestPostgresql(ServerCrashContract):
    store = "postgresql"
