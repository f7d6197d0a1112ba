"""Calls of functions in synapse expressions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.mediation.expressions.synapse_access import Constant
from apns_connector.mediation.expressions.synapse_calls import call, xpath_call
from apns_connector.mediation.expressions.synapse_values import EvaluationError
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


def test_an_argument_that_is_null_is_an_error_of_the_function(new_message: NewMessage) -> None:
    with pytest.raises(EvaluationError, match="An argument of toUpper is null"):
        call("toUpper", [Constant(None)])(new_message())


@pytest.mark.parametrize("name", ["toUpper", "base64encode", "urlEncode", "trim"])
def test_what_is_made_of_a_secret_is_one(new_message: NewMessage, name: str) -> None:
    message = new_message()
    message.secrets.add("s3cret ")
    made = call(name, [Constant("s3cret ")])(message)
    assert made in message.secrets


def test_an_xpath_gives_text_inside_an_expression_and_nodes_alone(new_message: NewMessage) -> None:
    message = new_message("<r><a>1</a><a>2</a></r>")
    found = xpath_call([Constant("//a/text()")], {})
    assert found(message) == "12"
    assert found.nodes(message) == ["1", "2"]


def test_an_xpath_in_a_variable_knows_the_prefixes_in_scope(new_message: NewMessage) -> None:
    message = new_message()
    message.variables["v"] = message.envelope
    found = xpath_call(
        [Constant("//s:Body/*"), Constant("v")], {"s": message.soap_version.namespace}
    )
    assert [node.tag for node in found.nodes(message)] == ["request"]
