"""The conditions in a JSONPath filter: ``[?(@.price > 10 && @.kind == 'book')]``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from apns_connector.mediation.expressions.json_path import MISSING

# Of the current item and the root.
Condition = Callable[[Any, Any], bool]
Operand = Callable[[Any, Any], Any]
Comparison = Callable[[Any, Any], bool]


def compared(left: Operand, comparison: Comparison, right: Operand) -> Condition:
    return lambda item, root: comparison(left(item, root), right(item, root))


def exists(operand: Operand) -> Condition:
    """Also of a value that is null or false."""
    return lambda item, root: operand(item, root) is not MISSING


def either(left: Condition, right: Condition) -> Condition:
    return lambda item, root: left(item, root) or right(item, root)


def both(left: Condition, right: Condition) -> Condition:
    return lambda item, root: left(item, root) and right(item, root)


def negated(condition: Condition) -> Condition:
    return lambda item, root: not condition(item, root)


def is_equal(left: Any, right: Any) -> bool:
    """As Jayway sees it: ``5`` equals ``'5'``, what is missing equals nothing."""
    if left is MISSING or right is MISSING:
        return False
    if _is_number(left) and isinstance(right, str):
        return bool(left == _number(right))
    if isinstance(left, str) and _is_number(right):
        return left == str(right)
    return _same(left, right)


def _same(left: Any, right: Any) -> bool:
    # Python holds True to be 1.
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _is_less(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return _is_number(left) and _is_number(right) and bool(left < right)


def _is_at_most(left: Any, right: Any) -> bool:
    return _is_less(left, right) or (
        _is_number(left) == _is_number(right) and is_equal(left, right)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _matches(text: Any, pattern: Any) -> bool:
    """The whole text, as Java's ``matches``."""
    return (
        isinstance(text, str) and isinstance(pattern, re.Pattern) and bool(pattern.fullmatch(text))
    )


def _is_in(value: Any, values: Any) -> bool:
    return isinstance(values, list) and any(is_equal(value, one) for one in values)


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    return _is_in(part, whole)


def _has_size(value: Any, size: Any) -> bool:
    return isinstance(value, str | list) and is_equal(len(value), size)


def _is_empty(value: Any, wanted: Any) -> bool:
    return isinstance(value, str | list | dict) and (not value) is wanted


def _is_subset(values: Any, whole: Any) -> bool:
    return isinstance(values, list) and all(_is_in(value, whole) for value in values)


def _has_any(values: Any, wanted: Any) -> bool:
    return isinstance(values, list) and any(_is_in(value, wanted) for value in values)


def _has_none(values: Any, unwanted: Any) -> bool:
    return isinstance(values, list) and not _has_any(values, unwanted)


COMPARISONS: dict[str, Comparison] = {
    "==": is_equal,
    "===": _same,
    "!=": lambda left, right: not is_equal(left, right),
    "!==": lambda left, right: not _same(left, right),
    "<": _is_less,
    "<=": _is_at_most,
    ">": lambda left, right: _is_less(right, left),
    ">=": lambda left, right: _is_at_most(right, left),
    "=~": _matches,
    "in": _is_in,
    "nin": lambda value, values: not _is_in(value, values),
    "contains": _contains,
    "size": _has_size,
    "empty": _is_empty,
    "subsetof": _is_subset,
    "anyof": _has_any,
    "noneof": _has_none,
}
