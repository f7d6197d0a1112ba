"""Taking nodes, and putting them somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.enrichment import in_xml
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion, new_envelope

NewMessage = Callable[..., Message]


def element(text: str) -> xml.Element:
    return xml.parse(text.encode())


def texts(nodes: in_xml.Nodes) -> list[str]:
    return [node if isinstance(node, str) else xml.text_of(node) for node in nodes]


def inserted(target: in_xml.Target, message: Message, *nodes: in_xml.Node) -> str:
    target.insert(list(nodes), message)
    return xml.text_of(message.body[0]) if len(message.body) else ""


# Sources


def test_an_expression_gives_all_its_nodes(new_message: NewMessage) -> None:
    message = new_message("<r><a>1</a><a>2</a></r>")
    nodes = in_xml.of_expression(compile_expression("//a", {}), clone=True)(message)
    assert texts(nodes) == ["<a>1</a>", "<a>2</a>"]
    assert nodes[0] is not message.payload[0]
    assert texts(in_xml.of_expression(compile_expression("count(//a)", {}), True)(message)) == [
        "2.0"
    ]


def test_without_clone_the_nodes_are_those_of_the_message(new_message: NewMessage) -> None:
    message = new_message("<r><a/></r>")
    nodes = in_xml.of_expression(compile_expression("//a", {}), clone=False)(message)
    assert nodes == [message.payload[0]]
    assert in_xml.of_body(clone=False)(message) == [message.payload]
    assert in_xml.of_envelope(clone=False)(message) == [message.envelope]


def test_an_empty_body_gives_nothing(new_message: NewMessage) -> None:
    assert in_xml.of_body(clone=True)(new_message("")) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("text", ["text"]),
        (5, ["5"]),
        (element("<a/>"), ["<a/>"]),
        ([element("<a/>"), "t"], ["<a/>", "t"]),
        ({"a": 1}, ['{"a":1}']),
        (JsonArray([1, 2]), ["[1,2]"]),
    ],
)
def test_a_value_gives_what_it_holds(
    new_message: NewMessage, value: Any, expected: list[str]
) -> None:
    assert texts(in_xml.of_value(lambda _: value, "property 'p'", True)(new_message())) == expected


def test_an_entry_gives_a_copy_of_itself(
    new_message: NewMessage, deploy: Callable[..., Any]
) -> None:
    configuration = deploy("<localEntry key='K'><a xmlns=''/></localEntry>")
    message = new_message(configuration=configuration)
    assert in_xml.of_entry("K")(message) != in_xml.of_entry("K")(message)
    with pytest.raises(MediationError, match="'none'"):
        in_xml.of_entry("none")(message)


# Targets


@pytest.mark.parametrize(
    ("action", "result"),
    [
        ("replace", "<r><x/><y/>1<b/></r>"),
        ("child", "<r><a><x/><y/></a>1<b/></r>"),
        ("sibling", "<r><a/><y/><x/>1<b/></r>"),  # each right behind the target, as Synapse does
    ],
)
def test_elements_go_where_the_action_says(
    new_message: NewMessage, action: str, result: str
) -> None:
    target = in_xml.AtExpression(compile_expression("//a", {}), action)
    nodes = element("<x/>"), element("<y/>")
    assert inserted(target, new_message("<r><a/>1<b/></r>"), *nodes) == result


def test_a_text_replaces_that_of_the_element(new_message: NewMessage) -> None:
    target = in_xml.AtExpression(compile_expression("//a", {}), "replace")
    assert inserted(target, new_message("<r><a>1<b/>2</a></r>"), "new") == ("<r><a><b/>new</a></r>")


def test_a_text_node_takes_text_or_an_element(new_message: NewMessage) -> None:
    target = in_xml.AtExpression(compile_expression("//a", {}), "replace", text=True)
    assert inserted(target, new_message("<r><a>1</a></r>"), "2") == "<r><a>2</a></r>"
    message = new_message("<r><a>1</a></r>")
    assert inserted(target, message, element("<x/>")) == "<r><a><x/></a></r>"


def test_an_attribute_takes_text_and_must_be_there(new_message: NewMessage) -> None:
    target = in_xml.AtExpression(compile_expression("//a", {}), "replace", attribute="b")
    assert inserted(target, new_message("<r><a b='1'/></r>"), "2") == '<r><a b="2"/></r>'
    for payload, node in (("<r><a/></r>", "2"), ("<r><a b='1'/></r>", element("<x/>"))):
        with pytest.raises(MediationError, match="Invalid Target"):
            inserted(target, new_message(payload), node)


def test_an_empty_source_changes_nothing(new_message: NewMessage) -> None:
    target = in_xml.AtExpression(compile_expression("//none", {}), "replace")
    assert inserted(target, new_message("<r/>")) == "<r/>"


def test_a_target_that_is_not_there_fails(new_message: NewMessage) -> None:
    target = in_xml.AtExpression(compile_expression("//none", {}), "replace")
    with pytest.raises(MediationError, match=r"Invalid Target object to be enrich\."):
        inserted(target, new_message("<r/>"), "x")


def test_an_element_that_is_moved_into_its_own_place_stays(new_message: NewMessage) -> None:
    message = new_message("<r><a/></r>")
    target = in_xml.AtExpression(compile_expression("//a", {}), "replace")
    assert inserted(target, message, message.payload[0]) == "<r><a/></r>"


@pytest.mark.parametrize(
    ("action", "result"), [("replace", ["x"]), ("child", ["r"]), ("sibling", ["r", "x"])]
)
def test_the_body_is_its_first_element(
    new_message: NewMessage, action: str, result: list[str]
) -> None:
    message = new_message("<r/>")
    message.properties.set("NO_ENTITY_BODY", True, "axis2")
    in_xml.AtBody(action).insert([element("<x/>")], message)
    assert [child.tag for child in message.body] == result
    assert message.properties.axis2 == {}


def test_an_empty_body_takes_elements_and_no_text(new_message: NewMessage) -> None:
    message = new_message("")
    in_xml.AtBody("replace").insert(["text", element("<x/>"), element("<y/>")], message)
    assert [child.tag for child in message.body] == ["x", "y"]
    assert not message.body.text


def test_a_text_that_is_json_becomes_a_json_body(new_message: NewMessage) -> None:
    message = new_message("<r/>")
    in_xml.AtBody("replace").insert(['{"a": 1}'], message)
    assert message.json == {"a": 1}
    assert inserted(in_xml.AtBody("replace"), new_message("<r/>"), "17") == "<r>17</r>"


def test_the_envelope_is_replaced_by_an_envelope_only(new_message: NewMessage) -> None:
    message = new_message()
    in_xml.AtEnvelope().insert([new_envelope(SoapVersion.SOAP12)], message)
    assert message.soap_version is SoapVersion.SOAP12
    for nodes in ([], ["text"], [element("<x/>")]):
        with pytest.raises(MediationError, match="A SOAPEnvelope is expected"):
            in_xml.AtEnvelope().insert(nodes, message)


def test_a_property_holds_the_nodes(new_message: NewMessage) -> None:
    message, node = new_message(), element("<x/>")
    in_xml.AtProperty("p", "replace").insert([node], message)
    in_xml.AtProperty("q", "replace", "axis2").insert(["text"], message)
    assert message.properties.default == {"p": [node]}
    assert message.properties.axis2 == {"q": "text"}


@pytest.mark.parametrize("held", ["<old/>", element("<old/>"), [element("<old/>")]])
def test_a_child_goes_into_the_xml_that_a_property_holds(
    new_message: NewMessage, held: Any
) -> None:
    message = new_message()
    message.properties.set("p", held)
    in_xml.AtProperty("p", "child").insert([element("<x/>")], message)
    assert xml.text_of(message.properties.get("p")) == "<old><x/></old>"


def test_a_variable_holds_what_there_is(new_message: NewMessage) -> None:
    message, node = new_message(), element("<x/>")
    in_xml.AtVariable("v").insert([node], message)
    in_xml.AtVariable("w").insert([node, "t"], message)
    assert message.variables == {"v": node, "w": [node, "t"]}
    with pytest.raises(MediationError, match="variable v"):
        in_xml.AtVariable("v").insert([], message)
