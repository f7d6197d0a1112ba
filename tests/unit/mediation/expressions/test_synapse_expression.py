"""${…}: expressions of the Micro Integrator, on a message."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.expressions.variables import Deferred
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.json_value import as_property
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import FunctionContext
from apns_connector.mediation.vault import Vault

Evaluate = Callable[..., Any]
NewMessage = Callable[..., Message]

PAYLOAD = b"""{"n": 5, "f": 1.10, "s": "hi", "yes": true, "no": null, "a b": {"x": 1},
 "items": [{"id": 1, "p": 8.95}, {"id": 2, "p": 12.99}], "numbers": [1, 2, 3], "vars": "v"}"""


@pytest.fixture
def message(new_message: NewMessage) -> Message:
    made = new_message(headers=[("X-Id", "007"), ("Count", "12")])
    made.replace_json(read_json(PAYLOAD))
    made.variables.update(
        i=1, limit=10, name="hi", json='{"k": [1, {"z": 2}]}', object={"a": {"b": 3}},
        array=as_property([4, 5]), xml=xml.parse(b"<r><a>1</a><a>2</a></r>"),
        response={"payload": xml.parse(b"<p><q>7</q></p>"), "status": 200},
    )  # fmt: skip
    made.variables["a-b"] = "hyphen"
    for name, value in {
        "p": "v",
        "x.y": "dots",
        "uri.var.id": "42",
        "query.param.q": "a b",
    }.items():
        made.properties.set(name, value)
    made.properties.set("HTTP_METHOD", "POST", "axis2")
    return made


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("${payload.n}", "5"), ("${$.n}", "5"), ("${payload.f}", "1.10"),
        ("${payload['a b'].x}", "1"),
        ('${payload["a b"]["x"]}', "1"), ("${payload.items[0].id}", "1"),
        ("${payload.yes}", "true"),
        ("${payload.items[-1].id}", "2"), ("${payload.items[vars.i].id}", "2"),
        ("${payload.items[vars.i - 1].id}", "1"), ("${payload.items[0:1].id}", "[1]"),
        ("${payload.numbers[0,2]}", "[1,3]"), ("${payload.items[*].id}", "[1,2]"),
        ("${payload.items.*.id}", "[1,2]"), ("${payload..id}", "[1,2]"),
        ("${payload.items[?(@.p > 10)].id}", "[2]"),
        ("${payload.items[?(@.p > vars.limit)].id}", "[2]"),
        ("${payload.items[?(@.id == vars.i && @.p < payload.n + 5)].id}", ""),
        ("${payload.items[?(@.id == payload.numbers[1])].id}", "[2]"),
        ("${payload.items[?(@.s in [1, 'x]'])].id}", "[]"), ("${payload.items.length()}", "2"),
        ("${payload.items[0]}", '{"id":1,"p":8.95}'), ("${payload.no}", ""),
        ("${payload.none}", ""),
        ("${payload.vars}", "v"), ("${payload[vars.name == 'hi' ? 's' : 'n']}", "hi"),
        ("${vars.name}", "hi"), ('${vars["name"]}', "hi"), ('${vars.["name"]}', "hi"),
        ("${vars.'name'}", "hi"), ("${vars.a-b}", "hyphen"), ("${vars.json.k[1].z}", "2"),
        ("${vars.object.a.b}", "3"), ("${vars.array[1]}", "5"), ("${vars.response.status}", "200"),
        ("${vars.none}", ""), ("${vars.xml}", "<r><a>1</a><a>2</a></r>"), ("${vars.xml.a}", ""),
        ("${vars.name.a}", ""),
        ("${headers.Count}", "12"), ("${headers.count + 1}", "13"), ('${headers["X-Id"]}', "007"),
        ("${headers.none}", ""), ("${props.synapse.p}", "v"), ("${properties.synapse.p}", "v"),
        ("${props.synapse['x.y']}", "dots"), ("${props.axis2.HTTP_METHOD}", "POST"),
        ("${params.pathParams.id}", "42"), ("${params.queryParams.q}", "a b"),
        ("${params.functionParams.x}", ""), ("${configs.none}", ""),
        ("${1 + 2 * 3}", "7"), ("${(1 + 2) * 3}", "9"), ("${10 - 2 - 3}", "5"), ("${5-3}", "2"),
        ("${-5 + 3}", "-2"), ("${7 / 2}", "3.5"), ("${0.1 + 0.2}", "0.3"), ("${'a' + 'b'}", "ab"),
        ("${payload.n > 3 and payload.n < 10}", "true"), ("${1 > 2 || 2 > 1}", "true"),
        ("${true && false}", "false"), ("${false and false or true}", "false"),
        ("${(false and false) or true}", "true"), ("${payload.n == '5'}", "true"),
        ("${payload.no == null}", "true"), ("${payload.n != null}", "true"),
        ("${!payload.yes}", "false"),
        ("${not(payload.yes)}", "false"), ("${payload.yes ? 'y' : 'n'}", "y"),
        ("${payload.n > 5 ? 'a' : payload.n == 5 ? 'b' : 'c'}", "b"), ("${payload.s ? 1 : 2}", ""),
        ("${[1, 'a', payload.n]}", '[1,"a",5]'), ("${[]}", "[]"), ("${null}", ""),
        ('${"it\'s"}', "it's"), (r"${'a\nb'}", r"a\nb"),
        ("${toUpper(payload.s)}", "HI"), ("${length(payload.numbers)}", "3"),
        ("${length(payload.no)}", ""),
        ("${exists(payload.none)}", "false"), ("${exists(payload.no)}", "false"),
        ("${exists(payload.n)}", "true"), ("${object('{\"a\":{\"b\":2}}').a.b}", "2"),
        ("${array('[[1,2]]')[0][1]}", "2"), ("${split('a,b', ',')}", '["a","b"]'),
        ("${xpath('//n')}", "5"), ("${integer(xpath('//n')) + 1}", "6"), ("${xpath('//none')}", ""),
        ("${xpath('/a[2]', 'xml')}", "2"), ("${xpath('//a', 'xml')}", "<a>1</a><a>2</a>"),
        ("${xpath('//q', 'response.payload')}", "7"), ("${xpath('//q', 'name')}", ""),
        ("${xpath('//*[', 'xml')}", ""), ("${xpath('//' + vars.name + '[')}", ""),
        ("${registry('gov:none')}", ""),
    ],
)  # fmt: skip
def test_the_text_of_an_expression(
    evaluate: Evaluate, message: Message, source: str, text: str
) -> None:
    assert evaluate(source, message) == text


def test_the_value_is_native(evaluate: Evaluate, message: Message) -> None:
    assert evaluate("${payload.items[0]}", message, "value") == {"id": 1, "p": 8.95}
    assert evaluate("${payload.n + 1}", message, "value") == 6
    assert evaluate("${payload.none}", message, "value") is None
    assert evaluate("${payload.items}", message, "nodes") == message.json["items"]
    assert [node.text for node in evaluate("${xpath('//n')}", message, "nodes")] == ["5"]
    assert evaluate("${vars.xml}", message, "parameter") is message.variables["xml"]
    assert evaluate("${payload.numbers}", message, "parameter") == "[1,2,3]"
    assert evaluate("${payload.none}", message, "parameter") == ""


@pytest.mark.parametrize(
    ("source", "holds"),
    [("${payload.yes}", True), ("${payload.n}", False), ("${1 < 2}", True), ("${'TRUE'}", True),
     ("${payload.none}", False), ("${payload.s}", False)],
)  # fmt: skip
def test_only_the_text_true_holds(
    evaluate: Evaluate, message: Message, source: str, holds: bool
) -> None:
    assert evaluate(source, message, "boolean") is holds


def test_the_whole_payload_is_what_it_is(evaluate: Evaluate, new_message: NewMessage) -> None:
    message = new_message("<order><id>7</id></order>")
    assert evaluate("${payload}", message) == "<order><id>7</id></order>"
    assert evaluate("${payload}", message, "value") is message.payload
    assert evaluate("${payload.order.id + 1}", message) == "8"
    message.replace_json([1, {"a": "b"}])
    assert evaluate("${payload}", message) == '[1,{"a":"b"}]'
    message.replace_text("some text")
    assert evaluate("${payload}", message) == "some text"
    assert evaluate("${payload}", new_message("")) == ""
    assert evaluate("${payload.a}", new_message("")) == ""
    assert evaluate("${payload.a}", new_message("<a>text<b/></a>")) == ""


def test_a_parameter_of_the_running_template_is_read(
    evaluate: Evaluate, new_message: NewMessage
) -> None:
    message = new_message()
    message.functions.append(
        FunctionContext("t", {"p": "5", "late": Deferred(lambda message: "now")})
    )
    assert evaluate("${params.functionParams.p + 1}", message) == "6"
    assert evaluate("${params.functionParams.late}", message) == "now"


def test_what_has_no_value_is_told_without_the_value(
    evaluate: Evaluate, message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    message.variables["password"] = "hunter2"
    with caplog.at_level(logging.WARNING):
        evaluate("${vars.password + 1}", message)
    assert caplog.messages == [
        "The expression ${vars.password + 1} has no value: + needs numbers, not a str"
    ]


def test_configs_registry_and_vault_are_those_of_the_deployment(
    deploy: Callable[..., Configuration],
    new_message: NewMessage,
    evaluate: Evaluate,
    tmp_path: Path,
) -> None:
    vault = Vault.create(tmp_path / "vault", "master", cost=2)
    vault.put("apns.password", "s3cret!")
    files = {
        "registry/governance/a.json": '{"a": [1, 2]}',
        "registry/governance/a.json.properties": "p=value",
    }
    message = new_message(configuration=deploy(files=files, vault=vault))
    assert evaluate("${registry('gov:a.json')}", message) == '{"a": [1, 2]}'
    assert evaluate("${registry('gov:a.json').a[1]}", message) == "2"
    assert evaluate("${registry('gov:a.json').property('p')}", message) == "value"
    assert evaluate("${wso2-vault('apns.password')}", message) == "s3cret!"
    encoded = base64.b64encode(b"s3cret!").decode()
    assert evaluate("${base64encode(wso2-vault('apns.password'))}", message) == encoded
    assert {"s3cret!", encoded} <= message.secrets
    with pytest.raises(MediationError, match="no secret"):
        evaluate("${wso2-vault('unknown')}", message)
