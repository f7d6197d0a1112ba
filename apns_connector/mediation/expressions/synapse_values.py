"""Values of synapse expressions: what they are as text, and their operators.

As in the Micro Integrator (BinaryOperationNode): comparing orders numbers only, equality is that of
the texts, ``+`` joins texts as well, ``and`` and ``or`` take booleans and evaluate both sides.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Context
from typing import Any

from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.expressions.result import as_text, java_double
from apns_connector.mediation.json_payload import json_text
from apns_connector.mediation.json_value import ExactFloat, JsonArray, read_number
from apns_connector.mediation.json_xml import scalar_text

_DECIMAL = Context(prec=60)
_CANONICAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)


class EvaluationError(MediationError):
    """A synapse expression has no value for this message; most flows see null instead."""


def text_of(value: Any) -> str:
    """A value as text; objects and arrays as JSON, XML as it is written."""
    match value:
        case JsonArray() | dict():
            return json_text(value)
        case list():
            return as_text(value) or ""
        case etree._Element():
            return xml.text_of(value)
        case float() if not isinstance(value, ExactFloat):
            return java_double(value)
    return scalar_text(value)


def from_text(text: Any) -> Any:
    """The value of a property or header: a number when it is written like one.

    The Micro Integrator makes a number of ``007`` as well, and would print ``7``; whatever a number
    does not print exactly stays text here, so that tokens and ids keep their digits.
    """
    if not isinstance(text, str):
        return text
    if _CANONICAL.fullmatch(text):
        return int(text)
    number = read_number(text)
    return text if number is None else number


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_number(value: Any, what: str) -> Any:
    if not is_number(value):
        raise EvaluationError(f"{what} needs numbers, not {_shown(value)}")
    return value


def as_boolean(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError(f"{what} needs true or false, not {_shown(value)}")
    return value


def as_string(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise EvaluationError(f"{what} needs a text, not {_shown(value)}")
    return value


def as_integer(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise EvaluationError(f"{what} needs a whole number, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    """The kind of a value only: the value itself may be a secret."""
    return "null" if value is None else f"a {type(value).__name__}"


def is_equal(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    return text_of(left) == text_of(right)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    a, b = as_number(left, "+"), as_number(right, "+")
    return a + b if _whole(a, b) else float(_DECIMAL.add(_exact(a), _exact(b)))


def _subtract(left: Any, right: Any) -> Any:
    a, b = as_number(left, "-"), as_number(right, "-")
    return a - b if _whole(a, b) else float(_DECIMAL.subtract(_exact(a), _exact(b)))


def _multiply(left: Any, right: Any) -> Any:
    a, b = as_number(left, "*"), as_number(right, "*")
    return a * b if _whole(a, b) else float(_DECIMAL.multiply(_exact(a), _exact(b)))


def _divide(left: Any, right: Any) -> Any:
    a, b = as_number(left, "/"), as_number(right, "/")
    if b == 0:
        raise EvaluationError("Division by zero")
    return a // b if _whole(a, b) and a % b == 0 else a / b


def _modulo(left: Any, right: Any) -> Any:
    """The remainder has the sign of the left side, as in Java."""
    a, b = as_number(left, "%"), as_number(right, "%")
    if b == 0:
        raise EvaluationError("Modulo by zero")
    return int(math.copysign(abs(a) % abs(b), a)) if _whole(a, b) else math.fmod(a, b)


def _whole(*numbers: Any) -> bool:
    return all(isinstance(number, int) for number in numbers)


def _exact(number: Any) -> Any:
    """A decimal, so that 0.1 + 0.2 is 0.3."""
    return _DECIMAL.create_decimal(str(number))


def _ordered(compare: Callable[[Any, Any], bool], sign: str) -> Callable[[Any, Any], bool]:
    return lambda left, right: compare(as_number(left, sign), as_number(right, sign))


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _modulo,
    "==": is_equal,
    "!=": lambda left, right: not is_equal(left, right),
    "<": _ordered(lambda left, right: left < right, "<"),
    "<=": _ordered(lambda left, right: left <= right, "<="),
    ">": _ordered(lambda left, right: left > right, ">"),
    ">=": _ordered(lambda left, right: left >= right, ">="),
    "and": lambda left, right: as_boolean(left, "and") & as_boolean(right, "and"),
    "or": lambda left, right: as_boolean(left, "or") | as_boolean(right, "or"),
}
