"""``<foreach expression="…">``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.soap import SoapVersion

Mediate = Callable[..., Any]

SEEN = "<property name='seen' expression=\"concat($ctx:seen, string(//a), ';')\"/>"
DOUBLE = (
    "<payloadFactory><format><b xmlns=''>$1</b></format><args><arg expression='//a * 2'/></args>"
    "</payloadFactory>"
)


def foreach(inside: str, attributes: str = "expression='//a'") -> str:
    return f"<foreach {attributes}><sequence>{inside}</sequence></foreach>"


def written(ran: Any) -> str:
    return xml.text_of(ran.message.payload)


def test_each_part_is_the_message_in_turn_and_goes_back_changed(mediate: Mediate) -> None:
    ran = mediate(foreach(SEEN + DOUBLE), payload="<r><l><a>1</a><a>2</a></l><c/></r>")
    assert ran.properties["seen"] == "1;2;"
    assert written(ran) == "<r><l><b>2.0</b><b>4.0</b></l><c/></r>"
    assert ran.result is True


def test_the_envelope_around_is_that_of_before(mediate: Mediate) -> None:
    ran = mediate(
        foreach(""), payload="<r><a/></r>",
        values={"version": SoapVersion.SOAP12, "header": "<h/>"},
    )  # fmt: skip
    assert ran.message.soap_version is SoapVersion.SOAP12
    assert ran.message.header is not None


@pytest.mark.parametrize(("id_", "prefix"), [("", ""), (" id='F'", "F_")])
def test_the_original_and_the_count_are_properties(mediate: Mediate, id_: str, prefix: str) -> None:
    counted = f"<property name='n' expression=\"concat($ctx:n, $ctx:{prefix}FOREACH_COUNTER)\"/>"
    ran = mediate(
        foreach(counted + DOUBLE, f"expression='//a'{id_}"), payload="<r><a>1</a><a>2</a></r>"
    )
    assert ran.properties["n"] == "01"
    assert ran.properties[f"{prefix}FOREACH_COUNTER"] == 2
    original = ran.properties[f"{prefix}FOREACH_ORIGINAL_MESSAGE"]
    assert [node.text for node in original.iter("a")] == ["1", "2"]


def test_no_part_is_no_failure(mediate: Mediate) -> None:
    ran = mediate(foreach("<drop/>", "expression='//none'"))
    assert (ran.result, ran.properties["FOREACH_COUNTER"]) == (True, 0)


def test_a_sequence_that_ends_ends_the_loop_alone(mediate: Mediate) -> None:
    ran = mediate(
        foreach(SEEN + "<filter xpath='//a = 2'><then><drop/></then></filter>"),
        payload="<r><a>1</a><a>2</a><a>3</a></r>",
    )
    assert ran.result is True
    assert ran.properties["seen"] == "1;2;"


def test_a_sequence_elsewhere(mediate: Mediate) -> None:
    ran = mediate(
        "<foreach expression='//a' sequence='each'/>",
        payload="<r><a>1</a></r>",
        definitions=f"<sequence name='each'>{DOUBLE}</sequence>",
    )
    assert written(ran) == "<r><b>2.0</b></r>"


FAILING = "<filter xpath='//a = 1'><then><throwError errorMessage='no'/></then></filter>"


def test_a_failure_is_that_of_the_flow(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="no"):
        mediate(foreach(FAILING), payload="<r><a>1</a></r>")


def test_a_failure_may_be_passed_over(mediate: Mediate, caplog: pytest.LogCaptureFixture) -> None:
    ran = mediate(
        foreach(FAILING + DOUBLE, "expression='//a' continueLoopOnFailure='true'"),
        payload="<r><a>1</a><a>2</a></r>",
    )
    assert written(ran) == "<r><a>1</a><b>4.0</b></r>"
    assert "a part that failed: no" in caplog.text


def test_a_circle_is_never_passed_over(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="call themselves"):
        mediate(
            "<sequence key='round'/>",
            definitions="<sequence name='round'>"
            + foreach("<sequence key='round'/>", "expression='//a' continueLoopOnFailure='true'")
            + "</sequence>",
            payload="<r><a/></r>",
        )


# JSON

MAKE = "<payloadFactory media-type='json'><format>{}</format></payloadFactory>"


@pytest.mark.parametrize(
    ("expression", "payload", "result"),
    [
        ("json-eval($.l)", '{"l": [{"n": 1}, {"n": 2}], "b": 1}',
         {"l": [{"m": 1}, {"m": 2}], "b": 1}),
        ("${payload.l}", '{"l": [{"n": 1}]}', {"l": [{"m": 1}]}),
        ("json-eval($)", '[{"n": 1}]', [{"m": 1}]),
        ("json-eval($.l)", '{"l": []}', {"l": []}),
    ],
)  # fmt: skip
def test_json_goes_back_to_its_place(
    mediate: Mediate, expression: str, payload: str, result: Any
) -> None:
    change = (
        "<payloadFactory media-type='json'><format>{\"m\": ${payload.n}}</format></payloadFactory>"
    )
    ran = mediate(MAKE.format(payload) + foreach(change, f"expression='{expression}'"))
    assert ran.message.json == result


def test_a_json_item_that_fails_may_be_left_out(mediate: Mediate) -> None:
    fail = "<filter xpath='json-eval($.x)'><then><throwError errorMessage='no'/></then></filter>"
    ran = mediate(
        MAKE.format('{"l": [{"x": true}, {"x": false}]}')
        + foreach(fail, "expression='json-eval($.l)' continueLoopOnFailure='true'")
    )
    assert ran.message.json == {"l": [{"x": False}]}


def test_a_json_loop_may_be_ended(mediate: Mediate) -> None:
    ran = mediate(
        MAKE.format('{"l": [1, 2, 3]}') + foreach("<drop/>", "expression='json-eval($.l)'")
    )
    assert ran.message.json == {"l": [1]}


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ("expression='//a/text()'", "result not an OMNode"),
        ("expression='json-eval($.r)'", "not a valid JSON array"),
        ("expression='json-eval($.none)'", "not a valid JSON array"),
        ("expression='/*'", "is a root"),
    ],
)
def test_what_is_no_list_of_parts_is_a_failure(
    mediate: Mediate, attributes: str, complaint: str
) -> None:
    with pytest.raises(MediationError, match=complaint):
        mediate(foreach("", attributes), payload="<r><a>1</a></r>")


CALL = "<call><endpoint><address uri='http://b/'/></endpoint></call>"


def test_a_sequence_that_calls_is_refused_when_it_is_found(mediate: Mediate) -> None:
    definitions = f"<sequence name='each'>{CALL}</sequence>"
    with pytest.raises(MediationError, match="ForEach: Referred sequence cannot contain Call"):
        mediate(
            "<foreach expression='//a' sequence='each'/>",
            payload="<r><a/></r>",
            definitions=definitions,
        )
    with pytest.raises(MediationError, match="Couldn't find the sequence named : none"):
        mediate("<foreach expression='//a' sequence='{$ctx:s}'/>", properties={"s": "none"})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (foreach("", ""), "'expression'"),
        ("<foreach expression='//a'/>", "needs a sequence"),
        ("<foreach expression='//a' sequence='none'/>", "'none'"),
        (foreach(CALL), r"synapse.xml:2: .*cannot contain Call, Send or CallOut"),
        (foreach("<send/>"), "cannot contain Call, Send or CallOut"),
        (foreach("", "expression='${payload.a + 1}'"), "JSONPath"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)
