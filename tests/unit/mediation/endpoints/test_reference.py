"""Endpoints by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import EndpointError, TransportError
from apns_connector.mediation.mediator import NestingError

Tried = Callable[..., Any]
BACKEND = "<endpoint name='B'><address uri='http://b/s'/></endpoint>"


@pytest.mark.parametrize("attributes", ["key='B'", "key='{$ctx:k}'", "key-expression='$ctx:k'"])
def test_a_key_is_static_or_told_by_the_message(tried: Tried, attributes: str) -> None:
    endpoint = tried("", attributes=attributes, definitions=BACKEND)
    message = endpoint.new_message()
    message.properties.set("k", "B")
    endpoint.send(message)
    assert endpoint.backend.urls == ["http://b/s"]
    assert endpoint.endpoint.ready(message)


@pytest.mark.parametrize(
    ("key", "definitions", "files"),
    [
        ("L", f"<localEntry key='L'>{BACKEND}</localEntry>", {}),
        ("gov:e.xml", "", {"registry/governance/e.xml": BACKEND.replace(
            "<endpoint", "<endpoint xmlns='http://ws.apache.org/ns/synapse'")}),
    ],
)  # fmt: skip
def test_an_endpoint_in_an_entry_keeps_its_state(
    tried: Tried, key: str, definitions: str, files: dict[str, str]
) -> None:
    refused = TransportError("no connection", 101503)
    endpoint = tried("", refused, attributes=f"key='{key}'", definitions=definitions, files=files)
    for code in (101503, 303001):
        with pytest.raises(EndpointError) as failed:
            endpoint.send()
        assert failed.value.code == code
    assert not endpoint.ready


def test_a_key_of_a_message_that_leads_nowhere_is_a_failure(tried: Tried) -> None:
    endpoint = tried("", attributes="key='{$ctx:k}'")
    for key in (None, "none"):
        message = endpoint.new_message()
        message.properties.set("k", key)
        with pytest.raises(EndpointError, match=f"no endpoint with the key '{key}'") as failed:
            endpoint.send(message)
        assert failed.value.code == message.properties.get("ERROR_CODE") == 305100
        assert not endpoint.endpoint.ready(message)


def test_what_a_group_may_try_after_a_failure_is_up_to_the_endpoint_itself(
    tried: Tried, build: Any
) -> None:
    policy = "<retryConfig><disabledErrorCodes>101503</disabledErrorCodes></retryConfig>"
    group = tried(
        "<failover><endpoint key='B'/><endpoint key='B'/></failover>",
        TransportError("no connection", 101503),
        definitions=f"<endpoint name='B'><address uri='http://b/'>{policy}</address></endpoint>",
    )
    with pytest.raises(TransportError):
        group.send()
    assert len(group.backend.requests) == 1


@pytest.mark.parametrize(
    ("inside", "definitions"),
    [
        ("", "<endpoint name='F' key='E'/>"),
        ("", "<endpoint name='F'><failover><endpoint key='E'/></failover></endpoint>"),
        ("", "<endpoint name='F'><recipientlist><endpoint key='E'/></recipientlist></endpoint>"),
    ],
)
def test_endpoints_that_lead_to_each_other_end_in_an_error(
    tried: Tried, inside: str, definitions: str
) -> None:
    endpoint = tried(inside, attributes="key='F'", definitions=definitions)
    with pytest.raises(NestingError, match="a circle"):
        endpoint.send()
