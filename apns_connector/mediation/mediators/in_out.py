"""``<in>`` and ``<out>``: mediators for requests only, or for responses only."""

from __future__ import annotations

from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


class Direction:
    """Passes over messages that travel the other way."""

    def __init__(self, inner: Mediator, *, response: bool) -> None:
        self._inner = inner
        self._response = response

    async def mediate(self, message: Message) -> bool:
        return message.response is not self._response or await run(self._inner, message)


def in_from_element(element: Element, reader: Reader) -> Direction:
    return Direction(reader.mediators(element), response=False)


def out_from_element(element: Element, reader: Reader) -> Direction:
    return Direction(reader.mediators(element), response=True)
