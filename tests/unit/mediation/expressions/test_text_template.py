"""Text with ${…} in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.synapse_expression import SynapseExpression
from apns_connector.mediation.expressions.text_template import compile_template
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("", ""),
        ("plain $5 {x} }", "plain $5 {x} }"),
        ("${vars.a}", "1"),
        ("a ${vars.a} b ${ vars.b } c", "a 1 b two c"),
        ("${vars.a}${vars.b}", "1two"),
        ("${'}' + '{'}!", "}{!"),
        ("[${vars.none}]", "[]"),
        ("${vars.a +\n 1}", "2"),
    ],
)
def test_expressions_in_a_text_are_replaced(
    new_message: NewMessage, template: str, text: str
) -> None:
    message = new_message()
    message.variables.update(a=1, b="two")
    assert compile_template(template, {}).text(message) == text


def test_the_parts_are_there_for_who_wants_to_escape_them() -> None:
    first, expression, last = compile_template('{"a": "${vars.a}"}', {}).parts
    assert (first, last) == ('{"a": "', '"}')
    assert isinstance(expression, SynapseExpression)
    assert expression.source == "${vars.a}"


@pytest.mark.parametrize("template", ["a ${", "a ${vars.a", "a ${nope} b"])
def test_an_expression_that_is_none_is_told_with_its_position(template: str) -> None:
    with pytest.raises(ConfigurationError, match="is not valid at position"):
        compile_template(template, {})
