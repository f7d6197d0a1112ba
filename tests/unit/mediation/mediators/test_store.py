"""``<store>``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import ConnectorError, InvalidDeployment, MediationError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.mediators.store import Store
from apns_connector.mediation.message import Message
from apns_connector.mediation.value import parse_value

Deploy = Callable[..., Configuration]


class Shelf:
    """A store in memory, which may be out of order."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.kept: list[Message] = []
        self._failure = failure

    async def put(self, message: Message) -> None:
        if self._failure is not None:
            raise self._failure
        self.kept.append(message)


@pytest.fixture
def message(deploy: Deploy, new_message: Callable[..., Message]) -> Message:
    configuration = deploy(
        "<sequence name='first'><property name='p' value='1'/><drop/></sequence>"
    )
    configuration.stores = {"S": Shelf(), "broken": Shelf(ConnectorError("disk full"))}
    return new_message(configuration=configuration)


def run(message: Message, store: str, sequence: str = "") -> bool:
    name = parse_value(store, {})
    assert name is not None
    return asyncio.run(Store(name, parse_value(sequence, {})).mediate(message))


@pytest.mark.parametrize("store", ["S", "{$ctx:store}"])
def test_a_copy_is_put_into_the_store_and_the_flow_goes_on(message: Message, store: str) -> None:
    message.properties.set("store", "S")
    assert run(message, store) is True
    (kept,) = message.configuration.stores["S"].kept
    assert kept is not message
    assert kept.payload.tag == "request"


def test_the_sequence_runs_before_whatever_it_comes_to(message: Message) -> None:
    assert run(message, "S", "first") is True
    assert message.configuration.stores["S"].kept[0].properties.get("p") == "1"


def test_what_is_not_kept_is_a_failure(message: Message) -> None:
    with pytest.raises(MediationError) as failure:
        run(message, "broken")
    text = f"Failed to store message [{message.message_id}] in store [broken]."
    assert str(failure.value) == text
    properties: dict[str, Any] = message.properties.default
    assert properties == {
        "HTTP_SC": 500,
        "ERROR_DETAIL": "Failed to store message.",
        "ERROR_MESSAGE": text,
    }


def test_an_unknown_store_is_a_failure(message: Message) -> None:
    with pytest.raises(MediationError, match=r"Message Store does not exist: 'none'"):
        run(message, "none")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<store/>", "'messageStore'"),
        ("<store messageStore='none'/>", "message store 'none' is not defined"),
        ("<store messageStore='{$ctx:x}' sequence='none'/>", "sequence 'none'"),
    ],
)
def test_what_is_wrong_is_told(mediate: Callable[..., Any], content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)
