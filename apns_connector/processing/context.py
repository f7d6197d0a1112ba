"""What processors work with: the configuration in force, the stores, the key of the records."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from apns_connector.delivery.record import Record
from apns_connector.delivery.store import MessageStore
from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_processor import MessageProcessorDefinition
from apns_connector.processing.stores import Stores

_log = logging.getLogger(__name__)

_ERRORS = ("ERROR_CODE", "ERROR_MESSAGE", "ERROR_DETAIL", "ERROR_EXCEPTION")
_NO_ERRORS: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class Context:
    """``configuration`` is replaced when another one comes into force. ``clock``: seconds since
    1970. ``deactivate``: ends the processor of that name for good."""

    configuration: Configuration
    stores: Stores
    deactivate: Callable[[str, str], Awaitable[None]]
    clock: Callable[[], float]
    stop_seconds: float

    def store(self, name: str) -> MessageStore:
        live = self.stores.get(name)
        if live is None:
            raise ConfigurationError(f"there is no message store '{name}'")
        return live.store

    def message(self, record: Record) -> Message:
        """Raises SealError and SnapshotError."""
        return self.stores.records.message(record, self.configuration)

    async def run_aside(
        self,
        definition: MessageProcessorDefinition,
        parameter: str,
        record: Record,
        errors: Mapping[str, Any] = _NO_ERRORS,
    ) -> None:
        """Run the sequence that ``parameter`` names, if it does, for what it does besides: with the
        message as it was kept, and ``errors`` on it. What goes wrong is logged."""
        key = definition.text(parameter)
        if key is None:
            return
        try:
            await self._run(key, self.message(record), errors)
        except Exception as error:  # noqa: BLE001 - logged; the record has its outcome already
            _log.error(
                "Message processor '%s': sequence '%s' failed: %s", definition.name, key, error
            )

    async def _run(self, key: str, message: Message, errors: Mapping[str, Any]) -> None:
        sequence = self.configuration.sequence(key)
        if sequence is None:
            raise MediationError("it cannot be found")
        message.properties.default.update(errors)
        try:
            await sequence.mediate(message)
        finally:
            message.exchange.end()


def errors_on(message: Message) -> dict[str, Any]:
    """What a flow has left behind about its failure."""
    held = message.properties.default
    return {name: held[name] for name in _ERRORS if name in held}
