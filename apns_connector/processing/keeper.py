"""What ``<store>`` does: puts messages into the stores of the deployment."""

from __future__ import annotations

from apns_connector.errors import StoreUnavailable
from apns_connector.mediation.message import Message
from apns_connector.processing.stores import Stores


class Keeper:
    """The MessageKeeper of a gateway. A message is durable when ``keep`` returns."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def keep(self, store_name: str, message: Message) -> None:
        """Raises StoreError when the message is not kept; SnapshotError and MediationError for one
        that cannot be written down."""
        live = self._stores.get(store_name)
        if live is None:
            raise StoreUnavailable(store_name, "it is not open")
        await live.store.put([self._stores.records.of(message, live.definition)])
