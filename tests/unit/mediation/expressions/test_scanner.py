"""Reading a text sign by sign."""

from __future__ import annotations

import re

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.scanner import Scanner


def test_what_comes_next_is_passed_when_it_is_taken() -> None:
    scanner = Scanner("ab  c", "text")
    assert (scanner.peek(), scanner.take("x"), scanner.take("ab")) == ("a", False, True)
    scanner.skip_space()
    assert scanner.match(re.compile("[a-z]")) is not None
    assert scanner.at_end
    assert scanner.peek() == ""
    assert scanner.match(re.compile("[a-z]")) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("'a b'", "a b"),
        ('"a"', "a"),
        ("''", ""),
        (r"'it\'s'", "it's"),
        (r'"\n\t\u0041\\"', "\n\tA\\"),
    ],
)
def test_a_text_in_quotes_has_its_escapes_undone(text: str, meant: str) -> None:
    assert Scanner(text, "text").quoted() == meant


def test_what_is_wrong_is_told_with_its_position() -> None:
    scanner = Scanner("ab 'open", "language")
    scanner.take("ab")
    with pytest.raises(ConfigurationError, match=r"the language ab 'open .* position 4: ',' is"):
        scanner.expect(",")
    with pytest.raises(ConfigurationError, match="position 4: a text in quotes is expected"):
        scanner.quoted()
