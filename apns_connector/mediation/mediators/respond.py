"""``<respond/>``: the message as it is becomes the answer."""

from __future__ import annotations

from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


class Respond:
    def mediate(self, message: Message) -> bool:
        message.to = None
        message.respond()
        return False

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Respond:
        return cls()
