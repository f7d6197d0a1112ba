"""``<store>``: puts a copy of the message into a message store."""

from __future__ import annotations

import logging
from typing import Protocol

from apns_connector.errors import ConnectorError, MediationError
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.value import Value
from apns_connector.mediation.xml import Element

_log = logging.getLogger(__name__)


class MessageStore(Protocol):
    """What ``configuration.stores`` holds by name."""

    async def put(self, message: Message) -> None:
        """Keep a message, which is the store's own. Raises ConnectorError when it is not kept."""


class Store:
    """Runs ``sequence`` first, whatever that comes to. The flow goes on, and unless it answers, its
    end is a 202 (the ESB leaves the client waiting for ever)."""

    def __init__(self, store: Value, sequence: Value | None = None) -> None:
        self._store = store
        self._sequence = sequence

    async def mediate(self, message: Message) -> bool:
        name = self._store.text(message) or ""
        store: MessageStore | None = message.configuration.stores.get(name)
        if store is None:
            raise MediationError(f"Message Store does not exist: '{name}'")
        key = None if self._sequence is None else self._sequence.text(message)
        sequence = message.configuration.sequence(key) if key else None
        if sequence is not None:
            await sequence.mediate(message)
        try:
            await store.put(message.clone())
        except ConnectorError as error:
            raise _failed(message, name, error) from error
        return True

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Store:
        """Raises ConfigurationError without a messageStore."""
        store = reader.key(element, "messageStore", "store")
        if store is None:
            raise reader.error(element, "<store> needs the attribute 'messageStore'")
        return cls(store, reader.key(element, "sequence", "sequence"))


def _failed(message: Message, name: str, error: ConnectorError) -> MediationError:
    text = f"Failed to store message [{message.message_id}] in store [{name}]."
    _log.error("%s %s", text, error)
    message.properties.set("HTTP_SC", 500)
    message.properties.set("ERROR_DETAIL", "Failed to store message.")
    message.properties.set("ERROR_MESSAGE", text)
    return MediationError(text)
