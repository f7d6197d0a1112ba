"""Values and operators of synapse expressions."""

from __future__ import annotations

from typing import Any

import pytest

from apns_connector.mediation import xml
from apns_connector.mediation.expressions.synapse_values import (
    OPERATORS,
    EvaluationError,
    as_boolean,
    as_integer,
    as_number,
    as_string,
    from_text,
    text_of,
)
from apns_connector.mediation.json_value import ExactFloat, JsonArray


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"), (5, "5"), (True, "true"), (1.5, "1.5"), (3.0, "3.0"), (1e10, "1.0E10"),
        (ExactFloat("1.10"), "1.10"), ({"a": [1]}, '{"a":[1]}'), (JsonArray(["a"]), '["a"]'),
        (xml.parse(b"<a><b>1</b></a>"), "<a><b>1</b></a>"), ([xml.parse(b"<b>1</b>")], "1"),
        ([], ""),
    ],
)  # fmt: skip
def test_a_value_as_text(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5), ("-12", -12), ("0", 0), ("1.5", 1.5), ("007", "007"), ("+5", "+5"), ("x", "x"),
        ("", ""), ("1e5", 1e5), ("12345678901234567890123", 12345678901234567890123),
    ],
)  # fmt: skip
def test_a_property_that_is_written_like_a_number_is_one(text: str, value: Any) -> None:
    read = from_text(text)
    assert read == value
    assert text_of(read) == text


def test_what_is_no_text_stays_what_it_is() -> None:
    assert from_text(True) is True


@pytest.mark.parametrize(
    ("left", "sign", "right", "result"),
    [
        (1, "+", 2, 3), (0.1, "+", 0.2, 0.3), ("a", "+", "b", "ab"), (1, "+", 0.5, 1.5),
        (1, "-", 2, -1), (0.3, "-", 0.1, 0.2), (2, "*", 3, 6), (0.1, "*", 3, 0.3),
        (7, "/", 2, 3.5), (6, "/", 2, 3), (1.0, "/", 4, 0.25), (7, "%", 3, 1), (-7, "%", 3, -1),
        (7.5, "%", 2, 1.5), (2**60, "+", 1, 2**60 + 1), (2**70 + 1, "%", 2, 1),
        (5, "==", "5", True), (5, "==", 5.0, False), ("a", "!=", "b", True),
        (None, "==", None, True), (None, "==", 1, False), (None, "!=", 1, True),
        (None, "!=", None, False), (True, "==", "true", True),
        (1, "<", 2, True), (2, "<=", 2, True), (1.5, ">", 2, False), (2, ">=", 2.0, True),
        (True, "and", False, False), (True, "and", True, True), (False, "or", True, True),
    ],
)  # fmt: skip
def test_an_operator(left: Any, sign: str, right: Any, result: Any) -> None:
    found = OPERATORS[sign](left, right)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("left", "sign", "right"),
    [
        ("1", "+", 2), (1, "-", "2"), (None, "+", 1), (True, "*", 2), (1, "/", 0), (1, "%", 0),
        ("a", "<", "b"), (None, ">", 1), (1, "and", True), (True, "or", "x"), (False, "and", None),
    ],
)  # fmt: skip
def test_an_operator_without_a_result_is_an_error(left: Any, sign: str, right: Any) -> None:
    with pytest.raises(EvaluationError):
        OPERATORS[sign](left, right)


@pytest.mark.parametrize(
    ("read", "value"), [(as_number, "1"), (as_boolean, 1), (as_string, 5), (as_integer, 1.0)]
)
def test_an_error_tells_the_kind_of_a_value_and_never_the_value(read: Any, value: Any) -> None:
    with pytest.raises(EvaluationError, match=f"what needs .* not a {type(value).__name__}$"):
        read(value, "what")
    with pytest.raises(EvaluationError, match=r"not null$"):
        read(None, "what")
