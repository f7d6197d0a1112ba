"""``<store>``: puts a copy of the message into a message store."""

from __future__ import annotations

import logging

from apns_connector.errors import (
    ConnectorError,
    MediationError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element

_log = logging.getLogger(__name__)


class Store:
    """Runs ``sequence`` first, whatever that comes to. The flow goes on, and unless it answers, its
    end is a 202 (the ESB leaves the client waiting for ever).

    What is not kept is a failure that nobody is told 202 for, see ``Exchange.unkept``.
    """

    def __init__(self, store: Value, sequence: Value | None = None) -> None:
        self._store = store
        self._sequence = sequence

    async def mediate(self, message: Message) -> bool:
        name = self._store.text(message) or ""
        if name not in message.configuration.stores:
            message.exchange.set_unkept(message)
            raise MediationError(f"Message Store does not exist: '{name}'")
        key = None if self._sequence is None else self._sequence.text(message)
        sequence = message.configuration.sequence(key) if key else None
        if sequence is not None:
            await sequence.mediate(message)
        try:
            await _keep(name, message)
        except ConnectorError as error:
            raise _failed(message, name, error) from error
        message.exchange.set_kept(message)
        return True

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Store:
        """Raises ConfigurationError without a messageStore."""
        store = reader.key(element, "messageStore", "store")
        if store is None:
            raise reader.error(element, "<store> needs the attribute 'messageStore'")
        return cls(store, reader.key(element, "sequence", "sequence"))


async def _keep(name: str, message: Message) -> None:
    """In the store of that name, or else in the one that it names for such a case."""
    configuration = message.configuration
    failover = configuration.stores[name].failover
    try:
        await configuration.keeper.keep(name, message)
    except StoreError as error:
        if failover is None:
            raise
        _log.warning("%s The message goes to '%s'", error, failover)
        await configuration.keeper.keep(failover, message)


def _failed(message: Message, name: str, error: ConnectorError) -> MediationError:
    retry_after = error.retry_after if isinstance(error, StoreFull | StoreUnavailable) else None
    message.exchange.set_unkept(message, retry_after)
    text = f"Failed to store message [{message.message_id}] in store [{name}]."
    _log.error("%s %s", text, error)
    message.properties.set("HTTP_SC", 500 if retry_after is None else 503)
    message.properties.set("ERROR_DETAIL", "Failed to store message.")
    message.properties.set("ERROR_MESSAGE", text)
    return MediationError(text)
