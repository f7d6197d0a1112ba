"""What is sent to a channel: one Live Activity update for all devices that subscribe to it.

Source of the rules: Apple, "Sending broadcast push notification requests to APNs"
(UserNotifications).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final, final

import msgspec

from apns_connector.apns.apns_id import check_apns_id, new_apns_id
from apns_connector.apns.push_type import PRIORITIES
from apns_connector.errors import NotificationError

MAX_BROADCAST_PAYLOAD_BYTES: Final = 5_120
# An activity begins on the device; a channel goes on from there.
EVENTS: Final = ("update", "end")

_BUNDLE_ID = re.compile(r"[A-Za-z0-9._-]+")
# What only a topic has; Apple answers TopicDisallowed.
_TOPIC_MARK: Final = ".push-type."


@final
class Broadcast(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One update, or the end, of the Live Activities that listen to a channel.

    ``channel_id``: as Apple gave it, in base64. ``bundle_id``: of the app, without the suffix of a
    push type. ``payload``: what ``live_activity.update`` or ``live_activity.end`` makes, or its
    UTF-8 bytes, sent as they are and not read; at most 5120 bytes, which is checked when it is
    sent. ``priority``: 10 at once, 5 power-aware, 1 lowest; Apple demands one. ``expiration``:
    seconds since 1970; 0, the only one for a channel that stores nothing, means one attempt.
    ``apns_id``: the id of the request, a UUID (``apns-request-id``); one is made if absent, and is
    the same for every attempt.

    Raises :class:`NotificationError` whose ``field`` is the attribute to change.
    """

    channel_id: str
    bundle_id: str
    payload: Mapping[str, Any] | bytes
    priority: int = 10
    expiration: int = 0
    apns_id: str = ""

    def __post_init__(self) -> None:
        if self.apns_id:
            check_apns_id(self.apns_id)
        else:
            msgspec.structs.force_setattr(self, "apns_id", new_apns_id())
        check_channel_id(self.channel_id)
        check_bundle_id(self.bundle_id)
        _check_payload(self.payload)
        if self.priority not in PRIORITIES:
            raise NotificationError("priority", f"Priority {self.priority} is not 10, 5 or 1")
        if self.expiration < 0:
            raise NotificationError("expiration", "The expiration lies before 1970; use 0 for none")

    def __repr__(self) -> str:
        return f"Broadcast({self.channel_id}, {self.bundle_id}, apns_id={self.apns_id!r})"


def check_channel_id(channel_id: str) -> None:
    """Raises :class:`NotificationError` unless it is base64; Apple promises nothing of its size."""
    try:
        valid = bool(b64decode(channel_id, validate=True))
    except ValueError:
        valid = False
    if not valid:
        raise NotificationError("channel_id", "The channel id is not base64, as Apple's are")


def check_bundle_id(bundle_id: str) -> None:
    """Raises :class:`NotificationError` unless it is one, and no topic."""
    if not _BUNDLE_ID.fullmatch(bundle_id):
        raise NotificationError(
            "bundle_id", "The bundle id must consist of letters, digits, dots and hyphens"
        )
    bare, mark, _ = bundle_id.partition(_TOPIC_MARK)
    if mark:
        raise NotificationError(
            "bundle_id", f"'{bundle_id}' is a topic; channels belong to the bundle id, {bare}"
        )


def _check_payload(payload: Mapping[str, Any] | bytes) -> None:
    if isinstance(payload, bytes):
        return
    aps = payload.get("aps")
    content = aps if isinstance(aps, Mapping) else {}
    if content.get("event") not in EVENTS:
        raise NotificationError(
            "payload", f"The payload needs the key aps.event: {' or '.join(EVENTS)}"
        )
    if content.get("timestamp") is None:
        raise NotificationError(
            "payload", "The payload needs the key aps.timestamp: devices drop what has none"
        )
