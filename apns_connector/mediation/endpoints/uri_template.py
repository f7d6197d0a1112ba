"""URI templates (RFC 6570) whose values are text: ``http://host/devices/{uri.var.user}{?x,y}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from apns_connector.errors import ConfigurationError

# What a variable is looked up by; ``None`` for one that is not set, which leaves no trace.
Lookup = Callable[[str], str | None]

_RESERVED = ":/?#[]@!$&'()*+,;="
_BRACES = re.compile(r"\{([^{}]*)\}")
_EXPRESSION = re.compile(r"([+#./;?&]?)([\w.%-]+(?::\d{1,4}|\*)?(?:,[\w.%-]+(?::\d{1,4}|\*)?)*)")
_PERCENT = re.compile(r"(%[0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class _Operator:
    """A row of the table in RFC 6570, appendix A; ``bare`` follows the name of an empty value."""

    first: str = ""
    separator: str = ","
    named: bool = False
    bare: str = ""
    reserved: bool = False


_OPERATORS: Mapping[str, _Operator] = {
    "": _Operator(),
    "+": _Operator(reserved=True),
    "#": _Operator(first="#", reserved=True),
    ".": _Operator(first=".", separator="."),
    "/": _Operator(first="/", separator="/"),
    ";": _Operator(first=";", separator=";", named=True),
    "?": _Operator(first="?", separator="&", named=True, bare="="),
    "&": _Operator(first="&", separator="&", named=True, bare="="),
}


@dataclass(frozen=True, slots=True)
class _Variable:
    """``length`` cuts the value (``{x:3}``)."""

    name: str
    length: int | None


@dataclass(frozen=True, slots=True)
class _Expansion:
    operator: _Operator
    variables: tuple[_Variable, ...]

    def expand(self, lookup: Lookup) -> str:
        values = [
            self._one(variable, value)
            for variable in self.variables
            if (value := lookup(variable.name)) is not None
        ]
        return self.operator.first + self.operator.separator.join(values) if values else ""

    def _one(self, variable: _Variable, value: str) -> str:
        text = _encoded(value[: variable.length], self.operator.reserved)
        if not self.operator.named:
            return text
        return f"{variable.name}={text}" if text else f"{variable.name}{self.operator.bare}"


class UriTemplate:
    """A template, read once. Raises ConfigurationError, without a place, for braces that hold no
    expression."""

    def __init__(self, source: str) -> None:
        self.source = source
        pieces = _BRACES.split(source)
        for literal in pieces[::2]:
            if "{" in literal or "}" in literal:
                raise ConfigurationError(f"the URI template '{source}' has a single brace")
        self._literals = pieces[::2]
        self._expansions = [_expansion(text, source) for text in pieces[1::2]]

    def expand(self, lookup: Lookup) -> str:
        parts = [self._literals[0]]
        for expansion, literal in zip(self._expansions, self._literals[1:], strict=True):
            parts += (expansion.expand(lookup), literal)
        return "".join(parts)


def _expansion(text: str, source: str) -> _Expansion:
    found = _EXPRESSION.fullmatch(text)
    if found is None:
        raise ConfigurationError(f"the URI template '{source}' has the expression '{{{text}}}'")
    return _Expansion(_OPERATORS[found[1]], tuple(map(_variable, found[2].split(","))))


def _variable(text: str) -> _Variable:
    name, _, length = text.rstrip("*").partition(":")
    return _Variable(name, int(length) if length else None)


def _encoded(value: str, reserved: bool) -> str:
    if not reserved:
        return quote(value, safe="", errors="replace")
    parts = _PERCENT.split(value)  # what is encoded already stays so (RFC 6570, 3.2.3)
    return "".join(
        part if place % 2 else quote(part, safe=_RESERVED, errors="replace")
        for place, part in enumerate(parts)
    )
