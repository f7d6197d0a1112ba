"""<send/>"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError, TransportError
from apns_connector.mediation.mediator import FaultSequenceFailed

Mediate = Callable[..., Any]


def test_a_response_goes_back_to_the_caller_and_the_flow_ends(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='RESPONSE' value='true'/><send/>", values={"to": "http://elsewhere/"}
    )
    assert ran.response is ran.message
    assert ran.result is False


@pytest.mark.parametrize(
    "to",
    [
        None,
        "/services/P",
        "http://host:8280/services/P",
        "https://host/services/P/dispatch?x=1",
        "/services/P.PHttpSoap11Endpoint",
    ],
)
def test_a_request_still_addressed_to_its_service_goes_back_to_the_caller(
    deploy: Callable[..., Any], new_message: Callable[..., Any], to: str | None
) -> None:
    configuration = deploy(
        "<proxy name='P'><target><inSequence><send/></inSequence></target></proxy>"
    )
    message = new_message(configuration=configuration, to=to)
    exchange = asyncio.run(configuration.proxies["P"].receive(message))
    assert exchange.response is message


SEND = "<send><endpoint><address uri='http://b/s'/></endpoint></send>"

RECEIVE = SEND.replace("<send>", "<send receive='then'>")


def served(deploy: Callable[..., Any], transport: Any, target: str, more: str = "") -> Any:
    """A deployment with one proxy whose backend is ``transport``."""
    configuration = deploy(f"<proxy name='P'><target>{target}</target></proxy>{more}")
    configuration.transport = transport
    return configuration


@pytest.fixture
def exchange(
    deploy: Callable[..., Any], new_message: Callable[..., Any], build: Any
) -> Callable[..., Any]:
    """The exchange and the message after a request to a proxy; its backend answers ``<answer/>``
    unless another one is given."""

    def run(target: str, more: str = "", transport: Any = None) -> tuple[Any, Any]:
        backend = transport or build.backend(build.backend.soap("<answer/>"))
        configuration = served(deploy, backend, target, more)
        message = new_message("<request/>", configuration=configuration, to="/services/P")
        return asyncio.run(configuration.proxies["P"].receive(message)), message

    return run


def test_a_request_to_somebody_else_goes_there(mediate: Mediate, build: Any) -> None:
    backend = build.backend(build.backend.soap("<answer/>"))
    ran = mediate(
        "<header name='To' value='http://elsewhere/'/><send/><property name='after' value='1'/>",
        transport=backend,
    )
    assert backend.urls == ["http://elsewhere/"]
    assert ran.result is False
    assert "after" not in ran.properties


def test_the_reply_runs_through_the_out_sequence(exchange: Callable[..., Any]) -> None:
    done, message = exchange(
        f"<inSequence><property name='in' value='1'/>{SEND}</inSequence>"
        "<outSequence><property name='out' expression='local-name($body/*)'/><send/></outSequence>"
    )
    assert done.response is message
    assert message.properties.get("in") == "1"
    assert message.properties.get("out") == "answer"


def test_without_an_out_sequence_the_reply_is_the_answer(exchange: Callable[..., Any]) -> None:
    done, _ = exchange(f"<inSequence>{SEND}</inSequence>")
    assert done.response.payload.tag == "answer"
    assert done.response.response is True


def test_a_receiving_sequence_takes_the_reply_instead(exchange: Callable[..., Any]) -> None:
    _, message = exchange(
        f"<inSequence>{RECEIVE}</inSequence>"
        "<outSequence><property name='out' value='1'/></outSequence>",
        "<sequence name='then'><property name='received' value='1'/></sequence>",
    )
    assert message.properties.get("received") == "1"
    assert message.properties.get("out") is None


def test_outside_every_service_the_reply_goes_to_main(mediate: Mediate, build: Any) -> None:
    ran = mediate(
        SEND,
        definitions="<sequence name='main'><out><property name='out' value='1'/></out></sequence>",
        transport=build.backend(build.backend.soap()),
    )
    assert ran.properties["out"] == "1"


def test_a_failure_to_send_is_one_of_the_in_flow(exchange: Callable[..., Any], build: Any) -> None:
    _, message = exchange(
        "<inSequence><sequence key='inner'/></inSequence>",
        f"<sequence name='inner' onError='wrong'>{SEND}</sequence>"
        "<sequence name='wrong'><property name='handled' expression='$ctx:ERROR_CODE'/></sequence>",
        build.backend(TransportError("no connection", 101503)),
    )
    assert message.properties.get("handled") == "101503"


def test_a_failure_in_the_out_flow_is_for_the_fault_sequence_alone(
    exchange: Callable[..., Any],
) -> None:
    _, message = exchange(
        "<inSequence><sequence key='inner'/></inSequence>"
        "<outSequence><throwError type='OUT' errorMessage='no'/></outSequence>"
        "<faultSequence><property name='fault' expression='$ctx:ERROR_CODE'/></faultSequence>",
        f"<sequence name='inner' onError='wrong'>{SEND}</sequence>"
        "<sequence name='wrong'><property name='handled' value='1'/></sequence>",
    )
    assert message.properties.get("fault") == "OUT"
    assert message.properties.get("handled") is None


def test_when_the_fault_sequence_of_a_response_fails_nobody_else_is_asked(
    exchange: Callable[..., Any],
) -> None:
    failing = "<throwError type='T' errorMessage='no'/>"
    with pytest.raises(FaultSequenceFailed):
        exchange(
            "<inSequence><sequence key='inner'/></inSequence>"
            f"<outSequence>{failing}</outSequence>"
            f"<faultSequence><property name='n' value='1'/>{failing}</faultSequence>",
            f"<sequence name='inner' onError='wrong'>{SEND}</sequence>"
            "<sequence name='wrong'><respond/></sequence>",
        )


def test_when_no_answer_is_wanted_none_is_given(exchange: Callable[..., Any]) -> None:
    done, _ = exchange(
        f"<inSequence><property name='OUT_ONLY' value='true'/>{SEND}</inSequence>"
        "<outSequence><send/></outSequence>"
    )
    assert done.response is None


def test_a_recipient_list_gives_the_first_answer_to_the_caller(
    exchange: Callable[..., Any], build: Any
) -> None:
    recipients = "<endpoint><address uri='http://b/s'/></endpoint>" * 2
    backend = build.backend(build.backend.soap("<first/>"), build.backend.soap("<second/>"))
    done, _ = exchange(
        f"<inSequence><send><endpoint><recipientlist>{recipients}</recipientlist></endpoint></send>"
        "</inSequence>",
        transport=backend,
    )
    assert len(backend.requests) == 2
    assert done.response.payload.tag == "first"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<send><endpoint key='E'/></send>", "endpoint 'E' is defined neither here"),
        ("<send receive='none'/>", "sequence 'none' is defined neither here"),
    ],
)
def test_keys_that_lead_nowhere_are_reported(
    mediate: Mediate, content: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)


def test_nothing_is_sent_when_nobody_would_receive_the_reply(mediate: Mediate, build: Any) -> None:
    backend = build.backend()
    with pytest.raises(MediationError, match="Sequence named none cannot be found"):
        mediate(
            SEND.replace("<send>", "<send receive='{$ctx:key}'>"),
            properties={"key": "none"},
            transport=backend,
        )
    assert backend.requests == []
