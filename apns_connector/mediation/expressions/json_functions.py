"""The functions at the end of a JSONPath: ``$.items.length()`` (those of Jayway)."""

from __future__ import annotations

import statistics
from typing import Any

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.json_path import MISSING, Function


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, list | dict) else None


def _numbers(value: Any) -> list[float]:
    found = (
        [one for one in value if isinstance(one, int | float)] if isinstance(value, list) else []
    )
    if not found:
        raise MediationError("A function of JSONPath needs an array of numbers")
    return found


def _item(index: int) -> Function:
    return lambda value: value[index] if isinstance(value, list) and value else MISSING


FUNCTIONS: dict[str, Function] = {
    "length": _length,
    "size": _length,
    "keys": lambda value: list(value) if isinstance(value, dict) else None,
    "min": lambda value: float(min(_numbers(value))),
    "max": lambda value: float(max(_numbers(value))),
    "sum": lambda value: float(sum(_numbers(value))),
    "avg": lambda value: float(statistics.fmean(_numbers(value))),
    "stddev": lambda value: float(statistics.pstdev(_numbers(value))),
    "first": _item(0),
    "last": _item(-1),
}
