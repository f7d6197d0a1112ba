"""The functions of synapse expressions: ``toUpper(…)``, ``length(…)``, … (PredefinedFunctionNode).

Each is given values, none of them null, and raises EvaluationError for those it cannot use. What
needs the message (``exists``, ``xpath``, ``registry``, the vault) is in ``synapse_parser``.
"""

from __future__ import annotations

import base64
import math
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import quote, unquote_plus

from apns_connector.errors import JsonError, MediationError
from apns_connector.mediation.expressions.dates import format_date, parse_date
from apns_connector.mediation.expressions.synapse_values import (
    EvaluationError,
    as_boolean,
    as_integer,
    as_number,
    as_string,
    is_number,
    text_of,
)
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.json_value import JsonArray, as_property

Function = Callable[..., Any]


def _length(value: Any) -> int:
    if isinstance(value, str | list):
        return len(value)
    raise EvaluationError("length needs a text or an array")


def _sub_string(text: Any, start: Any, end: Any = None) -> str:
    whole, first = as_string(text, "subString"), as_integer(start, "subString")
    last = len(whole) if end is None else as_integer(end, "subString")
    if not 0 <= first <= last <= len(whole):
        raise EvaluationError(f"subString from {first} to {last} of {len(whole)} characters")
    return whole[first:last]


def _char_at(text: Any, index: Any) -> str:
    whole, position = as_string(text, "charAt"), as_integer(index, "charAt")
    if not 0 <= position < len(whole):
        raise EvaluationError(f"charAt {position} of {len(whole)} characters")
    return whole[position]


def _split(text: Any, pattern: Any) -> JsonArray:
    """Java's ``split``: by regular expression, empty parts at the end left out."""
    try:
        parts = re.split(as_string(pattern, "split"), as_string(text, "split"), flags=re.ASCII)
    except re.error as error:
        raise EvaluationError(f"split: the regular expression is not valid: {error}") from error
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return JsonArray(parts)


def _index_of(text: Any, part: Any, start: Any = 0) -> int:
    first = max(0, as_integer(start, "indexOf"))
    return as_string(text, "indexOf").find(as_string(part, "indexOf"), first)


def _round(value: Any, places: Any = None) -> Any:
    number = as_number(value, "round")
    if isinstance(number, int):
        return number
    if places is None:
        return math.floor(number + 0.5)
    unit = Decimal(1).scaleb(-as_integer(places, "round"))
    return float(Decimal(str(number)).quantize(unit, ROUND_HALF_UP))


def _log(value: Any, base: Any = 10) -> float:
    return _finite(math.log, as_number(value, "log"), as_number(base, "log"))


def _finite(compute: Callable[..., float], *numbers: Any) -> float:
    try:
        return float(compute(*numbers))
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise EvaluationError(f"{compute.__name__} has no result for its arguments") from error


def _floor(value: Any) -> Any:
    number = as_number(value, "floor")
    return number if isinstance(number, int) else float(math.floor(number))


def _ceil(value: Any) -> Any:
    number = as_number(value, "ceil")
    return number if isinstance(number, int) else float(math.ceil(number))


def _encode(text: Any, charset: Any = "UTF-8") -> str:
    return base64.b64encode(_bytes(text, charset, "base64encode")).decode()


def _decode(text: Any) -> str:
    try:
        return base64.b64decode(as_string(text, "base64decode"), validate=True).decode()
    except ValueError as error:
        raise EvaluationError("base64decode: the argument is no base64 of UTF-8") from error


def _url_encode(text: Any, charset: Any = "UTF-8") -> str:
    return quote(_bytes(text, charset, "urlEncode"), safe="-._").replace("~", "%7E")


def _bytes(text: Any, charset: Any, function: str) -> bytes:
    try:
        return as_string(text, function).encode(as_string(charset, function))
    except (LookupError, UnicodeError) as error:
        raise EvaluationError(f"{function}: the text has no form in that charset") from error


def _integer(value: Any) -> int:
    try:
        return value if isinstance(value, int) else int(text_of(value))
    except ValueError as error:
        raise EvaluationError("integer: the argument is no whole number") from error


def _float(value: Any) -> float:
    try:
        return float(value) if is_number(value) else float(text_of(value))
    except ValueError as error:
        raise EvaluationError("float: the argument is no number") from error


def _parsed(value: Any) -> Any:
    """JSON in a text; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return as_property(read_json(value.encode()))
    except JsonError:
        return None


def _object(value: Any) -> dict[str, Any]:
    found = _parsed(value)
    if isinstance(found, dict):
        return found
    raise EvaluationError("object: the argument is no JSON object")


def _array(value: Any) -> JsonArray:
    found = _parsed(value)
    if isinstance(found, list):
        return JsonArray(found)
    raise EvaluationError("array: the argument is no JSON array")


def _format_date_time(value: Any, pattern: Any, target: Any = None) -> str:
    """Milliseconds since 1970 and a pattern; or a text, the pattern it has, and a new one."""
    try:
        if target is None:
            seconds = as_number(value, "formatDateTime") / 1000
            moment = datetime.fromtimestamp(seconds, UTC).astimezone()
            return format_date(moment, as_string(pattern, "formatDateTime"))
        text, old = as_string(value, "formatDateTime"), as_string(pattern, "formatDateTime")
        return format_date(parse_date(text, old), as_string(target, "formatDateTime"))
    except (MediationError, ValueError, OverflowError, OSError) as error:
        raise EvaluationError(f"formatDateTime: {error}") from error


def _text(function: Callable[[str], Any], name: str) -> Function:
    return lambda value: function(as_string(value, name))


def _texts(function: Callable[..., Any], name: str) -> Function:
    return lambda *values: function(*(as_string(value, name) for value in values))


# With the number of arguments that each may have.
FUNCTIONS: dict[str, tuple[Function, range]] = {
    "now": (lambda: int(time.time() * 1000), range(1)),
    "length": (_length, range(1, 2)),
    "toUpper": (_text(str.upper, "toUpper"), range(1, 2)),
    "toLower": (_text(str.lower, "toLower"), range(1, 2)),
    "trim": (_text(str.strip, "trim"), range(1, 2)),
    "subString": (_sub_string, range(2, 4)),
    "replace": (_texts(str.replace, "replace"), range(3, 4)),
    "split": (_split, range(2, 3)),
    "startsWith": (_texts(str.startswith, "startsWith"), range(2, 3)),
    "endsWith": (_texts(str.endswith, "endsWith"), range(2, 3)),
    "contains": (_texts(str.__contains__, "contains"), range(2, 3)),
    "indexOf": (_index_of, range(2, 4)),
    "charAt": (_char_at, range(2, 3)),
    "abs": (lambda value: abs(as_number(value, "abs")), range(1, 2)),
    "floor": (_floor, range(1, 2)),
    "ceil": (_ceil, range(1, 2)),
    "round": (_round, range(1, 3)),
    "sqrt": (lambda value: _finite(math.sqrt, as_number(value, "sqrt")), range(1, 2)),
    "log": (_log, range(1, 3)),
    "pow": (
        lambda value, power: _finite(math.pow, as_number(value, "pow"), as_number(power, "pow")),
        range(2, 3),
    ),
    "string": (text_of, range(1, 2)),
    "integer": (_integer, range(1, 2)),
    "float": (_float, range(1, 2)),
    "boolean": (lambda value: text_of(value).lower() == "true", range(1, 2)),
    "object": (_object, range(1, 2)),
    "array": (_array, range(1, 2)),
    "not": (lambda value: not as_boolean(value, "not"), range(1, 2)),
    "isString": (lambda value: isinstance(value, str), range(1, 2)),
    "isNumber": (is_number, range(1, 2)),
    "isObject": (lambda value: isinstance(_parsed(value), dict), range(1, 2)),
    "isArray": (lambda value: isinstance(_parsed(value), list), range(1, 2)),
    "base64encode": (_encode, range(1, 3)),
    "base64decode": (_decode, range(1, 2)),
    "urlEncode": (_url_encode, range(1, 3)),
    "urlDecode": (_text(unquote_plus, "urlDecode"), range(1, 2)),
    "formatDateTime": (_format_date_time, range(2, 4)),
}
