"""Records go to another store, with their id, their body and their age."""

from __future__ import annotations

import logging

from msgspec.structs import replace

from apns_connector.delivery.attempt import Bury
from apns_connector.delivery.record import Record
from apns_connector.processing.context import Context

_log = logging.getLogger(__name__)


def bury_in(store_name: str, context: Context) -> Bury:
    """Puts what nothing more is tried with into that store, where it waits for its processor."""

    async def bury(record: Record, reason: str) -> bool:
        await move(record, store_name, context, reason)
        return True

    return bury


async def move(record: Record, store_name: str, context: Context, reason: str = "") -> None:
    """Raises StoreError when the other store does not take it."""
    moved = replace(record, due=0.0, attempts=0, reason=reason or record.reason)
    await context.store(store_name).put([moved])
    _log.info("Record %s is in message store '%s' now", record.id, store_name)
