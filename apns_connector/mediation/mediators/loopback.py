"""``<loopback/>``: a request turns round and runs through the out flow of its service."""

from __future__ import annotations

from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


class Loopback:
    """Ends the flow it stands in. Has no effect in the out flow."""

    async def mediate(self, message: Message) -> bool:
        if message.response:
            return True
        message.response = True
        message.to = None
        if message.service is not None:
            await message.service.answer(message)
        return False

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Loopback:
        return cls()
