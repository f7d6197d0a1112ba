"""``<log>``: writes a line about the message, without the secrets in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from apns_connector.mediation.expression import Expression
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.redaction import (
    redacted_line,
    redacted_property,
    redacted_xml,
    secrets_of,
    without_secrets,
)
from apns_connector.mediation.value import Value
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
    """Levels as in Synapse (LogMediator); the separator stands between the parts of the line."""

    def __init__(
        self,
        level: str = "simple",
        *,
        category: int = logging.INFO,
        separator: str = ", ",
        properties: tuple[tuple[str, Value | Expression], ...] = (),
    ) -> None:
        self._level = level
        self._category = category
        self._separator = separator
        self._properties = properties

    async def mediate(self, message: Message) -> bool:
        if logger.isEnabledFor(self._category):
            logger.log(self._category, "%s", self.line(message))
        return True

    def line(self, message: Message) -> str:
        """The line, redacted."""
        text = self._separator.join(self._parts(message))
        # Asked for last: a part may have looked secrets up in the vault.
        text = redacted_line(without_secrets(text, secrets_of(message)))
        service = message.service
        return text if service is None else f"{{proxy:{service.name}}} {text}"

    def _parts(self, message: Message) -> Iterator[str]:
        if self._level == "headers":
            yield from _header_blocks(message)
        elif self._level != "custom":
            yield from _addressing(message)
        for name, value in self._properties:
            yield redacted_property(name, value.text(message))
        if self._level == "full":
            yield f"Envelope: {redacted_xml(message.envelope)}"

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Log:
        """An unknown level counts as simple, as in Synapse; an unknown category is an error."""
        level = element.get("level", "simple")
        category = element.get("category", "INFO").upper()
        if category not in CATEGORIES:
            raise reader.error(
                element, f"<log>: category '{category}' is none of {', '.join(CATEGORIES)}"
            )
        separator = element.get("separator", ", ").replace("\\n", "\n").replace("\\t", "\t")
        return cls(
            level if level in LEVELS else "simple",
            category=CATEGORIES[category],
            separator=separator,
            properties=tuple(
                _property(child, reader) for child in element.iterchildren(f"{{{SYNAPSE}}}property")
            ),
        )


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


def _header_blocks(message: Message) -> Iterator[str]:
    header = message.header
    if header is not None:
        for block in header.iterchildren("*"):
            yield redacted_property(local_name(block.tag), block.text or "").replace(
                " = ", " : ", 1
            )
