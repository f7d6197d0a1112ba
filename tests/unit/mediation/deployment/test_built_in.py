"""The built-in sequences."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from apns_connector.mediation.deployment.built_in import built_in_sequences
from apns_connector.mediation.message import Message


@pytest.mark.parametrize("name", ["main", "fault"])
def test_a_built_in_sequence_logs_and_drops(
    new_message: Callable[..., Message], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    message = new_message()
    message.properties.set("ERROR_MESSAGE", "why")
    with caplog.at_level(logging.INFO):
        assert asyncio.run(built_in_sequences()[name].mediate(message)) is False
    assert ("ERROR_MESSAGE = why" in caplog.text) is (name == "fault")
    assert message.exchange.response is None
