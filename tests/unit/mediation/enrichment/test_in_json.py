"""Taking JSON, and putting it somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.enrichment import in_json
from apns_connector.mediation.expressions.json_path import MISSING
from apns_connector.mediation.expressions.json_path_parser import compile_path
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


@pytest.fixture
def json_message(new_message: NewMessage) -> Callable[[Any], Message]:
    def make(value: Any) -> Message:
        message = new_message()
        message.replace_json(value)
        return message

    return make


JsonMessage = Callable[[Any], Message]


def at(path: str) -> in_json.PathOf:
    compiled = compile_path(path)
    return lambda message: compiled


# Sources


def test_a_path_gives_its_value_and_without_clone_takes_it_out(json_message: JsonMessage) -> None:
    message = json_message({"a": {"b": 1}, "c": 2})
    assert in_json.of_path(at("$.a"), clone=True)(message) == {"b": 1}
    assert in_json.of_path(at("$.a"), clone=False)(message) == {"b": 1}
    assert message.json == {"c": 2}
    assert in_json.of_path(at("$.a"), clone=False)(message) is MISSING


def test_the_body_is_the_whole_value(json_message: JsonMessage) -> None:
    assert in_json.of_body(json_message([1])) == [1]


@pytest.mark.parametrize(
    ("text", "value"), [(' {"a": 1} ', {"a": 1}), ("17", 17), ("bare word", "bare word")]
)
def test_inline_text_is_json_or_a_text(json_message: JsonMessage, text: str, value: Any) -> None:
    assert in_json.of_text(lambda _: text)(json_message({})) == value


def test_broken_inline_json_fails(json_message: JsonMessage) -> None:
    with pytest.raises(MediationError, match="no JSON"):
        in_json.of_text(lambda _: '{"a": ')(json_message({}))


@pytest.mark.parametrize(
    ("held", "value"),
    [
        (None, MISSING),
        ('{"a": 1}', {"a": 1}),
        ("text", "text"),
        (5, 5),
        (JsonArray([1]), [1]),
        (xml.parse(b"<a>1</a>"), {"a": 1}),
    ],
)
def test_a_property_is_the_json_it_holds(json_message: JsonMessage, held: Any, value: Any) -> None:
    assert in_json.of_value(lambda _: held)(json_message({})) == value


def test_elements_send_the_way_of_xml() -> None:
    assert in_json.holds_xml([xml.parse(b"<a/>")])
    assert not in_json.holds_xml(JsonArray([1]))
    assert not in_json.holds_xml("<a/>")


# Targets


@pytest.mark.parametrize(
    ("path", "action", "value", "result"),
    [
        ("$.a", "replace", 5, {"a": 5, "l": [1]}),
        ("$.l[0]", "replace", {"x": 1}, {"a": {"b": 1}, "l": [{"x": 1}]}),
        ("$.l", "child", 2, {"a": {"b": 1}, "l": [1, 2]}),
        ("$.a", "child", {"c": 2}, {"a": {"b": 1, "c": 2}, "l": [1]}),
        ("$.a", "child", 2, {"a": {"b": 1}, "l": [1]}),
        ("$.a", "sibling", 2, {"a": {"b": 1}, "l": [1]}),
    ],
)
def test_a_value_goes_to_its_place(
    json_message: JsonMessage, path: str, action: str, value: Any, result: Any
) -> None:
    message = json_message({"a": {"b": 1}, "l": [1]})
    in_json.AtPath(at(path), action).insert(value, message)
    assert message.json == result


def test_a_path_that_leads_nowhere_fails(json_message: JsonMessage) -> None:
    for target in (in_json.AtPath(at("$.none"), "replace"), in_json.AtKey(at("$.none"))):
        with pytest.raises(MediationError, match=r"No results for path: \$\.none"):
            target.insert("x", json_message({"a": 1}))


def test_a_body_is_replaced_by_an_object_or_array_only(json_message: JsonMessage) -> None:
    message = json_message({"a": 1})
    message.properties.set("NO_ENTITY_BODY", True, "axis2")
    in_json.AtBody("replace").insert("text", message)
    in_json.AtBody("child").insert([2], message)
    assert message.json == {"a": 1}
    in_json.AtBody("replace").insert([2], message)
    assert message.json == [2]
    assert message.properties.axis2 == {}


def test_a_property_holds_json_as_text(json_message: JsonMessage) -> None:
    message = json_message({})
    in_json.AtProperty("p", "replace").insert({"a": 1}, message)
    in_json.AtProperty("q", "replace").insert("text", message)
    assert message.properties.default == {"p": '{"a":1}', "q": "text"}


def test_a_child_goes_into_the_array_that_a_property_holds(json_message: JsonMessage) -> None:
    message = json_message({})
    message.properties.set("p", "[1]")
    message.properties.set("q", '{"a": 1}')
    for name in ("p", "q", "none"):
        in_json.AtProperty(name, "child").insert({"x": 2}, message)
    in_json.AtProperty("p", "sibling").insert(3, message)
    assert message.properties.default == {"p": '[1,{"x":2}]', "q": '{"a": 1}'}


def test_a_variable_holds_the_json(json_message: JsonMessage) -> None:
    message = json_message({})
    in_json.AtVariable("v").insert([1], message)
    assert isinstance(message.variables["v"], JsonArray)


def test_a_member_gets_another_name_at_its_place(json_message: JsonMessage) -> None:
    message = json_message({"o": {"a": 1, "b": 2}})
    in_json.AtKey(at("$.o.a")).insert("z", message)
    assert list(message.json["o"].items()) == [("z", 1), ("b", 2)]
    with pytest.raises(MediationError, match="must be a string"):
        in_json.AtKey(at("$.o.b")).insert(5, message)


def test_what_the_paths_lead_to_is_taken_out(json_message: JsonMessage) -> None:
    message = json_message({"a": 1, "l": [1, 2, 3], "c": 3})
    paths = [at(path) for path in ("$.a", "$.l[?(@ > 1)]", "$.none")]
    in_json.Removal(paths).run(message)
    assert message.json == {"l": [1], "c": 3}


def test_something_is_taken_out_of_a_property(json_message: JsonMessage) -> None:
    message = json_message({})
    message.properties.set("p", '{"a": 1, "b": 2}')
    in_json.Removal([at("$.a")], "p").run(message)
    assert message.properties.get("p") == '{"b":2}'
    with pytest.raises(MediationError, match="'none'"):
        in_json.Removal([at("$.a")], "none").run(message)
