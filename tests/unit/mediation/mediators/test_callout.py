"""<callout>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError, TransportError
from apns_connector.mediation import xml

Mediate = Callable[..., Any]
PAYLOAD = "<order><item>1</item><item>2</item></order>"


def callout(inside: str = "", attributes: str = "serviceURL='http://b/s'") -> str:
    return f"<callout {attributes}>{inside}</callout>"


@pytest.fixture
def ask(mediate: Mediate, build: Any) -> Callable[..., Any]:
    """Runs a callout whose backend answers ``<answer>42</answer>``."""

    def run(element: str, reply: Any = None, **arguments: Any) -> tuple[Any, Any]:
        backend = build.backend(reply or build.backend.soap("<answer>42</answer>"))
        return mediate(element, transport=backend, payload=PAYLOAD, **arguments), backend

    return run


def test_the_whole_message_is_sent_and_its_payload_replaced(ask: Callable[..., Any]) -> None:
    ran, backend = ask(callout())
    assert backend.urls == ["http://b/s"]
    assert PAYLOAD.encode() in backend.requests[0].body
    assert xml.text_of(ran.message.payload) == "<answer>42</answer>"
    assert ran.message.properties.get("HTTP_SC", "axis2") == 200
    assert ran.result is True


def test_a_part_is_sent_and_a_part_replaced(ask: Callable[..., Any]) -> None:
    ran, backend = ask(callout("<source xpath='//item[2]'/><target xpath='//item[1]'/>"))
    assert b"Body><item>2</item><" in backend.requests[0].body
    answered = "<order><answer>42</answer><item>2</item></order>"
    assert xml.text_of(ran.message.payload) == answered


def test_source_and_target_may_be_properties(ask: Callable[..., Any]) -> None:
    ran, backend = ask(
        "<property name='q' type='OM'><question xmlns=''/></property>"
        + callout("<source key='q'/><target key='a'/>")
        + "<property name='text' expression='$ctx:a'/>"
    )
    assert b"<question" in backend.requests[0].body
    assert b"<order" not in backend.requests[0].body
    assert ran.properties["text"] == "42"
    assert xml.text_of(ran.message.payload) == PAYLOAD


def test_a_source_may_be_a_local_entry(ask: Callable[..., Any]) -> None:
    _, backend = ask(
        callout("<source key='entry'/>"),
        definitions="<localEntry key='entry'><kept xmlns=''/></localEntry>",
    )
    assert b"Body><kept" in backend.requests[0].body


def test_the_action_is_that_of_the_request_alone(ask: Callable[..., Any]) -> None:
    ran, backend = ask(callout(attributes="serviceURL='http://b/s' action='urn:ask'"))
    assert ("SOAPAction", '"urn:ask"') in backend.requests[0].headers
    assert ran.message.action is None


@pytest.mark.parametrize(
    ("element", "definitions"),
    [
        (callout(attributes="endpointKey='E'"), "<endpoint name='E'><address uri='http://b/s'/>"
         "</endpoint>"),
        (callout("<endpoint><address uri='http://b/s'/></endpoint>", attributes=""), ""),
        (f"<header name='To' value='http://b/s'/>{callout(attributes='')}", ""),
    ],
)  # fmt: skip
def test_the_backend_may_be_told_in_other_ways(
    ask: Callable[..., Any], element: str, definitions: str
) -> None:
    _, backend = ask(element, definitions=definitions)
    assert backend.urls == ["http://b/s"]


def test_json_replaces_the_whole_payload(ask: Callable[..., Any], build: Any) -> None:
    ran, _ = ask(callout(), build.backend.reply('{"a": 1}', "application/json"))
    assert ran.message.json == {"a": 1}


def test_a_soap_fault_is_a_failure(ask: Callable[..., Any], build: Any) -> None:
    ran, _ = ask(
        "<sequence key='inner'/>",
        build.backend.fault(),
        definitions=f"<sequence name='inner' onError='wrong'>{callout()}</sequence>"
        "<sequence name='wrong'><property name='handled' expression='$ctx:ERROR_CODE'/></sequence>",
    )
    assert ran.properties["handled"] == "401000"
    assert ran.properties["ERROR_MESSAGE"] == "no"


def test_what_happened_in_between_is_told_on_the_message(
    ask: Callable[..., Any], build: Any
) -> None:
    ran, _ = ask(
        "<sequence key='inner'/>",
        TransportError("no connection", 101503),
        definitions=f"<sequence name='inner' onError='wrong'>{callout()}</sequence>"
        "<sequence name='wrong'><property name='handled' expression='$ctx:ERROR_CODE'/></sequence>",
    )
    assert ran.properties["handled"] == "101503"


@pytest.mark.parametrize(
    ("inside", "complaint"),
    [
        ("<source xpath='//none'/>", "source of <callout> leads to no element"),
        ("<source xpath='//item/text()'/>", "source of <callout> leads to no element"),
        ("<target xpath='//none'/>", "target of <callout> leads to no element"),
        ("<target xpath='/*'/>", "target of <callout> is the envelope"),
    ],
)
def test_parts_that_are_not_there_end_the_flow(
    ask: Callable[..., Any], inside: str, complaint: str
) -> None:
    with pytest.raises(MediationError, match=complaint):
        ask(callout(inside))


def test_security_is_reported_as_not_supported(ask: Callable[..., Any]) -> None:
    with pytest.raises(InvalidDeployment, match="<enableSec> is not supported"):
        ask(callout("<enableSec policy='p'/>"))
