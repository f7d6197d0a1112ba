"""WS-Addressing headers of requests to backends.

Those of a request that came in were for this gateway, so they do not go on, unless the flow sets
PRESERVE_WS_ADDRESSING (Synapse: MessageHelper.removeAddressingHeaders).
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from apns_connector.mediation.message import Message
from apns_connector.mediation.xml import WSA_NAMESPACES, Element, children, writable

_PREFIXES = tuple(f"{{{namespace}}}" for namespace in WSA_NAMESPACES)


@dataclass(frozen=True, slots=True)
class AddressingHeaders:
    """What ``<enableAddressing>`` sends, in the namespace of its version."""

    namespace: str
    to: str
    action: str | None
    message_id: str

    def put_into(self, header: Element) -> None:
        texts = {"To": self.to, "Action": self.action, "MessageID": self.message_id}
        for name, text in texts.items():
            if text is not None:
                block = etree.SubElement(
                    header, f"{{{self.namespace}}}{name}", nsmap={"wsa": self.namespace}
                )
                block.text = writable(text)


def is_addressed(message: Message) -> bool:
    """Whether the envelope has such headers."""
    return bool(_blocks(message.header))


def readdress(message: Message, headers: AddressingHeaders | None) -> None:
    """Put these headers in place of those that the envelope has."""
    header = message.header
    if header is not None:
        for block in _blocks(header):
            header.remove(block)
    if headers is None:
        return
    if header is None:
        header = etree.Element(message.soap_version.header)
        message.envelope.insert(0, header)
    headers.put_into(header)


def _blocks(header: Element | None) -> list[Element]:
    if header is None:
        return []
    return [block for block in children(header) if block.tag.startswith(_PREFIXES)]
