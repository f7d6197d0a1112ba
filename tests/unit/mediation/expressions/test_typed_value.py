"""Values of a declared type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.expressions.typed_value import convert, typed
from apns_connector.mediation.expressions.value import Static
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("STRING", " x ", " x "), ("BOOLEAN", " TRUE ", True), ("BOOLEAN", "1", False),
        ("INTEGER", "3.0", 3), ("LONG", "-5", -5), ("SHORT", "7", 7), ("DOUBLE", "1.5", 1.5),
        ("FLOAT", "1", 1.0), ("JSON", '{"a":[1]}', {"a": [1]}), ("JSON", "[1]", [1]),
        ("JSON", '"x"', "x"), ("JSON", "5", 5),
    ],
)  # fmt: skip
def test_text_is_converted(type_: str, text: str, value: Any) -> None:
    assert convert(text, type_) == value


@pytest.mark.parametrize("type_", ["OM", "XML"])
def test_text_is_read_as_xml(type_: str) -> None:
    assert convert("<a/>", type_).tag == "a"


@pytest.mark.parametrize(
    ("type_", "text"),
    [("INTEGER", "x"), ("INTEGER", "1_0"), ("INTEGER", str(2**31)), ("SHORT", "-32769"),
     ("LONG", str(2**63)), ("DOUBLE", ""), ("JSON", "{"), ("XML", "x")],
)  # fmt: skip
def test_text_that_is_not_of_the_type_is_told(type_: str, text: str) -> None:
    with pytest.raises(MediationError, match=f"is no {type_}"):
        convert(text, type_)


def test_a_value_that_is_written_out_is_converted_once(new_message: NewMessage) -> None:
    message = new_message()
    assert typed(Static("5"), "INTEGER")(message) == 5
    element = typed(Static("<a/>"), "OM")
    assert element(message).tag == "a"
    assert element(message) is not element(message)
    with pytest.raises(ConfigurationError, match="'x' is no INTEGER"):
        typed(Static("x"), "INTEGER")


@pytest.mark.parametrize(
    ("source", "type_", "value"),
    [
        ("${payload.n}", "INTEGER", 5), ("${payload.n}", "STRING", "5"),
        ("${payload.list}", "JSON", [1, 2]), ("json-eval($.object)", "JSON", {"a": 1}),
        ("json-eval($.text)", "JSON", {"b": 2}), ("${payload.none}", "JSON", None),
        ("${payload.f}", "DOUBLE", 1.5), ("json-eval($.yes)", "BOOLEAN", True),
        ("$ctx:none", "INTEGER", None), ("$ctx:none", "OM", None), ("$ctx:none", "JSON", None),
    ],
)  # fmt: skip
def test_the_result_of_an_expression_is_converted(
    new_message: NewMessage, source: str, type_: str, value: Any
) -> None:
    message = new_message()
    message.replace_json(
        {"n": 5, "f": 1.5, "list": [1, 2], "object": {"a": 1}, "text": '{"b": 2}', "yes": True}
    )
    found = typed(compile_expression(source, {}), type_)(message)
    assert found == value
    if isinstance(value, list):
        assert type(found) is JsonArray


def test_the_first_node_is_the_element_and_text_is_read_as_one(new_message: NewMessage) -> None:
    message = new_message("<r><a>1</a><a>2</a></r>")
    message.properties.set("text", "<b/>")
    assert typed(compile_expression("//a", {}), "OM")(message).text == "1"
    assert typed(compile_expression("$ctx:text", {}), "XML")(message).tag == "b"
    assert typed(compile_expression("//none", {}), "OM")(message) is None


def test_xml_is_no_json(new_message: NewMessage) -> None:
    with pytest.raises(MediationError, match="XML is no JSON"):
        typed(compile_expression("//a", {}), "JSON")(new_message("<r><a/></r>"))
