"""``value``: the text of a parameter or key: static, ``{expression}`` or ``{{expression}}``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.expressions.variables import Deferred
from apns_connector.mediation.message import Message


class Value(Protocol):
    def parameter(self, message: Message) -> Any:
        """The value as a template parameter; ``None`` for none."""

    def text(self, message: Message) -> str | None:
        """The value as text; ``None`` for null."""


@dataclass(frozen=True, slots=True)
class Static:
    """Text as it is written, surrounding whitespace included."""

    content: str

    def parameter(self, message: Message) -> str:
        return self.content

    def text(self, message: Message) -> str:
        return self.content


@dataclass(frozen=True, slots=True)
class Dynamic:
    """Evaluated each time it is asked for."""

    expression: Expression

    def parameter(self, message: Message) -> Any:
        return self.expression.parameter(message)

    def text(self, message: Message) -> str | None:
        return self.expression.text(message)


@dataclass(frozen=True, slots=True)
class Kept:
    """Handed to the template unevaluated: each ``$func:`` that reads it evaluates it."""

    expression: Expression

    def parameter(self, message: Message) -> Deferred:
        return Deferred(self.expression.parameter)

    def text(self, message: Message) -> str | None:
        return self.expression.text(message)


def parse_value(text: str, namespaces: Mapping[str | None, str]) -> Value | None:
    """``None`` for empty text, which counts as not given.

    The text is not trimmed: with whitespace around the braces it is static text. Raises
    ConfigurationError, without a place, for an expression that can never work.
    """
    if not text:
        return None
    trimmed = text.strip()
    if len(trimmed) > 4 and trimmed.startswith("{{") and trimmed.endswith("}}"):
        return Kept(compile_expression(trimmed[2:-2], namespaces))
    if text.startswith("{") and text.endswith("}"):
        return Dynamic(compile_expression(text[1:-1], namespaces))
    return Static(text)
