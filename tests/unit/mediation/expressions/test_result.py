"""Results of XPath as text, truth and parameter."""

from __future__ import annotations

import math

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.expressions.result import (
    as_boolean,
    as_parameter,
    as_text,
    java_double,
    xpath_string,
)


def element(source: str) -> xml.Element:
    return xml.parse(source.encode())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<a> x </a>", "x"),
        ("<a>x<b>y</b>z</a>", "xz"),
        ("<a><b>y</b></a>", "<a><b>y</b></a>"),
        ("<a>\u00a0 <b/></a>", "<a>\u00a0 <b/></a>"),
        ("<a/>", "<a/>"),
    ],
)
def test_an_element_gives_its_direct_text_or_itself_when_that_is_blank(
    source: str, text: str
) -> None:
    assert as_text([element(source)]) == text
    assert as_text(element(source)) == text


def test_several_nodes_are_joined_and_elements_among_them_are_xml() -> None:
    assert as_text(["a", "b"]) == "ab"
    assert as_text([element("<a>x</a>"), "y", element("<b/>")]) == "<a>x</a>y<b/>"


@pytest.mark.parametrize(
    ("result", "text"),
    [(None, None), ("", ""), ("x", "x"), ([], ""), (True, "true"), (3.0, "3.0"), (5, "5")],
)
def test_other_results_as_text(result: object, text: str | None) -> None:
    assert as_text(result) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3.0, "3.0"),
        (0.0, "0.0"),
        (-1.5, "-1.5"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (1e10, "1.0E10"),
        (12345678.9, "1.23456789E7"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_numbers_print_as_in_java(number: float, text: str) -> None:
    assert java_double(number) == text


@pytest.mark.parametrize(
    ("result", "truth"),
    [
        (None, False),
        ([], False),
        (["x"], True),
        ("", False),
        ("false", True),
        (0.0, False),
        (math.nan, False),
        (2.0, True),
        (element("<empty/>"), True),
    ],
)
def test_truth(result: object, truth: bool) -> None:
    assert as_boolean(result) is truth


def test_a_parameter_is_the_first_node_and_none_when_there_is_none() -> None:
    first = element("<a/>")
    assert as_parameter([first, element("<b/>")]) is first
    assert as_parameter([]) is None
    assert as_parameter(3.0) == "3.0"
    assert as_parameter(True) == "true"
    assert as_parameter("x") == "x"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ([], ""),
        (["x", "y"], "x"),
        ([element("<a>x<b>y</b></a>")], "xy"),
        (3.0, "3"),
        (1.5, "1.5"),
        (True, "true"),
        (7, "7"),
    ],
)
def test_arguments_of_functions_follow_the_string_function_of_xpath(
    value: object, text: str
) -> None:
    assert xpath_string(value) == text


def test_elements_inside_each_other_do_not_become_text_without_end() -> None:
    nested = xml.parse(b"<x>" * 150 + b"y" * 100_000 + b"</x>" * 150)
    with pytest.raises(MediationError, match="150 nodes are more text than 4000000 characters"):
        as_text(list(nested.iter()))
