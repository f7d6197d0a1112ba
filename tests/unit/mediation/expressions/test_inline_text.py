"""Inline text with expressions in braces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.inline_text import compile_inline
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


@pytest.fixture
def message(new_message: NewMessage) -> Message:
    message = new_message()
    for name, value in {"t": 'a "b" <c>', "n": "17", "j": '{"a":1}', "x": "<a/>"}.items():
        message.properties.set(name, value)
    return message


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('{"a": {$ctx:t}}', '{"a": "a \\"b\\" <c>"}'),
        ('{"a": "{$ctx:t}"}', '{"a": "a \\"b\\" <c>"}'),
        ('{"a": {$ctx:n}, "b": "{$ctx:n}"}', '{"a": 17, "b": "17"}'),
        ('{"a": {$ctx:j}}', '{"a": {"a":1}}'),
        ('{"a": {$ctx:none}}', '{"a": ""}'),
        ('{"a": "${props.synapse.t}"}', '{"a": "a \\"b\\" <c>"}'),
        ('{"a": ${props.synapse.n}}', '{"a": 17}'),
        ("{$ctx:n}", "17"),
        ('{ "a": { "b": 1 } }', '{ "a": { "b": 1 } }'),
    ],
)
def test_in_json_a_text_gets_quotes_unless_it_has_them(
    message: Message, text: str, written: str
) -> None:
    assert compile_inline(text, {}).in_json(message) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<r>{$ctx:t}</r>", '<r>a "b" &lt;c&gt;</r>'),
        ("<r>{$ctx:x}</r>", "<r><a/></r>"),
        ("<r>{$ctx:none}</r>", "<r></r>"),
        ("<r>${props.synapse.n}</r>", "<r>17</r>"),
    ],
)
def test_in_xml_a_text_is_escaped_and_xml_put_in(message: Message, text: str, written: str) -> None:
    assert compile_inline(text, {}).in_xml(message) == written


@pytest.mark.parametrize("text", ["", "plain", '{"a": {"b": [1]}}', "{ }", "<a>{}</a>"])
def test_a_text_without_expressions_is_static(message: Message, text: str) -> None:
    inline: Any = compile_inline(text, {})
    assert inline.is_static
    assert inline.in_json(message) == inline.in_xml(message) == text


@pytest.mark.parametrize("text", ["{//[}", "${payload.}"])
def test_a_bad_expression_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError):
        compile_inline(text, {})
