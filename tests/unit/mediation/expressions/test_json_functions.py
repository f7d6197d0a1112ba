"""The functions at the end of a JSONPath."""

from __future__ import annotations

from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.json_functions import FUNCTIONS
from apns_connector.mediation.expressions.json_path import MISSING


@pytest.mark.parametrize(
    ("name", "value", "result"),
    [
        ("length", [1, 2], 2),
        ("size", {"a": 1}, 1),
        ("length", "text", None),
        ("keys", {"a": 1, "b": 2}, ["a", "b"]),
        ("keys", [1], None),
        ("min", [3, 1.5, "x"], 1.5),
        ("max", [3, 1], 3.0),
        ("sum", [3, 1], 4.0),
        ("avg", [3, 1], 2.0),
        ("stddev", [2, 4], 1.0),
        ("first", [3, 1], 3),
        ("last", [3, 1], 1),
        ("first", [], MISSING),
    ],
)
def test_a_function_of_what_a_path_leads_to(name: str, value: Any, result: Any) -> None:
    assert FUNCTIONS[name](value) == result


@pytest.mark.parametrize("value", [[], ["x"], {"a": 1}, 5])
def test_what_counts_needs_numbers(value: Any) -> None:
    with pytest.raises(MediationError, match="array of numbers"):
        FUNCTIONS["sum"](value)
