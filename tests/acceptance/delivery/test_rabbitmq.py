"""The whole product over RabbitMQ, disturbed in the middle."""

from __future__ import annotations

from tests.acceptance.delivery.crash_contract import ServerCrashContract


class TestRabbitmq(ServerCrashContract):
    store = "rabbitmq"
