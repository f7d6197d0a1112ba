"""The words of an XPath expression: enough of its grammar to find variables and function calls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain

from apns_connector.errors import ConfigurationError

_NAME = r"[^\W\d][\w.\-]*"
_TOKEN = re.compile(
    rf"""
      (?P<literal>"[^"]*"|'[^']*')
    | (?P<variable>\${_NAME}(?::{_NAME})?)
    | (?P<name>{_NAME}(?::(?:{_NAME}|\*))?)
    | (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<space>\s+)
    | (?P<sign>[^"'])
    """,
    re.VERBOSE,
)
_OPERATORS = frozenset({"and", "or", "div", "mod"})

# Comparisons as shapes, a character for each token: see _shape.
_OPERAND = r"(?P<operand>v|n\((?:l(?:,l)*)?\))"
_BOOLEAN = r"(?P<boolean>b\(\))"
_COMPARISONS = tuple(
    re.compile(rf"(?<![^(\[,&]){left}!?={right}(?![^)\],&])")
    for left, right in ((_OPERAND, _BOOLEAN), (_BOOLEAN, _OPERAND))
)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is literal, variable, name, number, space or sign; ``start`` its position."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Call:
    """An expression that is nothing but one function call."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BooleanComparison:
    """``OPERAND = true()`` and the like, either way round. ``operand`` is its text; ``value`` the
    other side, and ``tokens`` where that is."""

    operand: str
    value: bool
    tokens: slice


def tokens_of(text: str) -> list[Token]:
    """Raises ConfigurationError for a literal that does not end."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ConfigurationError(f"the XPath {text} has a quote that is not closed")
        tokens.append(Token(match.lastgroup or "sign", match.group(), position))
        position = match.end()
    return tokens


def function_calls(tokens: list[Token]) -> set[int]:
    """The indices of the names that are followed by ``(``, operators aside."""
    return {
        index
        for index, token in enumerate(tokens)
        if token.kind == "name"
        and token.text not in _OPERATORS
        and _text_after(tokens, index) == "("
    }


def arguments_of(text: str, tokens: list[Token]) -> Call | None:
    """The call that the whole expression is, or ``None`` when it is more, or something else."""
    if 0 not in function_calls(tokens) or tokens[-1].text != ")":
        return None
    depth = 0
    start = None
    arguments: list[str] = []
    for token in tokens[1:]:
        if token.text in ("(", "["):
            depth += 1
            start = token.start + 1 if start is None else start
        elif token.text in (")", "]"):
            depth -= 1
        if (depth == 0 and token.text == ")") or (depth == 1 and token.text == ","):
            arguments.append(text[start : token.start].strip())
            start = token.start + 1
        if depth == 0 and token.text == ")" and token is not tokens[-1]:
            return None
    return Call(tokens[0].text, tuple(arguments) if arguments != [""] else ())


def boolean_comparisons(tokens: list[Token]) -> list[BooleanComparison]:
    """Where a variable, or a call with nothing but literals, is compared by ``=`` or ``!=`` with
    ``true()`` or ``false()``."""
    places = [index for index, token in enumerate(tokens) if token.kind != "space"]
    shape = "".join(_shape(tokens[place]) for place in places)

    def side(name: str, match: re.Match[str]) -> slice:
        return slice(places[match.start(name)], places[match.end(name) - 1] + 1)

    found: list[BooleanComparison] = []
    for match in chain.from_iterable(pattern.finditer(shape) for pattern in _COMPARISONS):
        operand, boolean = side("operand", match), side("boolean", match)
        text = "".join(token.text for token in tokens[operand])
        found.append(BooleanComparison(text, tokens[boolean.start].text == "true", boolean))
    return found


def _shape(token: Token) -> str:
    if token.text in ("true", "false"):
        return "b"
    if token.text in ("and", "or"):
        return "&"
    return token.text if token.kind == "sign" else token.kind[0]


def _text_after(tokens: list[Token], index: int) -> str:
    """The text of the next token that is no space."""
    following = (token.text for token in tokens[index + 1 : index + 3] if token.kind != "space")
    return next(following, "")
