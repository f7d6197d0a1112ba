"""How failures of endpoints reach the flow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from apns_connector.errors import EndpointError
from apns_connector.mediation.endpoints.endpoint import forget_failure, handled, report

NewMessage = Callable[..., Any]
FAILURE = EndpointError("not now", 303001, detail="and why")


def test_a_failure_replaces_what_an_earlier_one_left(new_message: NewMessage) -> None:
    message = new_message()
    for name in ("ERROR_CODE", "ERROR_MESSAGE", "ERROR_DETAIL"):
        message.properties.set(name, "old")
    report(message, FAILURE)
    assert message.properties.default == {
        "ERROR_CODE": 303001,
        "ERROR_MESSAGE": "not now",
        "ERROR_DETAIL": "and why",
        "ERROR_EXCEPTION": FAILURE,
        "SENDING_FAULT": True,
    }


def test_a_failure_is_forgotten_without_a_trace(new_message: NewMessage) -> None:
    message = new_message()
    message.properties.set("mine", "1")
    report(message, FAILURE)
    forget_failure(message)
    assert message.properties.default == {"mine": "1"}


def test_only_an_onerror_sequence_that_is_there_handles_a_failure(
    deploy: Any, new_message: NewMessage
) -> None:
    configuration = deploy("<sequence name='s'><property name='handled' value='1'/></sequence>")
    for key, result in ((None, False), ("none", False), ("s", True)):
        message = new_message(configuration=configuration)
        assert asyncio.run(handled(message, FAILURE, key)) is result
        assert message.properties.get("handled") == ("1" if result else None)
