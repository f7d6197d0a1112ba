"""XPath with Synapse's variables and functions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.expressions.variables import Deferred
from apns_connector.mediation.json_value import ExactFloat, JsonArray
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import FunctionContext

Evaluate = Callable[..., Any]
NewMessage = Callable[..., Message]

PAYLOAD = "<a:r xmlns:a='urn:a'><a:x> one </a:x><a:y/><a:z n='5'>2</a:z><plain>p</plain></a:r>"


@pytest.fixture
def message(new_message: NewMessage) -> Message:
    made = new_message(PAYLOAD, header="<h>head</h>")
    made.properties.set("apns.alert", "hi")
    made.properties.set("number", 5)
    made.properties.set("tree", xml.parse(b"<t><c>deep</c></t>"))
    made.properties.set("x", "axis", "axis2")
    made.properties.set("X-Y", "header", "transport")
    made.properties.set("x", "shared", "operation")
    return made


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("//a:x/text()", " one "),
        ("//a:x", "one"),
        ("//a:y/text()", ""),
        ("//a:none", ""),
        ("//plain", "p"),
        ("//a:z/@n", "5"),
        ("string(//a:z)", "2"),
        ("//a:z + 1", "3.0"),
        ("concat('n: ', //a:z + 1)", "n: 3"),
        ("//a:z = 2", "true"),
        ("count(//a:r/*)", "4.0"),
        ("$ctx:apns.alert", "hi"),
        ("concat($ctx:apns.alert, ' $ctx:apns.alert')", "hi $ctx:apns.alert"),
        ("$ctx:number", "5"),
        ("$ctx:number - 1", "4.0"),
        ("$ctx:tree/c", "deep"),
        ("$axis2:x", "axis"),
        ("$trp:x-y", "header"),
        ("$operation:x", "shared"),
        ("$body/a:r/a:z", "2"),
        ("$header/*", "head"),
        ("local-name($env)", "Envelope"),
        ("local-name($env/*[2])", "Body"),
        ("'literal'", "literal"),
        (" $ctx:apns.alert ", "hi"),
        ("//a:z[. = $ctx:missing or @n = '5']", "2"),
        ("6 div 4", "1.5"),
        ("(//a:z or (false()))", "true"),
    ],
)
def test_the_text_of_an_expression(
    evaluate: Evaluate, message: Message, source: str, text: str
) -> None:
    assert evaluate(source, message) == text


def test_the_default_namespace_does_not_count() -> None:
    expression = compile_expression("//alert", {None: "urn:default"})
    assert expression.source == "//alert"


def test_elements_print_as_xml_when_the_expression_asks_for_nodes(
    evaluate: Evaluate, message: Message
) -> None:
    assert evaluate("//a:z/node()", message) == "2"
    assert evaluate("//plain/self::node()", message) == "<plain>p</plain>"


@pytest.mark.parametrize(
    "source",
    ["$ctx:none", "$axis2:none", "$trp:none", "$operation:none", "get-property('none')", "$map:x"],
)
def test_what_is_not_set_is_null(evaluate: Evaluate, message: Message, source: str) -> None:
    assert evaluate(source, message) is None
    assert evaluate(source, message, "parameter") is None
    assert evaluate(source, message, "nodes") == []
    assert evaluate(source, message, "boolean") is False


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("$ctx:none = 'x'", False),
        ("$ctx:none != 'x'", False),
        ("not($ctx:none)", True),
        ("not(get-property('none'))", True),
        ("boolean($ctx:none)", False),
        ("string-length($ctx:none) = 0", True),
        ("concat($ctx:none, 'x') = 'x'", True),
        ("$ctx:none < 5 or $ctx:none >= 5", False),
        ("$ctx:none = false()", False),
        ("true() != $ctx:none", False),
        ("1 = 2 or get-property('none') = false ( )", False),
        ("not($ctx:none != true()) and $ctx:apns.alert != false()", True),
        ("//a:z[. = '2' and $ctx:none = false()]", False),
        ("$url:none = false()", True),
        ("get-property('system', 'NONE') != true()", True),
        ("get-property('apns.alert') = 'hi'", True),
        ("'false'", True),
        ("''", False),
        ("0", False),
        ("//a:none", False),
        ("//a:y", True),
    ],
)
def test_truth_follows_xpath_and_null_compares_with_nothing(
    evaluate: Evaluate, message: Message, source: str, holds: bool
) -> None:
    assert evaluate(source, message, "boolean") is holds


def test_an_entry_of_a_property_that_is_a_map_has_a_variable(
    evaluate: Evaluate, message: Message
) -> None:
    message.properties.set("map", {"x": "entry"})
    assert evaluate("$map:x", message) == "entry"


def test_url_parameters_are_found_in_any_spelling_and_absent_ones_are_empty(
    evaluate: Evaluate, new_message: NewMessage
) -> None:
    message = new_message(url_parameters={"Token": "t"})
    assert evaluate("$url:token", message) == "t"
    assert evaluate("$url:none", message) == ""


def test_a_prefix_bound_to_a_namespace_hides_the_variable() -> None:
    with pytest.raises(ConfigurationError, match="bound to the namespace 'urn:ctx'"):
        compile_expression("$ctx:x", {"ctx": "urn:ctx"})


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("//b:x", "prefix 'b'"),
        ("//b:*", "prefix 'b'"),
        ("$unknown", r"\$unknown is not known"),
        ("nonsense(1)", r"nonsense\(\) is not known"),
        ("'open", "not closed"),
        ("//a:x[", "not valid"),
        ("encrypt('a', 'b')", "not supported yet"),
        ("hashicorp:vault-lookup('a', 'b')", "not supported yet"),
    ],
)
def test_what_can_never_work_is_told_when_it_is_compiled(source: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        compile_expression(source, {"a": "urn:a"})


def test_json_in_a_property_is_text_to_xpath(evaluate: Evaluate, message: Message) -> None:
    message.properties.set("array", JsonArray([1, "a"]))
    message.properties.set("object", {"a": ExactFloat("1.10")})
    assert evaluate("$ctx:array", message) == '[1,"a"]'
    assert evaluate("concat($ctx:object, '!')", message) == '{"a":1.10}!'


def test_a_json_payload_is_found_as_the_xml_that_it_stands_for(
    evaluate: Evaluate, new_message: NewMessage
) -> None:
    message = new_message()
    message.replace_json({"order": {"id": 7, "items": ["x", "y"]}})
    assert evaluate("//order/id", message) == "7"
    assert evaluate("count(//items)", message) == "2.0"
    assert evaluate("//items[2]/text()", message) == "y"
    assert message.has_json


def test_an_error_of_evaluation_names_the_expression(evaluate: Evaluate, message: Message) -> None:
    with pytest.raises(MediationError, match="count"):
        evaluate("count(1)", message)


@pytest.mark.parametrize(
    "source",
    ["get-property('x')", "syn:get-property('x')", "concat(anything:get-property('x'),'')"],
)
def test_functions_are_known_by_their_local_name_with_any_prefix(
    evaluate: Evaluate, new_message: NewMessage, source: str
) -> None:
    message = new_message()
    message.properties.set("x", "1")
    assert evaluate(source, message) == "1"


def test_arguments_of_functions_are_expressions(evaluate: Evaluate, message: Message) -> None:
    assert evaluate("get-property(concat('apns', '.alert'))", message) == "hi"
    assert evaluate("string-length(get-property(concat('apns.', 'alert')))", message) == "2.0"


def test_an_expression_that_refers_to_itself_fails_instead_of_waiting_for_ever(
    new_message: NewMessage,
) -> None:
    expression = compile_expression("concat(get-property('func', 'p'), '')", {})
    message = new_message()
    message.functions.append(FunctionContext("t", {"p": Deferred(expression.parameter)}))
    with pytest.raises(MediationError, match="refers to itself"):
        expression.text(message)
    assert compile_expression("concat(get-property('none'), 'x')", {}).text(message) == "x"


def test_one_expression_serves_several_threads_each_with_its_own_message(
    deploy: Callable[..., Any], new_message: NewMessage
) -> None:
    expression = compile_expression("concat(get-property('n'), '-', //n)", {})
    configuration = deploy()
    messages = [new_message(f"<n>{n}</n>", configuration=configuration) for n in range(50)]
    for number, message in enumerate(messages):
        message.properties.set("n", str(number))
    with ThreadPoolExecutor(4) as threads:
        texts = list(threads.map(expression.text, messages * 4))
    assert texts == [f"{n}-{n}" for n in range(50)] * 4
