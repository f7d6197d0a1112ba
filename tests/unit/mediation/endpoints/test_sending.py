"""How a message leaves a flow, and how the reply goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import EndpointError, TransportError
from apns_connector.mediation.endpoints.sending import IMPLICIT, deliver, sent
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


class Service:
    """Answers, or fails to."""

    name = "S"

    def __init__(self, fault: Exception | None = None) -> None:
        self._fault = fault
        self.handled: list[Exception] = []

    async def answer(self, message: Message) -> None:
        if self._fault is not None:
            raise self._fault
        message.respond()

    async def handle(self, message: Message, fault: Exception) -> None:
        self.handled.append(fault)


def test_messages_to_where_they_say_are_not_held_up_by_those_that_failed(
    new_message: NewMessage, build: Any
) -> None:
    message = new_message(to="http://b/s")
    message.configuration.transport = build.backend(TransportError("no connection", 101503))
    for _ in range(2):
        with pytest.raises(TransportError):
            asyncio.run(sent(IMPLICIT, message))
    assert IMPLICIT.ready(message)


def test_a_fault_that_counts_as_a_failure_is_the_message_from_then_on(
    new_message: NewMessage, build: Any
) -> None:
    message = new_message(to="http://b/s")
    message.configuration.transport = build.backend(build.backend.fault())
    message.properties.set("FORCE_ERROR_ON_SOAP_FAULT", "true")
    with pytest.raises(EndpointError):
        asyncio.run(sent(IMPLICIT, message))
    assert message.is_fault


def test_a_response_runs_through_its_service(new_message: NewMessage) -> None:
    message = new_message()
    message.service = Service()
    asyncio.run(deliver(message))
    assert message.exchange.response is message
    assert message.response


def test_a_failure_of_a_response_is_for_its_service(new_message: NewMessage) -> None:
    fault = ValueError("no")
    message = new_message()
    message.service = service = Service(fault)
    asyncio.run(deliver(message))
    assert service.handled == [fault]


def test_without_a_service_a_failure_goes_back_to_who_sent(
    deploy: Any, new_message: NewMessage
) -> None:
    configuration = deploy(
        "<sequence name='main'><throwError type='T' errorMessage='no'/></sequence>"
    )
    with pytest.raises(Exception, match="no"):
        asyncio.run(deliver(new_message(configuration=configuration)))
