"""What an operation heeds when its message came out of a message store: it may come again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

from apns_connector.mediation.message import Message
from apns_connector.mediation.message_keeper import RECORD_ID
from apns_connector.operations.failure import OperationError

# In the operation scope, which all copies of a message share: how many ids were given out.
_GIVEN: Final = "apns.recordIds"


def next_apns_id(message: Message) -> str:
    """For the next notification of the flow, the same in each attempt: the id of the record, then
    others that follow from it. "" for a message that comes from no store.

    Raises :class:`OperationError` for an id that is none.
    """
    record_id = message.properties.default.get(RECORD_ID)
    if record_id is None:
        return ""
    operation = message.properties.operation
    position = operation.get(_GIVEN, 0)
    operation[_GIVEN] = position + 1
    if position == 0:
        return str(record_id)
    try:
        return str(uuid5(UUID(str(record_id)), str(position)))
    except ValueError as error:
        raise OperationError.illegal(f"Property <{RECORD_ID}> is no UUID") from error


def refuse_expired(message: Message, expiration: int | None, now: float) -> None:
    """Raises :class:`OperationError` if the message comes from a store, and its notification was
    wanted until ``expiration`` only. Both times in seconds since 1970; an expiration of 0 means
    that Apple does not store it, and says nothing of how long it is wanted here."""
    if not expiration or expiration >= now or RECORD_ID not in message.properties.default:
        return
    raise OperationError.illegal(f"The notification has expired at {_written(expiration)}")


def _written(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):  # before the year 1
        return str(seconds)
