"""Parameters are read from apns.* properties with the rules of the original connector."""

from __future__ import annotations

import pytest
from lxml import etree

from apns_connector.operations.failure import OperationError
from apns_connector.operations.parameters import optional, required, text, whole_number


def test_a_property_that_was_never_set_is_none(message):
    assert text(message(), "alert") is None


def test_text_is_taken_as_it_is_white_space_included(message):
    assert text(message(alert=" Hi "), "alert") == " Hi "


def test_a_number_is_as_good_as_text(message):
    assert text(message(alert=3.0), "alert") == "3.0"


@pytest.mark.parametrize("value", [etree.fromstring("<a/>"), True, [1]])
def test_anything_else_is_refused(message, value):
    with pytest.raises(OperationError) as caught:
        text(message(alert=value), "alert")
    assert (caught.value.code, str(caught.value)) == (
        "APNS_000001",
        "Property <apns.alert> is not a String.",
    )


def test_a_required_parameter_that_is_absent_is_a_failure(message):
    with pytest.raises(OperationError, match=r"Mandatory property apns\.destination is missing\."):
        required(message(), "destination")


def test_an_empty_required_parameter_is_handed_on_to_its_own_check(message):
    assert required(message(destination=""), "destination") == ""


@pytest.mark.parametrize(("value", "expected"), [(None, None), ("", None), ("x", "x")])
def test_an_optional_parameter_is_absent_when_nothing_was_found(message, value, expected):
    assert optional(message(alert=value), "alert") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, 0), ("", 0), ("  ", 0), ("5", 5), (" 5 ", 5), ("+5", 5), ("-1", -1), ("007", 7),
        ("3.0", 3), (3.0, 3), (7, 7), ("2147483647", 2147483647),
    ],
)  # fmt: skip
def test_a_whole_number_is_understood(message, value, expected):
    assert whole_number(message(badge=value), "badge", default=0) == expected


@pytest.mark.parametrize("value", ["x", "1.5", "2147483648", "1 2", "٣", "1e3", "0x1"])
def test_what_is_no_whole_number_of_32_bits_is_refused(message, value):
    with pytest.raises(OperationError, match=r"Property <apns\.badge> is not an integer") as caught:
        whole_number(message(badge=value), "badge", default=0)
    assert caught.value.code == "APNS_000001"
