"""json-eval: a JSONPath on the payload or a property."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.expressions.json_eval import JsonEval
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.json_value import as_property
from apns_connector.mediation.message import Message

Evaluate = Callable[..., Any]
NewMessage = Callable[..., Message]

ORDER = b'{"id": 7, "total": 1.10, "note": "say \\"hi\\"", "open": true, "closed": "true", \
"none": null, "items": [{"n": 1}, {"n": 2}], "empty": {}}'


@pytest.fixture
def message(new_message: NewMessage) -> Message:
    made = new_message()
    made.replace_json(read_json(ORDER.replace(b"\\\n", b"")))
    return made


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("$.id", "7"),
        ("$.total", "1.10"),
        ("$.note", 'say "hi"'),
        ("$.open", "true"),
        ("$.none", "null"),
        ("$.missing", ""),
        ("$.items", '[{"n":1},{"n":2}]'),
        ("$.items[1]", '{"n":2}'),
        ("$.items[*].n", "[1,2]"),
        ("$..missing", "[]"),
        ("$.empty", "{}"),
        ("$.items.length()", "2"),
        ("id", "7"),
    ],
)
def test_the_text_of_what_is_found(
    evaluate: Evaluate, message: Message, path: str, text: str
) -> None:
    assert evaluate(f"json-eval({path})", message) == text
    assert evaluate(f"json-eval({path})", message, "parameter") == text


def test_the_root_is_the_whole_payload(evaluate: Evaluate, message: Message) -> None:
    assert read_json(evaluate("json-eval($)", message).encode()) == message.json


def test_the_value_is_the_json_itself(evaluate: Evaluate, message: Message) -> None:
    assert evaluate("json-eval($.items[0])", message, "value") == {"n": 1}
    assert evaluate("json-eval($.missing)", message, "value") is None
    assert evaluate("json-eval($.items)", message, "nodes") == [{"n": 1}, {"n": 2}]
    assert evaluate("json-eval($.id)", message, "nodes") == [7]


@pytest.mark.parametrize(
    ("path", "holds"),
    [("$.open", True), ("$.closed", True), ("$.id", False), ("$.none", False), ("$.x", False)],
)
def test_only_the_text_true_holds(
    evaluate: Evaluate, message: Message, path: str, holds: bool
) -> None:
    assert evaluate(f"json-eval({path})", message, "boolean") is holds


def test_an_xml_payload_is_looked_at_as_json(evaluate: Evaluate, new_message: NewMessage) -> None:
    message = new_message("<order><id>7</id><item>a</item><item>b</item></order>")
    assert evaluate("json-eval($.order.id)", message) == "7"
    assert evaluate("json-eval($.order.item[1])", message) == "b"
    assert not message.has_json


def test_an_empty_payload_has_nothing_in_it(evaluate: Evaluate, new_message: NewMessage) -> None:
    assert evaluate("json-eval($)", new_message("")) == ""


@pytest.mark.parametrize("value", ['{"a": [5]}', as_property({"a": [5]})])
def test_json_in_a_property_is_looked_into(
    evaluate: Evaluate, new_message: NewMessage, value: Any
) -> None:
    message = new_message()
    message.properties.set("my-json", value)
    message.properties.set("array", as_property([{"a": 1}]))
    message.properties.set("a", '{"b": 1}', "axis2")
    assert evaluate("json-eval($ctx:my-json.a[0])", message) == "5"
    assert evaluate("json-eval($ctx:my-json)", message) == '{"a": [5]}'.replace(" ", "")
    assert evaluate("json-eval($ctx:array[0].a)", message) == "1"
    assert evaluate("json-eval($axis2:a.b)", message) == "1"
    assert evaluate("json-eval($ctx:missing.a)", message) == ""


def test_a_property_without_json_fails(evaluate: Evaluate, new_message: NewMessage) -> None:
    message = new_message()
    message.properties.set("p", "no json")
    with pytest.raises(MediationError, match=r"\$ctx:p holds no JSON"):
        evaluate("json-eval($ctx:p.a)", message)


def test_expressions_inside_a_path_are_put_in(evaluate: Evaluate, message: Message) -> None:
    message.properties.set("index", "1")
    message.properties.set("name", "items")
    assert evaluate("json-eval($.{$ctx:name}[{$ctx:index}].n)", message) == "2"
    with pytest.raises(MediationError, match="is not valid at position"):
        evaluate("json-eval($.items[{$ctx:missing}])", message)


def test_who_changes_json_at_a_place_gets_the_path(message: Message) -> None:
    expression = compile_expression("json-eval($.items[-1])", {})
    assert isinstance(expression, JsonEval)
    assert expression.path(message).locations(message.json) == [("items", 1)]


@pytest.mark.parametrize("source", ["json-eval($.a[)", "json-eval($.{nonsense(1)})"])
def test_what_can_never_work_is_told_when_it_is_compiled(source: str) -> None:
    with pytest.raises(ConfigurationError):
        compile_expression(source, {})


def test_xml_in_the_payload_that_has_no_json_form_fails(
    evaluate: Evaluate, new_message: NewMessage
) -> None:
    message = new_message()
    message.replace_payload(xml.parse(b"<a>text<b/></a>"))
    with pytest.raises(MediationError, match="no JSON form"):
        evaluate("json-eval($.a)", message)
