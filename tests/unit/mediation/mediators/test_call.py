"""<call>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError, TransportError

Mediate = Callable[..., Any]
CALL = "<call><endpoint><address uri='http://b/s'/></endpoint></call>"
ON_ERROR = "<sequence name='wrong'><property name='handled' value='1'/></sequence>"


def test_the_flow_goes_on_with_the_reply_as_the_message(mediate: Mediate, build: Any) -> None:
    backend = build.backend(build.backend.soap("<answer>42</answer>"))
    ran = mediate(
        f"<property name='kept' value='1'/>{CALL}<property name='got' expression='//answer'/>",
        transport=backend,
        payload="<question/>",
    )
    assert b"<question/>" in backend.requests[0].body
    assert ran.properties["got"] == "42"
    assert ran.properties["kept"] == "1"
    assert ran.message.response is False
    assert ran.response is None
    assert ran.result is True


def test_status_and_headers_are_those_of_the_reply(mediate: Mediate, build: Any) -> None:
    ran = mediate(
        f"{CALL}<property name='status' expression='$axis2:HTTP_SC'/>"
        "<property name='missing' expression=\"get-property('axis2','HTTP_SC') = 404\"/>"
        "<property name='type' expression='$trp:Content-Type'/>"
        "<property name='fault' expression=\"get-property('FAULT')\"/>",
        transport=build.backend(build.backend.reply("<nope/>", "application/xml", 404)),
        values={"headers": [("X-Mine", "1")]},
    )
    assert ran.properties["status"] == "404"
    assert ran.properties["missing"] == "true"
    assert ran.properties["type"] == "application/xml"
    assert ran.properties["fault"] == "true"
    assert ran.message.properties.get("X-Mine", "transport") is None


def test_without_an_endpoint_it_goes_to_the_address_of_the_message(
    mediate: Mediate, build: Any
) -> None:
    backend = build.backend(build.backend.soap())
    mediate("<header name='To' value='http://b/there'/><call/>", transport=backend)
    assert backend.urls == ["http://b/there"]


def test_a_failure_is_one_of_the_flow_with_the_code_of_the_transport(
    mediate: Mediate, build: Any
) -> None:
    ran = mediate(
        f"<sequence key='inner'/>{CALL}",
        definitions=f"<sequence name='inner' onError='wrong'>{CALL}</sequence>{ON_ERROR}",
        transport=build.backend(TransportError("no connection", 101503)),
        properties={"ERROR_CODE": "APNS_000001", "ERROR_DETAIL": "stale"},
    )
    assert ran.properties["handled"] == "1"
    assert ran.properties["ERROR_CODE"] == 101503
    assert ran.properties["ERROR_MESSAGE"] == "no connection"
    assert ran.properties["ERROR_DETAIL"] == "no connection"
    assert ran.properties["SENDING_FAULT"] is True
    assert ran.result is False


def test_the_onerror_sequence_of_the_endpoint_ends_the_flow(mediate: Mediate, build: Any) -> None:
    ran = mediate(
        "<call><endpoint onError='wrong'><address uri='http://b/s'/></endpoint></call>"
        "<property name='after' value='1'/>",
        definitions=ON_ERROR,
        transport=build.backend(TransportError("no connection", 101503)),
    )
    assert ran.properties["handled"] == "1"
    assert "after" not in ran.properties
    assert ran.result is False


def test_a_soap_fault_is_a_reply_like_any_other(mediate: Mediate, build: Any) -> None:
    ran = mediate(CALL, transport=build.backend(build.backend.fault()))
    assert ran.message.is_fault
    assert ran.result is True


@pytest.mark.parametrize(("code", "reported"), [("e:Server", 401000), ("e:4711", 4711)])
def test_to_a_blocking_call_a_soap_fault_is_a_failure(
    mediate: Mediate, build: Any, code: str, reported: int
) -> None:
    blocking = CALL.replace("<call>", "<call blocking='true'>")
    ran = mediate(
        "<sequence key='inner'/>",
        definitions=f"<sequence name='inner' onError='wrong'>{blocking}</sequence>{ON_ERROR}",
        transport=build.backend(build.backend.fault(code)),
    )
    assert ran.properties["ERROR_CODE"] == reported
    assert ran.properties["ERROR_MESSAGE"] == "no"
    assert ran.properties["ERROR_DETAIL"] == "why"
    assert ran.message.is_fault


def test_when_no_answer_is_wanted_the_message_stays_as_it_is(mediate: Mediate, build: Any) -> None:
    ran = mediate(
        f"<property name='OUT_ONLY' value='true'/>{CALL}<property name='after' value='1'/>",
        transport=build.backend(build.backend.soap("<answer/>")),
        payload="<mine/>",
    )
    assert ran.message.payload.tag == "mine"
    assert ran.properties["after"] == "1"


def test_a_second_call_asks_with_the_first_reply(mediate: Mediate, build: Any) -> None:
    backend = build.backend(build.backend.soap("<first/>"), build.backend.soap("<second/>"))
    ran = mediate(CALL * 2, transport=backend)
    assert b"<first/>" in backend.requests[1].body
    assert ran.message.payload.tag == "second"


def test_the_replies_of_a_recipient_list_are_too_many(mediate: Mediate, build: Any) -> None:
    recipients = "<endpoint><address uri='http://b/s'/></endpoint>" * 2
    with pytest.raises(MediationError, match="recipient list"):
        mediate(
            f"<call><endpoint><recipientlist>{recipients}</recipientlist></endpoint></call>",
            transport=build.backend(build.backend.soap()),
        )


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        ("<call><endpoint key='none'/></call>", "endpoint 'none' is defined neither here"),
        ("<call><endpoint/></call>", "<endpoint> is none of"),
        ("<call><source type='header'/></call>", "type 'header' is none of body, property"),
        ("<call><source type='custom'>//p:x</source></call>", "prefix 'p'"),
        ("<call><target type='header'/></call>", "type 'header' is none of body, property"),
    ],
)
def test_a_call_that_cannot_work_is_refused(mediate: Mediate, call: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(call)
