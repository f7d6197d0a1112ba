"""``<store>``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import (
    ConnectorError,
    InvalidDeployment,
    MediationError,
    SnapshotError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.expressions.value import parse_value
from apns_connector.mediation.mediators.store import Store
from apns_connector.mediation.message import Message

Deploy = Callable[..., Configuration]


class Shelves:
    """Keeps copies of messages in stores, some of which may be out of order."""

    def __init__(self, **failures: ConnectorError) -> None:
        self.kept: list[tuple[str, Message]] = []
        self.failures = failures

    async def keep(self, store_name: str, message: Message) -> None:
        if store_name in self.failures:
            raise self.failures[store_name]
        self.kept.append((store_name, message.clone()))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.kept]


@pytest.fixture
def shelves() -> Shelves:
    return Shelves()


@pytest.fixture
def message(deploy: Deploy, new_message: Callable[..., Message], shelves: Shelves) -> Message:
    failover = "<parameter name='store.failover.message.store.name'>S</parameter>"
    configuration = deploy(
        "<sequence name='first'><property name='p' value='1'/><drop/></sequence>"
        f"<messageStore name='S'/><messageStore name='guarded'>{failover}</messageStore>"
    )
    configuration.keeper = shelves
    return new_message(configuration=configuration)


def run(message: Message, store: str, sequence: str = "") -> bool:
    name = parse_value(store, {})
    assert name is not None
    return asyncio.run(Store(name, parse_value(sequence, {})).mediate(message))


@pytest.mark.parametrize("store", ["S", "{$ctx:store}"])
def test_the_message_is_put_into_the_store_and_the_flow_goes_on(
    message: Message, shelves: Shelves, store: str
) -> None:
    message.properties.set("store", "S")
    assert run(message, store) is True
    ((name, kept),) = shelves.kept
    assert name == "S"
    assert kept.payload is not None
    assert kept.payload.tag == "request"


def test_the_sequence_runs_before_whatever_it_comes_to(message: Message, shelves: Shelves) -> None:
    assert run(message, "S", "first") is True
    assert shelves.kept[0][1].properties.get("p") == "1"


@pytest.mark.parametrize(
    ("failure", "status", "retry_after"),
    [
        (StoreFull("S", "no room", retry_after=40), 503, 40),
        (StoreUnavailable("S", "away", retry_after=3), 503, 3),
        (StoreError("S", "broken"), 500, None),
        (SnapshotError("no"), 500, None),
    ],
)
def test_what_is_not_kept_is_a_failure(
    message: Message,
    shelves: Shelves,
    failure: ConnectorError,
    status: int,
    retry_after: int | None,
) -> None:
    shelves.failures["S"] = failure
    with pytest.raises(MediationError) as raised:
        run(message, "S")
    text = f"Failed to store message [{message.message_id}] in store [S]."
    assert str(raised.value) == text
    properties: dict[str, Any] = message.properties.default
    assert properties == {
        "HTTP_SC": status,
        "ERROR_DETAIL": "Failed to store message.",
        "ERROR_MESSAGE": text,
    }
    assert message.exchange.unkept == {message.message_id: retry_after}


def test_an_unknown_store_is_a_failure(message: Message) -> None:
    with pytest.raises(MediationError, match=r"Message Store does not exist: 'none'"):
        run(message, "none")
    assert message.exchange.unkept == {message.message_id: None}


def test_what_a_store_cannot_take_goes_to_the_one_that_it_names(
    message: Message, shelves: Shelves
) -> None:
    shelves.failures["guarded"] = StoreFull("guarded", "no room")
    assert run(message, "guarded") is True
    assert shelves.names == ["S"]
    assert message.exchange.unkept == {}


def test_when_that_one_cannot_take_it_either_it_is_a_failure(
    message: Message, shelves: Shelves
) -> None:
    shelves.failures["guarded"] = StoreFull("guarded", "no room", retry_after=40)
    shelves.failures["S"] = StoreUnavailable("S", "away", retry_after=3)
    with pytest.raises(MediationError, match=r"in store \[guarded\]"):
        run(message, "guarded")
    assert message.exchange.unkept == {message.message_id: 3}


def test_a_message_that_cannot_be_written_down_does_not_go_to_another_store(
    message: Message, shelves: Shelves
) -> None:
    shelves.failures["guarded"] = SnapshotError("no")
    with pytest.raises(MediationError):
        run(message, "guarded")
    assert shelves.names == []


def test_a_message_that_another_store_has_taken_is_kept(message: Message, shelves: Shelves) -> None:
    message.exchange.set_unkept(message, 3)
    assert run(message, "S") is True
    assert message.exchange.unkept == {}


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
