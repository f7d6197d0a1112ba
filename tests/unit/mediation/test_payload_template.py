"""Formats with arguments and expressions."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.message import Message
from apns_connector.mediation.payload_template import compile_payload_template
from apns_connector.mediation.payload_text import Medium

NewMessage = Callable[..., Message]


def filled(message: Message, text: str, *arguments: str, medium: Medium = Medium.TEXT) -> str:
    return compile_payload_template(text, {}, len(arguments)).fill(message, medium, arguments)


def test_arguments_go_where_their_numbers_are(new_message: NewMessage) -> None:
    arguments = [f"<{number}>" for number in range(1, 12)]
    text = filled(new_message(), "$2-$1-$2-$11", *arguments)
    assert text == "<2>-<1>-<2>-<11>"


def test_an_argument_is_not_looked_through_for_further_places(new_message: NewMessage) -> None:
    assert filled(new_message(), "$1 $2", "$2 ${1+1}", "two") == "$2 ${1+1} two"


@pytest.mark.parametrize("beyond", ["$3", "$0"])
def test_from_a_number_without_argument_on_the_format_stays(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture, beyond: str
) -> None:
    with caplog.at_level(logging.WARNING):
        assert filled(new_message(), f"$1 {beyond} $1 ${{1+1}}", "a", "b") == (
            f"a {beyond} $1 ${{1+1}}"
        )
    assert f"names {beyond}, there are 2 <arg>" in caplog.text


def test_expressions_are_evaluated_and_know_their_quotes(new_message: NewMessage) -> None:
    message = new_message()
    message.replace_json({"name": 'A "B"', "list": [1]})
    text = '{"n": "${payload.name}", "l": ${payload.list}, "s": "${payload.list}", "x": ${1 + 1}}'
    assert filled(message, text, medium=Medium.JSON) == (
        '{"n": "A \\"B\\"", "l": [1], "s": "[1]", "x": 2}'
    )


def test_a_dollar_by_itself_is_one(new_message: NewMessage) -> None:
    assert filled(new_message(), "5 $ or US$ $a") == "5 $ or US$ $a"


def test_a_bad_expression_is_told_with_its_position() -> None:
    with pytest.raises(ConfigurationError, match="position"):
        compile_payload_template("a ${payload.} b", {}, 0)
