"""Who keeps messages for ``<store>``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from apns_connector.errors import StoreUnavailable

if TYPE_CHECKING:
    from apns_connector.mediation.message import Message

# The property of a message that came out of a store: the id of its record, a UUID that is the same
# in every attempt to deliver it.
RECORD_ID = "apns.recordId"


class MessageKeeper(Protocol):
    """Puts messages into the message stores of a deployment."""

    async def keep(self, store_name: str, message: Message) -> None:
        """Returns when the store has a copy of the message. Raises StoreError when it has not, and
        another ConnectorError for a message that cannot be written down."""


class NoKeeper:
    """Of a deployment that is read, but not served."""

    async def keep(self, store_name: str, message: Message) -> None:
        raise StoreUnavailable(store_name, "it is not open: nothing keeps messages here")
