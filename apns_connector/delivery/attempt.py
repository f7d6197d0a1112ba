"""What whoever uses this part has to offer: to deliver a record, and to bury it. Neither may lose
a record by an exception."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from apns_connector.delivery.record import Record
from apns_connector.delivery.retry import Outcome, Verdict

_log = logging.getLogger(__name__)

# Delivers one record and says what came of it. What it raises is an attempt that has failed.
Deliver = Callable[[Record], Awaitable[Outcome]]
# What is done with a record that nothing more is tried with, and why that is so. True: somebody
# else has it now, and its store may forget it.
Bury = Callable[[Record, str], Awaitable[bool]]


async def attempted(processor: str, deliver: Deliver, record: Record) -> Outcome:
    """``processor``: its name, for the log."""
    try:
        return await deliver(record)
    except Exception as error:  # noqa: BLE001 - logged, and a failed attempt like any other
        _log.error(
            "Message processor '%s': record %s failed unexpectedly",
            processor,
            record.id,
            exc_info=error,
        )
        return Outcome(Verdict.AGAIN, f"It failed unexpectedly: {type(error).__name__}")


async def buried(processor: str, bury: Bury, record: Record, reason: str) -> bool | None:
    """As ``bury``; ``None`` when it has failed."""
    try:
        return await bury(record, reason)
    except Exception as error:  # noqa: BLE001 - logged, and the record stays where it is
        _log.error(
            "Message processor '%s': record %s cannot be moved: %s", processor, record.id, error
        )
        return None
