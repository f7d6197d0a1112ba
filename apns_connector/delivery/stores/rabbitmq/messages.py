"""Records as messages of AMQP: the body is the record's, all else stands in headers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from apns_connector.delivery.record import Record

# The headers of a message must go into one frame of mostly 128 kB.
_LONGEST_TEXT: Final = 4000


def headers_of(record: Record) -> dict[str, Any]:
    """What is as in a new record is left out: the client takes its time with each header. Times as
    texts: it would send a number with half of its digits."""
    headers: dict[str, Any] = {}
    if record.created:
        headers["created"] = repr(record.created)
    if record.due:
        headers["due"] = repr(record.due)
    if record.attempts:
        headers["attempts"] = record.attempts
    if record.lane:
        headers["lane"] = record.lane[:_LONGEST_TEXT]
    if record.label:
        headers["label"] = record.label[:_LONGEST_TEXT]
    if record.reason:
        headers["reason"] = record.reason[:_LONGEST_TEXT]
    return headers


def record_of(body: bytes, message_id: str | None, headers: Mapping[str, Any]) -> Record:
    """Anybody may put a message into a queue: what it does not say is as in a new record, and
    without an id it gets the same one whenever it is read."""
    return Record(
        body=body,
        created=_seconds(headers.get("created")),
        id=message_id or str(uuid.uuid5(uuid.NAMESPACE_OID, body.hex())),
        lane=_text(headers.get("lane")),
        label=_text(headers.get("label")),
        due=_seconds(headers.get("due")),
        attempts=attempts if isinstance(attempts := headers.get("attempts"), int) else 0,
        reason=_text(headers.get("reason")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: object) -> float:
    try:
        return float(_text(value))
    except ValueError:
        return 0.0
