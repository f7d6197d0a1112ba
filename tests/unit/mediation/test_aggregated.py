"""Several messages made one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.aggregated import gather_json, gather_xml, is_json
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


def gathered(
    new_message: NewMessage, payloads: list[str], expression: str, enclosing: Any = None
) -> list[str]:
    messages = [new_message(payload) for payload in payloads]
    target = messages[0].clone()
    if enclosing is not None:
        target.properties.set("all", enclosing)
    name = None if enclosing is None else "all"
    gather_xml(target, messages, compile_expression(expression, {}), name)
    return [xml.text_of(child) for child in target.body]


def test_elements_of_the_body_stay_and_others_come_behind(new_message: NewMessage) -> None:
    assert gathered(new_message, ["<a>1</a>", "<a>2</a>", "<a>3</a>"], "//a") == [
        "<a>1</a>", "<a>2</a>", "<a>3</a>",
    ]  # fmt: skip


def test_elements_inside_others_come_out_of_them(new_message: NewMessage) -> None:
    payloads = ["<r><s><a>1</a><a>2</a></s><b/></r>", "<r><a>3</a></r>"]
    assert gathered(new_message, payloads, "//a") == ["<a>1</a>", "<a>2</a>", "<a>3</a>"]


def test_a_first_message_without_such_elements_stays_as_it_is(new_message: NewMessage) -> None:
    assert gathered(new_message, ["<b/>", "<a>2</a>"], "//a") == ["<b/>", "<a>2</a>"]


def test_a_later_message_without_such_elements_fails(new_message: NewMessage) -> None:
    with pytest.raises(MediationError, match=r"Could not find matching elements to aggregate\."):
        gathered(new_message, ["<a/>", "<b/>"], "//a")


def test_an_element_may_be_put_around_all(new_message: NewMessage) -> None:
    around = xml.parse(b"<all x='1'/>")
    for enclosing in (around, [around]):
        assert gathered(new_message, ["<a/>", "<a/>"], "//a", enclosing) == [
            '<all x="1"><a/><a/></all>'
        ]
    assert len(around) == 0


def test_an_element_around_all_has_to_be_one(new_message: NewMessage) -> None:
    with pytest.raises(MediationError, match="property: all is not an OMElement"):
        gathered(new_message, ["<a/>"], "//a", "text")
    with pytest.raises(MediationError, match="Enclosing Element property: all not found"):
        gather_xml(new_message(), [new_message()], compile_expression("//a", {}), "all")


def test_an_envelope_is_not_put_into_another(new_message: NewMessage) -> None:
    with pytest.raises(MediationError, match="Could not add SOAPEnvelope"):
        gathered(new_message, ["<a/>", "<a/>"], "/*")


def test_the_messages_themselves_stay_as_they_are(new_message: NewMessage) -> None:
    messages = [new_message("<a>1</a>"), new_message("<a>2</a>")]
    gather_xml(messages[0].clone(), messages, compile_expression("//a", {}), None)
    assert [len(message.body) for message in messages] == [1, 1]


def gathered_json(
    new_message: NewMessage, values: list[Any], expression: str, **options: Any
) -> Any:
    messages = [new_message() for _ in values]
    for message, value in zip(messages, values, strict=True):
        message.replace_json(value)
    target = messages[0].clone()
    target.properties.set("all", xml.parse(b"<a:all xmlns:a='urn:a'/>"))
    options.setdefault("enclosing", None)
    gather_json(target, messages, compile_expression(expression, {}), **options)
    return target.json


def test_values_become_an_array(new_message: NewMessage) -> None:
    values = [{"n": 1}, {"n": 2}, {}]
    assert gathered_json(new_message, values, "json-eval($.n)") == [1, 2, None]
    assert gathered_json(new_message, values, "${payload}") == values


def test_an_array_of_one_item_is_that_item(new_message: NewMessage) -> None:
    values = [{"l": [1]}, {"l": [1, 2]}, {"l": []}]
    assert gathered_json(new_message, values, "json-eval($.l)") == [1, [1, 2], None]


def test_objects_may_become_one(new_message: NewMessage) -> None:
    values = [{"a": 1, "l": [1], "o": {"x": 1}}, {"a": 2, "l": 2, "o": {"y": 2}, "b": 3}]
    assert gathered_json(new_message, values, "json-eval($)", merged=True) == {
        "a": [1, 2],
        "l": [1, 2],
        "o": {"x": 1, "y": 2},
        "b": 3,
    }
    several = [[{"a": 1}, {"b": 2}]]
    assert gathered_json(new_message, several, "json-eval($)", merged=True) == {"a": 1, "b": 2}
    with pytest.raises(MediationError, match="Could not extend"):
        gathered_json(new_message, [1], "json-eval($)", merged=True)


def test_an_object_may_be_put_around_all(new_message: NewMessage) -> None:
    values = [{"n": 1}, {"n": 2}]
    assert gathered_json(new_message, values, "json-eval($.n)", enclosing="all") == {"all": [1, 2]}


@pytest.mark.parametrize(
    ("expression", "json"), [("json-eval($.a)", True), ("${payload.a}", True), ("//a", False)]
)
def test_json_is_picked_by_a_path(expression: str, json: bool) -> None:
    assert is_json(compile_expression(expression, {})) is json
