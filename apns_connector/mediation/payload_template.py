"""The format of ``<payloadFactory>``: text with ``$1``, ``$2``, … and ``${…}`` in it, or
``$ctx:name`` as the ESB 4.9 had it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.result import as_text
from apns_connector.mediation.expressions.synapse_expression import SynapseExpression
from apns_connector.mediation.expressions.synapse_parser import Parser
from apns_connector.mediation.message import Message
from apns_connector.mediation.payload_text import Medium, argument_text, value_text

_log = logging.getLogger(__name__)

_PLACE = re.compile(r"\$(?:(\d+)|\{)", re.ASCII)
_OLD_PLACE = re.compile(r"\$(?:(\d+)|ctx:(\w+(?:\.\w+)*))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Inline:
    """``${…}``; ``quoted``: between double quotes."""

    expression: SynapseExpression
    quoted: bool

    def text(self, message: Message, medium: Medium) -> str:
        return value_text(self.expression.value(message), medium, quoted=self.quoted)


@dataclass(frozen=True, slots=True)
class InlineProperty:
    """``$ctx:name``, treated as an argument is."""

    name: str

    def text(self, message: Message, medium: Medium) -> str:
        """Raises MediationError without such a property (Synapse: NullPointerException)."""
        text = as_text(message.properties.get(self.name))
        if text is None:
            raise MediationError(f"The payload format names $ctx:{self.name}, which is not set")
        return argument_text(text, medium)


Part = str | int | Inline | InlineProperty


class PayloadTemplate:
    """``parts``: text as it is written, the number of an argument (from 0), or what is put in."""

    def __init__(self, parts: Sequence[Part]) -> None:
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
    text: str,
    namespaces: Mapping[str | None, str],
    arguments: int,
    *,
    inline_properties: bool = False,
) -> PayloadTemplate:
    """From the first ``$n`` on for which there is no argument, the text stays as it is written.
    ``inline_properties``: ``$ctx:name`` is put in, and ``${…}`` is text.

    Raises ConfigurationError with the position of what is wrong in one of the expressions.
    """
    parts: list[Part] = []
    end = 0
    pattern = _OLD_PLACE if inline_properties else _PLACE
    while (place := pattern.search(text, end)) is not None:
        if place[1] is not None and not 1 <= int(place[1]) <= arguments:
            _log.warning("A payload format names $%s, there are %d <arg>", place[1][:9], arguments)
            break
        parts.append(text[end : place.start()])
        part, end = _part(text, place, namespaces)
        parts.append(part)
    return PayloadTemplate([part for part in (*parts, text[end:]) if part != ""])


def _part(
    text: str, place: re.Match[str], namespaces: Mapping[str | None, str]
) -> tuple[Part, int]:
    """What is put in at that place, and where the text goes on."""
    if place[1] is not None:
        return int(place[1]) - 1, place.end()
    if place.re is _OLD_PLACE:
        return InlineProperty(place[2]), place.end()
    return _inline(text, place, namespaces)


def _inline(
    text: str, place: re.Match[str], namespaces: Mapping[str | None, str]
) -> tuple[Inline, int]:
    """An expression, and where it ends."""
    parser = Parser(text, namespaces, at=place.end())
    evaluate = parser.expression()
    parser.expect("}")
    quoted = text[: place.start()].endswith('"') and text[parser.at : parser.at + 1] == '"'
    return Inline(SynapseExpression(text[place.start() : parser.at], evaluate), quoted), parser.at
