"""The format of ``<payloadFactory>``: text with ``$1``, ``$2``, … and ``${…}`` in it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apns_connector.mediation.message import Message
from apns_connector.mediation.payload_text import Medium, value_text
from apns_connector.mediation.synapse_expression import SynapseExpression
from apns_connector.mediation.synapse_parser import Parser

_log = logging.getLogger(__name__)

_PLACE = re.compile(r"\$(?:(\d+)|\{)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Inline:
    """``${…}``; ``quoted``: between double quotes."""

    expression: SynapseExpression
    quoted: bool

    def text(self, message: Message, medium: Medium) -> str:
        return value_text(self.expression.value(message), medium, quoted=self.quoted)


class PayloadTemplate:
    """``parts``: text as it is written, the number of an argument (from 0), or an expression."""

    def __init__(self, parts: Sequence[str | int | Inline]) -> None:
        self.parts = tuple(parts)

    def fill(self, message: Message, medium: Medium, arguments: Sequence[str]) -> str:
        """``arguments`` are texts as they go into the payload."""
        return "".join(self._texts(message, medium, arguments))

    def _texts(self, message: Message, medium: Medium, arguments: Sequence[str]) -> list[str]:
        return [
            part
            if isinstance(part, str)
            else arguments[part]
            if isinstance(part, int)
            else part.text(message, medium)
            for part in self.parts
        ]


def compile_payload_template(
    text: str, namespaces: Mapping[str | None, str], arguments: int
) -> PayloadTemplate:
    """From the first ``$n`` on for which there is no argument, the text stays as it is written.

    Raises ConfigurationError with the position of what is wrong in one of the expressions.
    """
    parts: list[str | int | Inline] = []
    end = 0
    while (place := _PLACE.search(text, end)) is not None:
        if place[1] is not None and not 1 <= int(place[1]) <= arguments:
            _log.warning("A payload format names $%s, there are %d <arg>", place[1][:9], arguments)
            break
        parts.append(text[end : place.start()])
        if place[1] is not None:
            parts.append(int(place[1]) - 1)
            end = place.end()
        else:
            inline, end = _inline(text, place, namespaces)
            parts.append(inline)
    return PayloadTemplate([part for part in (*parts, text[end:]) if part != ""])


def _inline(
    text: str, place: re.Match[str], namespaces: Mapping[str | None, str]
) -> tuple[Inline, int]:
    """An expression, and where it ends."""
    parser = Parser(text, namespaces, at=place.end())
    evaluate = parser.expression()
    parser.expect("}")
    quoted = text[: place.start()].endswith('"') and text[parser.at : parser.at + 1] == '"'
    return Inline(SynapseExpression(text[place.start() : parser.at], evaluate), quoted), parser.at
