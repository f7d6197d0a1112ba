"""The whole product over NATS JetStream, disturbed in the middle."""

from __future__ import annotations

from tests.acceptance.delivery.crash_contract import ServerCrashContract


class TestNats(ServerCrashContract):
    store = "nats"
