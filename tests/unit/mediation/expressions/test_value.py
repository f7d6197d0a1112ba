"""Values of parameters and keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.value import parse_value
from apns_connector.mediation.expressions.variables import Deferred
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


def test_empty_text_is_no_value() -> None:
    assert parse_value("", {}) is None


@pytest.mark.parametrize("text", ["plain", "  spaced  ", " {$ctx:x} ", "{$ctx:x", "\n{$ctx:x}\n"])
def test_text_without_braces_at_its_very_ends_is_static(new_message: NewMessage, text: str) -> None:
    value = parse_value(text, {})
    assert value is not None
    assert value.parameter(new_message()) == text
    assert value.text(new_message()) == text


def test_braces_hold_an_expression(new_message: NewMessage) -> None:
    message = new_message("<r><x>1</x></r>")
    value = parse_value("{//x/text()}", {})
    assert value is not None
    assert value.parameter(message) == "1"
    assert value.text(message) == "1"


def test_double_braces_keep_the_expression_until_it_is_read(new_message: NewMessage) -> None:
    message = new_message()
    value = parse_value(" {{$ctx:x}} ", {})
    assert value is not None
    kept = value.parameter(message)
    assert isinstance(kept, Deferred)
    message.properties.set("x", "later")
    assert kept.evaluate(message) == "later"
    assert value.text(message) == "later"


def test_an_expression_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ConfigurationError):
        parse_value("{//b:x}", {})
