"""The functions of synapse expressions."""

from __future__ import annotations

import time
from typing import Any

import pytest

from apns_connector.mediation.expressions.synapse_functions import FUNCTIONS
from apns_connector.mediation.expressions.synapse_values import EvaluationError
from apns_connector.mediation.json_value import ExactFloat, JsonArray


def call(name: str, *arguments: Any) -> Any:
    function, counts = FUNCTIONS[name]
    assert len(arguments) in counts
    return function(*arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("length", ["abc"], 3), ("length", [JsonArray([1, 2])], 2),
        ("toUpper", ["aB"], "AB"), ("toLower", ["aB"], "ab"), ("trim", [" a\n"], "a"),
        ("subString", ["hello", 1, 3], "el"), ("subString", ["hello", 2], "llo"),
        ("replace", ["a.b.c", ".", "-"], "a-b-c"),
        ("split", ["a,b,,", ","], ["a", "b"]), ("split", ["a b,c", "[, ]"], ["a", "b", "c"]),
        ("split", ["", ","], [""]),
        ("startsWith", ["abc", "ab"], True), ("endsWith", ["abc", "ab"], False),
        ("contains", ["abc", "b"], True), ("indexOf", ["abcb", "b"], 1),
        ("indexOf", ["abcb", "b", 2], 3), ("indexOf", ["abc", "x"], -1),
        ("charAt", ["abc", 1], "b"),
        ("abs", [-5], 5), ("abs", [-1.5], 1.5), ("floor", [1.7], 1.0), ("floor", [2], 2),
        ("ceil", [1.2], 2.0), ("ceil", [2], 2), ("round", [2.5], 3), ("round", [-2.5], -2),
        ("round", [2.345, 2], 2.35), ("round", [7], 7), ("round", [7, 2], 7), ("sqrt", [9], 3.0),
        ("log", [100], 2.0), ("log", [8, 2], 3.0), ("pow", [2, 10], 1024.0),
        ("string", [5], "5"), ("string", [ExactFloat("1.10")], "1.10"), ("integer", ["12"], 12),
        ("integer", [5], 5), ("float", ["1.5"], 1.5), ("float", [2], 2.0),
        ("boolean", ["TRUE"], True), ("boolean", ["x"], False), ("boolean", [True], True),
        ("object", ['{"a":1}'], {"a": 1}), ("object", [{"a": 1}], {"a": 1}),
        ("array", ["[1]"], [1]), ("array", [JsonArray([1])], [1]), ("not", [True], False),
        ("isString", ["x"], True), ("isString", [5], False), ("isNumber", [5], True),
        ("isNumber", [True], False), ("isObject", [{"a": 1}], True), ("isObject", ["{}"], True),
        ("isObject", ["x"], False), ("isArray", [JsonArray()], True), ("isArray", ["{}"], False),
        ("base64encode", ["h\u00ef"], "aMOv"), ("base64encode", ["h\u00ef", "ISO-8859-1"], "aO8="),
        ("base64decode", ["aMOv"], "h\u00ef"), ("urlEncode", ["a b*~+/"], "a%20b%2A%7E%2B%2F"),
        ("urlEncode", ["\u00e4", "ISO-8859-1"], "%E4"), ("urlDecode", ["a%20b+c"], "a b c"),
        ("formatDateTime", ["2024-01-31", "yyyy-MM-dd", "dd MMM yyyy"], "31 Jan 2024"),
        ("formatDateTime", ["07:05", "HH:mm", "h:mm a"], "7:05 AM"),
    ],
)  # fmt: skip
def test_a_function(name: str, arguments: list[Any], result: Any) -> None:
    found = call(name, *arguments)
    assert found == result
    assert isinstance(found, type(result))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("length", [5]), ("toUpper", [5]), ("subString", ["abc", 2, 1]), ("subString", ["a", 5]),
        ("subString", ["abc", -1]), ("charAt", ["a", 1]), ("charAt", ["a", -1]),
        ("split", ["a", "("]), ("indexOf", ["a", 1]), ("abs", ["1"]), ("sqrt", [-1]), ("log", [0]),
        ("log", [2, 1]), ("pow", [10, 1000]), ("integer", ["1.5"]), ("float", ["x"]),
        ("object", ["[1]"]), ("object", ["{"]), ("array", ["{}"]), ("array", [5]),
        ("not", ["true"]),
        ("base64decode", ["***"]), ("base64decode", ["/w=="]), ("base64encode", ["a", "nonsense"]),
        ("urlEncode", ["\u20ac", "us-ascii"]), ("formatDateTime", [0, "Q"]),
        ("formatDateTime", ["x", "yyyy"]), ("formatDateTime", ["2024", "yyyy", "Q"]),
        ("formatDateTime", [10**20, "yyyy"]), ("round", [1.5, "2"]),
    ],
)  # fmt: skip
def test_a_function_without_a_result_is_an_error(name: str, arguments: list[Any]) -> None:
    with pytest.raises(EvaluationError):
        call(name, *arguments)


def test_now_is_the_time_in_milliseconds() -> None:
    before = time.time() * 1000
    assert before - 1 <= call("now") <= time.time() * 1000


def test_milliseconds_are_written_as_a_date_of_this_place() -> None:
    assert call("formatDateTime", 1_000_000_000_000, "yyyy") == "2001"
