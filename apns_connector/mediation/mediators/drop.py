"""``<drop/>``: ends the flow; the caller gets 202 without a body."""

from __future__ import annotations

from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


class Drop:
    def mediate(self, message: Message) -> bool:
        message.to = None
        return False

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Drop:
        return cls()
