"""The words of an XPath expression: enough of its grammar to find variables and function calls."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


def _text_after(tokens: list[Token], index: int) -> str:
    """The text of the next token that is no space."""
    following = (token.text for token in tokens[index + 1 : index + 3] if token.kind != "space")
    return next(following, "")
