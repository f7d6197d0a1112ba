"""A request on its way through an API."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.mediation.message import Message
from apns_connector.mediation.routing.api_request import query_parameters
from apns_connector.mediation.routing.asked import Asked

Ask = Callable[..., Message]


@pytest.fixture
def ask(deploy: Callable[..., Any], new_message: Callable[..., Message]) -> Ask:
    """Sends a message through the only API of a deployment, and gives it back."""

    def send(
        definitions: str, asked: Asked, *, transport: Any = None, to: str | None = None
    ) -> Message:
        configuration = deploy(definitions)
        if transport is not None:
            configuration.transport = transport
        (api,) = configuration.apis.values()
        message = new_message(configuration=configuration, to=to or asked.target)
        asyncio.run(api.request(asked, configuration).receive(message))
        return message

    return send


def api(resource: str, attributes: str = "") -> str:
    return (
        f"<api name='A' context='/a' {attributes}>"
        f"<resource uri-template='/d/{{id}}'>{resource}</resource></api>"
    )


def test_a_flow_can_ask_for_everything_about_the_request(ask: Ask) -> None:
    asked = Asked("POST", "/a/v2/d/x%20y?q=a+b&r=%2f", "https", {"host": "h:8243"})
    message = ask(
        api("<inSequence><respond/></inSequence>", "version='v2' version-type='url'"), asked
    )
    assert message.properties.default == {
        "REST_FULL_REQUEST_PATH": "/a/v2/d/x%20y?q=a+b&r=%2f",
        "REST_SUB_REQUEST_PATH": "/d/x%20y?q=a+b&r=%2f",
        "REST_METHOD": "POST",
        "REST_API_CONTEXT": "/a",
        "REST_URL_PREFIX": "https://h:8243",
        "SYNAPSE_REST_API": "A:vv2",
        "SYNAPSE_REST_API_VERSION": "v2",
        "SYNAPSE_REST_API_VERSION_STRATEGY": "url",
        "SYNAPSE_RESOURCE": "/d/{id}",
        "rest.url.pattern": "/d/{id}",
        "uri.var.id": "x y",
        "query.param.q": "a b",
        "query.param.r": "/",
    }
    assert message.properties.get("REST_URL_POSTFIX", "axis2") == "/d/x%20y?q=a+b&r=%2f"
    assert message.service is not None
    assert (message.service.kind, message.service.name) == ("api", "A:vv2")
    assert str(message.service) == "API 'A:vv2'"


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", []),
        ("a=1&b=2", [("a", "1"), ("b", "2")]),
        ("a=", [("a", "")]),
        ("a=b=c", [("a", "b=c")]),
        ("a%20b=%C3%A4", [("a%20b", "\u00e4")]),
        ("name=Tom&Jerry&x=1", [("name", "Tom&Jerry"), ("x", "1")]),
        ("flag&x=1", [("flag", ""), ("x", "1")]),
    ],
)
def test_the_parameters_of_a_query_are_read_as_synapse_does(
    query: str, parameters: list[tuple[str, str]]
) -> None:
    assert query_parameters(query) == parameters


ASKED = Asked("GET", "/a/d/1")


@pytest.mark.parametrize("answer", ["<respond/>", "<send/>", "<loopback/>"])
def test_a_flow_answers_by_respond_send_and_loopback(ask: Ask, answer: str) -> None:
    message = ask(api(f"<inSequence>{answer}</inSequence>"), ASKED)
    assert message.exchange.response is message


def test_a_request_that_is_addressed_elsewhere_is_sent_there(ask: Ask, build: Any) -> None:
    backend = build.backend(build.backend.reply("<answer/>"))
    flow = "<inSequence><header name='To' value='http://b/s'/><send/></inSequence>"
    message = ask(api(flow), ASKED, transport=backend)
    assert [url.partition("?")[0] for url in backend.urls] == ["http://b/s/d/1"]
    assert message.exchange.response is not None


def test_without_an_in_sequence_a_request_is_dropped(ask: Ask) -> None:
    assert ask(api(""), ASKED).exchange.response is None


def test_a_response_runs_through_the_out_sequence(ask: Ask) -> None:
    message = ask(
        api(
            "<inSequence><loopback/></inSequence>"
            "<outSequence><property name='out' value='1'/><send/></outSequence>"
        ),
        ASKED,
    )
    assert message.properties.get("out") == "1"
    assert message.exchange.response is message


FAILS = "<inSequence><throwError type='T' errorMessage='no'/></inSequence>"
HANDLES = "<property name='handled' expression=\"get-property('ERROR_MESSAGE')\"/><respond/>"


@pytest.mark.parametrize(
    ("resource", "definitions"),
    [
        (f"{FAILS}<faultSequence>{HANDLES}</faultSequence>", ""),
        (FAILS, f"<sequence name='fault'>{HANDLES}</sequence>"),
    ],
)
def test_a_failure_goes_to_the_fault_sequence_or_the_one_called_fault(
    ask: Ask, resource: str, definitions: str
) -> None:
    message = ask(api(resource) + definitions, ASKED)
    assert message.properties.get("handled") == "no"
    assert message.exchange.response is message


def test_sequences_may_be_given_by_key(ask: Ask) -> None:
    definition = api("").replace("<resource", "<resource inSequence='in' faultSequence='wrong'")
    message = ask(
        f"{definition}<sequence name='in'><throwError errorMessage='no'/></sequence>"
        f"<sequence name='wrong'>{HANDLES}</sequence>",
        ASKED,
    )
    assert message.properties.get("handled") == "no"


def test_a_sequence_for_what_no_resource_takes_knows_where_the_client_wanted_to_go(
    ask: Ask,
) -> None:
    message = ask(
        f"{api('')}<sequence name='_resource_mismatch_handler_'><respond/></sequence>",
        Asked("GET", "/a/none?x=1"),
    )
    assert message.exchange.response is message
    assert message.properties.get("REST_URL_POSTFIX", "axis2") == "/none?x=1"
    assert message.properties.get("query.param.x") == "1"
