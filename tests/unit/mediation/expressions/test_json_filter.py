"""The conditions in a JSONPath filter."""

from __future__ import annotations

import re
from typing import Any

import pytest

from apns_connector.mediation.expressions.json_filter import (
    COMPARISONS,
    both,
    compared,
    either,
    exists,
    negated,
)
from apns_connector.mediation.expressions.json_path import MISSING


@pytest.mark.parametrize(
    ("left", "sign", "right"),
    [
        (5, "==", 5.0), (5, "==", "5"), ("5", "==", 5), ("a", "==", "a"), (None, "==", None),
        (True, "==", True), ([1], "==", [1]), (5, "===", 5), (5, "!=", 6), (1, "!=", True),
        (MISSING, "!=", 5), ("5", "!==", 5), (1, "<", 2), ("a", "<", "b"), (2, "<=", 2),
        ("b", "<=", "b"), (2.5, ">", 2), ("b", ">=", "a"), ("abc", "=~", re.compile("a.c")),
        (1, "in", [2, 1]), (1, "nin", [2]), ([1, 2], "contains", 2), ("abc", "contains", "b"),
        ([1, 2], "size", 2), ("ab", "size", 2), ([], "empty", True), ("x", "empty", False),
        ({}, "empty", True), ([1], "subsetof", [1, 2]), ([1, 3], "anyof", [3]),
        ([1], "noneof", [3]),
    ],
)  # fmt: skip
def test_a_comparison_holds(left: Any, sign: str, right: Any) -> None:
    assert COMPARISONS[sign](left, right) is True


@pytest.mark.parametrize(
    ("left", "sign", "right"),
    [
        (5, "==", "x"), (1, "==", True), (MISSING, "==", MISSING), (MISSING, "==", None),
        ("5", "===", 5), (5, "!=", 5), (2, "<", 1), (1, "<", "2"), (None, "<", 1), (True, "<", 2),
        (MISSING, "<=", 1), (None, "<=", 1), ("a", ">", "b"), (1, ">=", 2),
        ("xabc", "=~", re.compile("a.c")), (5, "=~", re.compile("5")), (1, "in", 1),
        (1, "nin", [1]), ("abc", "contains", 5), (5, "contains", 5), ({"a": 1}, "size", 1),
        ([1], "empty", True), (None, "empty", True), (5, "subsetof", [5]), ([1], "anyof", [3]),
        (5, "noneof", [3]), ([3], "noneof", [3]),
    ],
)  # fmt: skip
def test_a_comparison_does_not_hold(left: Any, sign: str, right: Any) -> None:
    assert COMPARISONS[sign](left, right) is False


def test_conditions_are_put_together() -> None:
    is_item = compared(lambda item, root: item, COMPARISONS["=="], lambda item, root: 1)
    is_root = compared(lambda item, root: root, COMPARISONS["=="], lambda item, root: 1)
    assert (is_item(1, 2), is_item(2, 1), is_root(2, 1)) == (True, False, True)
    assert (both(is_item, is_root)(1, 1), both(is_item, is_root)(1, 2)) == (True, False)
    assert (either(is_item, is_root)(2, 1), either(is_item, is_root)(2, 2)) == (True, False)
    assert negated(is_item)(2, 2)


def test_what_is_null_exists_and_what_is_missing_does_not() -> None:
    assert exists(lambda item, root: item)(None, 0)
    assert not exists(lambda item, root: item)(MISSING, 0)
