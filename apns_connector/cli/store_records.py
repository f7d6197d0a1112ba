"""Records as the command line shows them: without secrets, and of a device token its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from apns_connector.cli.log import redacted
from apns_connector.delivery.record import Counts, Kept
from apns_connector.mediation.message import Message
from apns_connector.mediation.redaction import (
    MASK,
    is_secret,
    redacted_json,
    redacted_xml,
)

# In a list a reason takes one line of a terminal, more or less.
_REASON_CHARACTERS: Final = 80
# They name secrets, and have been left out when the message was kept; who knows what comes in.
_HIDDEN_HEADERS: Final = ("authorization", "proxy-authorization", "cookie", "set-cookie")


def counts_row(name: str, counts: Counts, now: float) -> dict[str, Any]:
    """``oldest``: seconds, the age of the oldest record that is not dead."""
    return {
        "store": name,
        "waiting": counts.waiting,
        "claimed": counts.claimed,
        "dead": counts.dead,
        "oldest": None if counts.oldest is None else round(max(0.0, now - counts.oldest)),
    }


def unknown_row(name: str) -> dict[str, Any]:
    """Of a store that nobody can look into now."""
    return {"store": name, **dict.fromkeys(("waiting", "claimed", "dead", "oldest"))}


def record_row(kept: Kept) -> dict[str, Any]:
    record = kept.record
    return {
        "id": record.id,
        "state": kept.state.value,
        "created": moment(record.created),
        "due": moment(record.due) if record.due else None,
        "attempts": record.attempts,
        "label": redacted(record.label),
        "reason": redacted(record.reason),
    }


def short(row: dict[str, Any]) -> dict[str, Any]:
    """A row for a terminal."""
    return {**row, "reason": row["reason"][:_REASON_CHARACTERS]}


def moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def contents(message: Message) -> dict[str, Any]:
    """What a record holds, for people."""
    properties = message.properties
    return {
        "messageId": message.message_id,
        "to": _shown("to", message.to),
        "action": _shown("action", message.action),
        "properties": _all_shown(properties.default),
        "headers": _all_shown(properties.transport),
        "attachments": {
            key: f"{one.content_type}, {len(one.content)} bytes"
            for key, one in message.attachments.items()
        },
        "payload": _payload(message),
    }


def _payload(message: Message) -> str:
    text = redacted_json(message.json) if message.has_json else redacted_xml(message.envelope)
    return redacted(text)


def _all_shown(values: Any) -> dict[str, str | None]:
    return {name: _shown(name, value) for name, value in sorted(values.items())}


def _shown(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if is_secret(name) or name.lower() in _HIDDEN_HEADERS:
        return MASK
    if isinstance(value, str | int | float | bool):
        return redacted(str(value))
    return f"({type(value).__name__})"
