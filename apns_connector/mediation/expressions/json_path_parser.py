"""JSONPath text to a compiled path."""

from __future__ import annotations

import functools
import operator
import re
from dataclasses import dataclass
from typing import Any

from apns_connector.mediation.expressions import json_filter
from apns_connector.mediation.expressions.json_filter import COMPARISONS, Condition, Operand
from apns_connector.mediation.expressions.json_functions import FUNCTIONS
from apns_connector.mediation.expressions.json_path import (
    Function,
    JsonPath,
    Step,
    descendants,
    everything,
    filtered,
    members,
    picked,
    sliced,
)
from apns_connector.mediation.expressions.scanner import Scanner
from apns_connector.mediation.json_payload import read_json

_NAME = re.compile(r"[^\s.\[\]()<>=!&|,?]+")
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_OPERATOR = re.compile(
    r"===|!==|==|!=|<=|>=|=~|<|>|(?:in|nin|contains|size|empty|subsetof|anyof|noneof)\b"
)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/([imsx]*)")
_LITERAL = re.compile(r"(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_CALL = re.compile(r"([A-Za-z]+)\(([^)]*)\)")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


@functools.lru_cache(maxsize=1024)
def compile_path(text: str) -> JsonPath:
    """``$.a.b[0]``; the ``$.`` may be left out. Raises ConfigurationError with the position of what
    is wrong."""
    source = text.strip()
    if source.endswith(".") and not source.endswith(".."):  # Synapse lets that pass
        source = source[:-1]
    parser = _Parser(source if source[:1] in ("$", "@") else f"$.{source}", "JSONPath")
    path = parser.path()
    if not parser.at_end:
        raise parser.error("the path does not go on like this")
    return path


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a path. ``key`` for a name or an index; ``definite``: leads to one value."""

    step: Step
    key: str | int | None = None
    definite: bool = False


class _Parser(Scanner):
    # Paths.

    def path(self) -> JsonPath:
        """From ``$`` or ``@`` to the first character that belongs to no path."""
        start = self.at
        self.at += 1
        parts: list[_Part] = []
        function: Function | None = None
        while function is None and self.peek() in (".", "["):
            if self.take(".."):
                parts += [_Part(descendants), self._bracket() if self.take("[") else self._name()]
            elif self.take("["):
                parts.append(self._bracket())
            else:
                self.at += 1
                function = self._function()
                if function is None:
                    parts.append(self._bracket() if self.take("[") else self._name())
        keys = [part.key for part in parts if part.key is not None]
        return JsonPath(
            self.text[start : self.at],
            [part.step for part in parts],
            definite=all(part.definite for part in parts),
            keys=tuple(keys) if len(keys) == len(parts) else None,
            function=function,
        )

    def _function(self) -> Function | None:
        call = self.match(_CALL)
        if call is None:
            return None
        if call[1] not in FUNCTIONS or call[2].strip():
            raise self.error(f"the function {call[0]} is not known")
        return FUNCTIONS[call[1]]

    def _name(self) -> _Part:
        if self.take("*"):
            return _Part(everything)
        name = self.match(_NAME)
        if name is None:
            raise self.error("a name is expected")
        return _keyed(name[0])

    def _bracket(self) -> _Part:
        """What is inside brackets, up to the closing one."""
        self.skip_space()
        sign = self.peek()
        if sign == "*":
            self.at += 1
            part = _Part(everything)
        elif sign == "?":
            part = self._filter()
        elif sign in ("'", '"'):
            part = self._names()
        else:
            part = self._indices()
        self.expect("]")
        return part

    def _names(self) -> _Part:
        names = [self.quoted()]
        while self.take(","):
            self.skip_space()
            names.append(self.quoted())
        if len(names) == 1:
            return _keyed(names[0])
        last = self.text[self.at :].lstrip()[1:2] not in (".", "[")
        return _Part(picked(*names), definite=True) if last else _Part(members(*names))

    def _indices(self) -> _Part:
        numbers = [self._integer()]
        if self.peek() == ":":
            while self.take(":"):
                numbers.append(self._integer())
            if len(numbers) > 3 or numbers[2:] == [0]:
                raise self.error("a slice has a start, an end and a step that is not 0")
            return _Part(sliced(*numbers))
        while self.take(","):
            numbers.append(self._integer())
        indices = [number for number in numbers if number is not None]
        if len(indices) < len(numbers):
            raise self.error("a name in quotes, an index, a slice, * or ?( ) is expected")
        return _keyed(indices[0]) if len(indices) == 1 else _Part(members(*indices))

    def _integer(self) -> int | None:
        self.skip_space()
        found = self.match(_INTEGER)
        self.skip_space()
        return None if found is None else int(found[0])

    # Filters.

    def _filter(self) -> _Part:
        self.at += 1
        self.expect("(")
        condition = self._either()
        self.expect(")")
        return _Part(filtered(condition))

    def _either(self) -> Condition:
        condition = self._both()
        while self._comes("||"):
            condition = json_filter.either(condition, self._both())
        return condition

    def _both(self) -> Condition:
        condition = self._single()
        while self._comes("&&"):
            condition = json_filter.both(condition, self._single())
        return condition

    def _comes(self, sign: str) -> bool:
        self.skip_space()
        return self.take(sign)

    def _single(self) -> Condition:
        self.skip_space()
        if self.take("!"):
            return json_filter.negated(self._single())
        if self.take("("):
            condition = self._either()
            self.expect(")")
            return condition
        left = self._operand()
        self.skip_space()
        sign = self.match(_OPERATOR)
        if sign is None:
            return json_filter.exists(left)
        return json_filter.compared(left, COMPARISONS[sign[0]], self._operand())

    def _operand(self) -> Operand:
        self.skip_space()
        sign = self.peek()
        if sign == "@":
            path = self.path()
            return lambda item, root: path.read(item)
        if sign == "$":
            path = self.path()
            return lambda item, root: path.read(root)
        value = self._constant(sign)
        return lambda item, root: value

    def _constant(self, sign: str) -> Any:
        if sign in ("'", '"'):
            return self.quoted()
        if sign == "/":
            return self._regex()
        if sign == "[":
            return self._array()
        literal = self.match(_LITERAL)
        if literal is None:
            raise self.error("a path, a text, a number, true, false or null is expected")
        return read_json(literal[0].encode())

    def _array(self) -> list[Any]:
        self.at += 1
        values: list[Any] = []
        self.skip_space()
        while not self.take("]"):
            values.append(self._constant(self.peek()))
            self.skip_space()
            if not self.take(",") and self.peek() != "]":
                raise self.error("',' or ']' is expected")
            self.skip_space()
        return values

    def _regex(self) -> re.Pattern[str]:
        found = self.match(_REGEX)
        if found is None:
            raise self.error("the regular expression has no closing /")
        flags = functools.reduce(operator.or_, (_FLAGS[sign] for sign in found[2]), re.ASCII)
        try:
            return re.compile(found[1], flags)
        except re.error as error:
            raise self.error(f"the regular expression is not valid: {error}") from error


def _keyed(key: str | int) -> _Part:
    return _Part(members(key), key, definite=True)
