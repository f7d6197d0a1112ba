"""``<log>``: writes a line about the message, without the secrets in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.text_template import TextTemplate
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.redaction import (
    redacted_json,
    redacted_line,
    redacted_property,
    redacted_xml,
    secrets_of,
    without_secrets,
)
from apns_connector.mediation.xml import SYNAPSE, Element, local_name

logger = logging.getLogger("apns_connector.mediation.log")

LEVELS = ("simple", "headers", "full", "custom")
CATEGORIES = {
    "INFO": logging.INFO,
    "TRACE": 5,
    "DEBUG": logging.DEBUG,
    "WARN": logging.WARNING,
    "ERROR": logging.ERROR,
    "FATAL": logging.CRITICAL,
}


class Log:
    """Levels as in Synapse (LogMediator); the separator stands between the parts of the line.
    ``template`` is the text of ``<message>`` (Micro Integrator 4.4), which comes first."""

    def __init__(
        self,
        level: str = "simple",
        *,
        category: int = logging.INFO,
        separator: str = ", ",
        properties: tuple[tuple[str, Value | Expression], ...] = (),
        template: TextTemplate | None = None,
        with_id: bool = False,
    ) -> None:
        self._level = level
        self._category = category
        self._separator = separator
        self._properties = properties
        self._template = template
        self._with_id = with_id

    def mediate(self, message: Message) -> bool:
        if logger.isEnabledFor(self._category):
            logger.log(self._category, "%s", self.line(message))
        return True

    def line(self, message: Message) -> str:
        """The line, redacted."""
        text = self._separator.join(self._parts(message))
        # Asked for last: a part may have looked secrets up in the vault.
        text = redacted_line(without_secrets(text, secrets_of(message)))
        service = message.service
        return text if service is None else f"{{{service.kind}:{service.name}}} {text}"

    def _parts(self, message: Message) -> Iterator[str]:
        if self._with_id and self._level == "custom":
            yield f"MessageID: {message.message_id}"
        if self._template is not None:
            yield self._template.text(message)
        if self._level == "headers":
            yield from _header_blocks(message)
        elif self._level != "custom":
            yield from _addressing(message)
        for name, value in self._properties:
            yield redacted_property(name, value.text(message))
        if self._level == "full":
            yield _payload(message)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Log:
        """An unknown level counts as simple, as in Synapse; an unknown category is an error. A
        log with a ``<message>`` and no level writes only that."""
        category = element.get("category", "INFO").upper()
        if category not in CATEGORIES:
            raise reader.error(
                element, f"<log>: category '{category}' is none of {', '.join(CATEGORIES)}"
            )
        text = element.findtext(f"{{{SYNAPSE}}}message")
        separator = element.get("separator", ", ").replace("\\n", "\n").replace("\\t", "\t")
        return cls(
            _level(element, "simple" if text is None else "custom"),
            category=CATEGORIES[category],
            separator=separator,
            properties=tuple(
                _property(child, reader) for child in element.iterchildren(f"{{{SYNAPSE}}}property")
            ),
            template=None if text is None else reader.text_template(element, text),
            with_id=element.get("logMessageID", "").lower() == "true",
        )


def _level(element: Element, default: str) -> str:
    if element.get("logFullPayload", "").lower() == "true":
        return "full"
    level = element.get("level", default)
    return level if level in LEVELS else "simple"


def _property(element: Element, reader: Reader) -> tuple[str, Value | Expression]:
    if element.get("value") == "":
        raise reader.error(element, "<property> of <log> has an empty value")
    return reader.required(element, "name"), reader.value_or_expression(element)


def _addressing(message: Message) -> Iterator[str]:
    """To is always written; the others only when there is one."""
    yield f"To: {message.to or ''}"
    pairs = {
        "From": message.from_,
        "WSAction": message.action,
        "SOAPAction": message.action,
        "ReplyTo": message.reply_to,
        "MessageID": message.message_id,
    }
    yield from (f"{name}: {value}" for name, value in pairs.items() if value)
    yield f"Direction: {'response' if message.response else 'request'}"


def _payload(message: Message) -> str:
    if message.has_json:
        return f"Payload: {redacted_json(message.json)}"
    return f"Envelope: {redacted_xml(message.envelope)}"


def _header_blocks(message: Message) -> Iterator[str]:
    header = message.header
    if header is not None:
        for block in header.iterchildren("*"):
            yield redacted_property(local_name(block.tag), block.text or "").replace(
                " = ", " : ", 1
            )
