"""Text in the configuration with expressions in braces: ``{$ctx:x}`` or ``{json-eval($.a)}``
(Synapse: InlineExpressionUtil). In a text with a ``${…}``, only that kind is one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from apns_connector.errors import JsonError
from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.expressions.text_template import compile_template
from apns_connector.mediation.json_payload import json_text, read_json
from apns_connector.mediation.message import Message
from apns_connector.mediation.payload_text import is_xml

_IN_BRACES = re.compile(r"""\{([^\s",<>{}\]]+)\}""")


class InlineText:
    """``parts``: text as it is written, and the expressions in between."""

    def __init__(self, parts: Sequence[str | Expression]) -> None:
        self.parts = tuple(parts)

    @property
    def is_static(self) -> bool:
        return all(isinstance(part, str) for part in self.parts)

    def in_json(self, message: Message) -> str:
        """A value that is no JSON by itself stands in quotes, whether they are written or not."""
        texts: list[str] = []
        for index, part in enumerate(self.parts):
            if isinstance(part, str):
                texts.append(part)
            else:
                texts.append(_json(part.text(message) or "", self._is_quoted(index)))
        return "".join(texts)

    def in_xml(self, message: Message) -> str:
        """A value that is XML is put in as such."""
        return "".join(
            part if isinstance(part, str) else _xml(part.text(message) or "") for part in self.parts
        )

    def _is_quoted(self, index: int) -> bool:
        before, after = self.parts[:index][-1:], self.parts[index + 1 :][:1]
        return str(*before).endswith('"') and str(*after).startswith('"')


def compile_inline(text: str, namespaces: Mapping[str | None, str]) -> InlineText:
    """Raises ConfigurationError for a bad expression."""
    if "${" in text:
        return InlineText(compile_template(text, namespaces).parts)
    pieces = _IN_BRACES.split(text)
    parts = [
        compile_expression(piece, namespaces) if index % 2 else piece
        for index, piece in enumerate(pieces)
    ]
    return InlineText([part for part in parts if part != ""])


def _json(text: str, quoted: bool) -> str:
    if quoted:
        return json_text(text)[1:-1]
    try:
        read_json(text.encode())
    except JsonError:
        return text if is_xml(text) else json_text(text)
    return text


def _xml(text: str) -> str:
    return text if is_xml(text) else escape(text)
