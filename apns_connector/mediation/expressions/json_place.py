"""Expressions that name a place in JSON, so that something can be put there."""

from __future__ import annotations

import re
from collections.abc import Callable

from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.json_eval import JsonEval
from apns_connector.mediation.expressions.json_path import JsonPath
from apns_connector.mediation.expressions.json_path_parser import compile_path
from apns_connector.mediation.message import Message

_PAYLOAD = re.compile(r"\$\{\s*(?:payload|\$)((?:[.\[].*)?)\s*\}", re.DOTALL)


def place_in_payload(expression: Expression) -> Callable[[Message], JsonPath] | None:
    """The path of ``json-eval(…)`` or ``${payload.…}``; ``None`` for any other expression. Raises
    ConfigurationError for ``${payload.…}`` with more than a path in it."""
    if isinstance(expression, JsonEval):
        return expression.path
    found = _PAYLOAD.fullmatch(expression.source.strip())
    if found is None:
        return None
    path = compile_path(f"${found[1].strip()}")
    return lambda message: path
