"""Numbers as they are written."""

from __future__ import annotations

import pickle
from copy import deepcopy

import pytest

from apns_connector.mediation.json_value import ExactFloat, JsonArray, as_property, read_number


@pytest.mark.parametrize("text", ["1.10", "1e400", "-0.0", "1E5", "0.1000000000000000055"])
def test_a_float_keeps_its_text(text: str) -> None:
    number = ExactFloat(text)
    assert number == float(text)
    assert str(number) == repr(number) == f"{number}" == text
    for copy in (deepcopy(number), pickle.loads(pickle.dumps(number))):  # noqa: S301 - our own
        assert copy.text == text


def test_what_is_computed_from_it_is_a_plain_float() -> None:
    assert type(ExactFloat("1.10") + 1) is float


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-12", -12),
        ("1.50", 1.5),
        ("1e2", 100.0),
        ("12345678901234567890123", 12345678901234567890123),
    ],
)
def test_a_number_is_read_in_the_form_of_json(text: str, number: float) -> None:
    read = read_number(text)
    assert read == number
    assert type(read) is (int if isinstance(number, int) else ExactFloat)


@pytest.mark.parametrize(
    "text", ["", "007", "+1", ".5", "5.", "1e", "0x1", "1_0", " 1", "NaN", "\u0661"]
)
def test_any_other_text_is_no_number(text: str) -> None:
    assert read_number(text) is None


def test_a_number_too_long_for_an_integer_keeps_its_digits() -> None:
    digits = "9" * 5000
    assert str(read_number(digits)) == digits
    assert str(read_number("-0")) == "-0"


def test_an_array_in_a_property_is_told_from_a_list_of_nodes() -> None:
    assert type(as_property([1])) is JsonArray
    assert as_property({"a": 1}) == {"a": 1}
    assert as_property("x") == "x"
