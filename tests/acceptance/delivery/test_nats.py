"""The whole product over NATS JetStream, disturbed in the middle."""

from __future__ import annotations

import pytest

from tests.acceptance.delivery.crash_contract import ServerCrashContract


@pytest.mark.long
class TestNats(ServerCrashContract):
    store = "nats"
