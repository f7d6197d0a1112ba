"""Text with ``${…}`` in it: the message of ``<log>``, the format of ``<payloadFactory>``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apns_connector.mediation.expressions.synapse_expression import SynapseExpression
from apns_connector.mediation.expressions.synapse_parser import Parser
from apns_connector.mediation.message import Message

_BEGIN = "${"


class TextTemplate:
    """``parts``: text as it is written, and the expressions in between."""

    def __init__(self, parts: Sequence[str | SynapseExpression]) -> None:
        self.parts = tuple(parts)

    def text(self, message: Message) -> str:
        return "".join(part if isinstance(part, str) else part.text(message) for part in self.parts)


def compile_template(text: str, namespaces: Mapping[str | None, str]) -> TextTemplate:
    """Raises ConfigurationError with the position of what is wrong in one of the expressions."""
    parts: list[str | SynapseExpression] = []
    end = 0
    while (start := text.find(_BEGIN, end)) >= 0:
        parts.append(text[end:start])
        parser = Parser(text, namespaces, at=start + len(_BEGIN))
        evaluate = parser.expression()
        parser.expect("}")
        end = parser.at
        parts.append(SynapseExpression(text[start:end], evaluate))
    return TextTemplate([part for part in (*parts, text[end:]) if part])
