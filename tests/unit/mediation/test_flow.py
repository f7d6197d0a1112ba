"""The flows of a service. Who runs them is tested with proxies and APIs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.flow import Flow, Flows
from apns_connector.mediation.mediator import FaultSequenceFailed

Deploy = Callable[..., Any]
NewMessage = Callable[..., Any]


@pytest.fixture
def message(deploy: Deploy, new_message: NewMessage) -> Any:
    definitions = (
        "<sequence name='in'><respond/></sequence><sequence name='stop'><drop/></sequence>"
        "<sequence name='fail'><sequence key='{$ctx:none}'/></sequence>"
    )
    return new_message(configuration=deploy(definitions))


def test_a_key_is_followed_when_it_is_needed(message: Any) -> None:
    assert Flow(key="in").find(message) is message.configuration.sequence("in")
    assert Flow(key="none").find(message) is None
    assert Flow().find(message) is None
    assert [Flow(key="in").given, Flow().given] == [True, False]


def test_a_key_that_leads_nowhere_any_more_is_a_failure(message: Any) -> None:
    with pytest.raises(FaultSequenceFailed, match="The fault sequence failed: The key"):
        asyncio.run(Flows(Flow(key="none"), fault=Flow(key="fail")).receive(message))
    assert message.properties.get("ERROR_MESSAGE") == "inSequence 'none' cannot be found"


def test_a_response_without_an_out_flow_goes_to_the_client(message: Any) -> None:
    asyncio.run(Flows().answer(message))
    assert message.exchange.response is message


def test_a_failed_fault_flow_leaves_nobody(message: Any) -> None:
    with pytest.raises(FaultSequenceFailed):
        asyncio.run(Flows(fault=Flow(key="fail")).handle(message, MediationError("first")))
    assert message.properties.get("ERROR_MESSAGE") == "first"


def test_the_in_flow_decides_whether_the_endpoint_gets_the_request(
    message: Any, build: Any
) -> None:
    class Endpoint:
        asked = 0

        async def send(self, sent: Any) -> list[Any]:
            self.asked += 1
            return []

    endpoint: Any = Endpoint()
    asyncio.run(Flows(Flow(key="stop"), endpoint=endpoint).receive(message))
    assert endpoint.asked == 0
    asyncio.run(Flows(endpoint=endpoint).receive(message))
    assert endpoint.asked == 1


def test_a_request_is_over_when_what_was_split_off_has_answered_or_ended(
    deploy: Deploy, new_message: NewMessage
) -> None:
    ends: list[str] = []
    configuration = deploy(
        "<sequence name='answer'><clone><target><sequence><respond/></sequence></target></clone>"
        "</sequence><sequence name='silent'><clone continueParent='true'><target><sequence/>"
        "</target></clone></sequence>"
    )

    async def answered(key: str) -> Any:
        message = new_message(configuration=configuration)
        message.exchange.at_end(lambda: ends.append(key))
        exchange = await Flows(Flow(key=key)).receive(message)
        return exchange.take_response()

    assert asyncio.run(answered("answer")) is not None
    assert asyncio.run(answered("silent")) is None
    assert ends == ["answer", "silent"]


def test_a_request_that_fails_for_good_is_over_as_well(message: Any) -> None:
    ends: list[str] = []
    message.exchange.at_end(lambda: ends.append("over"))
    with pytest.raises(FaultSequenceFailed):
        asyncio.run(Flows(Flow(key="none"), fault=Flow(key="fail")).receive(message))
    assert ends == ["over"]
