"""The text of a synapse expression to what evaluates it: recursive descent, a method for a rule.

``and`` and ``or`` have one precedence and are grouped from the right, as in the Micro Integrator.
There they also bind more tightly than comparisons, so that ``a > 1 and b > 1`` always fails: here
it means what it says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from apns_connector.mediation.expressions import synapse_access as access
from apns_connector.mediation.expressions.synapse_calls import call, xpath_call
from apns_connector.mediation.expressions.synapse_path_parser import ID, QUOTES, PathParser
from apns_connector.mediation.expressions.synapse_values import OPERATORS, as_boolean
from apns_connector.mediation.expressions.variables import Getter
from apns_connector.mediation.json_value import JsonArray, read_number

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_COMPARISON = re.compile(r"==|!=|<=|>=|<|>")
_LOGICAL = re.compile(r"(?:and|or)\b|&&|\|\|")
_SUM = re.compile(r"[+-]")
_PRODUCT = re.compile(r"[*/%]")
_CONSTANTS = {"true": True, "false": False, "null": None}
_SYMBOLS = {"&&": "and", "||": "or"}
_SCOPED = {"props": ("synapse", "axis2"), "params": ("queryParams", "pathParams", "functionParams")}


class Parser(PathParser):
    """Reads one expression. All methods raise ConfigurationError with the position."""

    def __init__(self, text: str, namespaces: Mapping[str | None, str], at: int = 0) -> None:
        super().__init__(text, "synapse expression")
        self.at = at
        self._namespaces = namespaces

    def expression(self) -> Getter:
        condition = self._logical()
        if not self.comes("?"):
            return condition
        then = self.expression()
        self.expect(":")
        return _choice(condition, then, self.expression())

    def _logical(self) -> Getter:
        left = self._chain(_COMPARISON, self._sum)
        self.skip_space()
        sign = self.match(_LOGICAL)
        if sign is None:
            return left
        return _operation(_SYMBOLS.get(sign[0], sign[0]), left, self._logical())

    def _sum(self) -> Getter:
        return self._chain(_SUM, self._product)

    def _product(self) -> Getter:
        return self._chain(_PRODUCT, self._factor)

    def _chain(self, operators: re.Pattern[str], operand: Any) -> Getter:
        """Operands with operators of one precedence between them, grouped from the left."""
        result: Getter = operand()
        self.skip_space()
        while (sign := self.match(operators)) is not None:
            result = _operation(sign[0], result, operand())
            self.skip_space()
        return result

    def _factor(self) -> Getter:
        self.skip_space()
        sign = self.peek()
        if sign in QUOTES:
            return access.Constant(self.string())
        number = self.match(_NUMBER)
        if number is not None:
            return access.Constant(_number(number[0]))
        if self.take("("):
            return self._enclosed()
        if self.take("["):
            return _array(self._arguments("]"))
        if self.take("!"):
            return call("not", (self._factor(),))
        if self.take("$"):
            return access.payload(self.path())
        return self.word()

    def _enclosed(self) -> Getter:
        inside = self.expression()
        self.expect(")")
        return inside

    def word(self) -> Getter:
        start = self.at
        found = self.match(ID)
        if found is None:
            raise self.error("a value is expected")
        word = found[0]
        if self.comes("("):
            return self._call(word, start)
        if word in _CONSTANTS:
            return access.Constant(_CONSTANTS[word])
        if word == "payload":
            return access.payload(self.path())
        if word == "vars":
            return access.variable(self.name(), self.path())
        return self._scoped(word, start)

    def _scoped(self, word: str, start: int) -> Getter:
        scope = "props" if word == "properties" else word
        if scope in _SCOPED:
            scope = f"{scope}.{self.name()}"
        if scope not in access.SCOPES:
            self.at = start
            raise self.error(
                f"'{word}' is none of payload, vars, headers, configs, "
                "props.synapse, props.axis2, params.queryParams, params.pathParams, "
                "params.functionParams"
            )
        read, name = access.SCOPES[scope], self.name()
        return access.scoped(lambda message: read(message, name), f"{scope}.{name}")

    # Functions.

    def _call(self, name: str, start: int) -> Getter:
        arguments = self._arguments(")")
        try:
            if name == "xpath":
                return xpath_call(arguments, self._namespaces)
            if name == "registry" and self.take(".property("):
                arguments = [*arguments, *self._arguments(")")]
            result = call(name, arguments)
        except LookupError as error:
            self.at = start
            raise self.error(str(error.args[0])) from error
        path = self.path() if name in ("registry", "object", "array") else None
        return result if path is None else access.part_of(result, path)

    def _arguments(self, end: str) -> list[Getter]:
        """Expressions with commas between them, up to the sign ``end``."""
        found: list[Getter] = []
        if self.comes(end):
            return found
        found.append(self.expression())
        while self.comes(","):
            found.append(self.expression())
        self.expect(end)
        return found


def _number(text: str) -> Any:
    number = read_number(text)
    return float(text) if number is None else number


def _array(items: Sequence[Getter]) -> Getter:
    return lambda message: JsonArray(item(message) for item in items)


def _choice(condition: Getter, then: Getter, otherwise: Getter) -> Getter:
    return lambda message: (
        then(message) if as_boolean(condition(message), "?") else otherwise(message)
    )


def _operation(sign: str, left: Getter, right: Getter) -> Getter:
    operator = OPERATORS[sign]
    return lambda message: operator(left(message), right(message))
