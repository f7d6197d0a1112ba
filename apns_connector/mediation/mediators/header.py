"""``<header>``: WS-Addressing values, SOAP header blocks, transport headers."""

from __future__ import annotations

from lxml import etree

from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element, children, detached_copy, writable

# The names without a prefix, and the attribute of the message behind each.
ADDRESSING = {
    "To": "to",
    "From": "from_",
    "Action": "action",
    "FaultTo": "fault_to",
    "ReplyTo": "reply_to",
    "RelatesTo": "relates_to",
}


class AddressingHeader:
    """Sets one of the message's WS-Addressing values; without ``value`` removes it."""

    def __init__(self, attribute: str, value: Value | Expression | None) -> None:
        self._attribute = attribute
        self._value = value

    def mediate(self, message: Message) -> bool:
        setattr(message, self._attribute, self._value and self._value.text(message))
        return True


class TransportHeader:
    """Sets an HTTP header; without ``value`` removes it."""

    def __init__(self, name: str, value: Value | Expression | None) -> None:
        self._name = name
        self._value = value

    def mediate(self, message: Message) -> bool:
        if self._value is None:
            message.properties.remove(self._name, "transport")
        else:
            message.properties.set(self._name, self._value.text(message) or "", "transport")
        return True


class HeaderBlock:
    """Adds a block with text to the SOAP header; without ``value`` removes all of that name."""

    def __init__(self, tag: str, prefix: str, value: Value | Expression | None) -> None:
        self._tag = tag
        self._nsmap = {prefix: tag[1:].partition("}")[0]}
        self._value = value

    def mediate(self, message: Message) -> bool:
        if self._value is not None:
            text = self._value.text(message)
            block = etree.SubElement(_soap_header(message), self._tag, nsmap=self._nsmap)
            block.text = writable(text or "")
        elif message.header is not None:
            for found in message.header.findall(self._tag):
                message.header.remove(found)
        return True


class InlineBlocks:
    """Adds copies of the elements written in the configuration."""

    def __init__(self, blocks: list[Element]) -> None:
        self._blocks = [detached_copy(block) for block in blocks]

    def mediate(self, message: Message) -> bool:
        _soap_header(message).extend(detached_copy(block) for block in self._blocks)
        return True


Header = AddressingHeader | TransportHeader | HeaderBlock | InlineBlocks


def header_from_element(element: Element, reader: Reader) -> Header:
    """Raises ConfigurationError for a name that is none, or whose prefix is not declared."""
    inline = children(element)
    if element.get("name") is None and inline:
        return InlineBlocks(inline)
    name = reader.required(element, "name")
    removal = reader.choice(element, "action", ("set", "remove")) == "remove"
    value = None if removal else reader.value_or_expression(element)
    if reader.choice(element, "scope", ("default", "transport")) == "transport":
        return TransportHeader(name, value)
    if name in ADDRESSING:
        return AddressingHeader(ADDRESSING[name], value)
    prefix, _, local = name.rpartition(":")
    if not prefix:
        raise reader.error(
            element,
            f"<header>: '{name}' is none of {', '.join(ADDRESSING)}: a header block needs a prefix",
        )
    if prefix not in element.nsmap:
        raise reader.error(element, f"<header>: the prefix '{prefix}' of '{name}' is not declared")
    return HeaderBlock(f"{{{element.nsmap[prefix]}}}{local}", prefix, value)


def _soap_header(message: Message) -> Element:
    """The SOAP header, made when there is none: it comes first in the envelope."""
    header = message.header
    if header is None:
        header = etree.Element(message.soap_version.header)
        message.envelope.insert(0, header)
    return header
