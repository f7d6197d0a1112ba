"""The whole product over a SQLite file, disturbed in the middle."""

from __future__ import annotations

from tests.acceptance.delivery.crash_contract import CrashContract


class TestSqlite(CrashContract):
    store = "sqlite"
