"""What is sent to one device: token, payload, headers. It validates itself.

Source of the rules: Apple, "Sending notification requests to APNs" (UserNotifications); what
depends on the push type is in the table of :mod:`apns_connector.apns.push_type`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec.structs import force_setattr

from apns_connector.apns.apns_id import check_apns_id, new_apns_id
from apns_connector.apns.push_type import PRIORITIES, PUSH_TYPES, PushType, bundle_id
from apns_connector.errors import NotificationError

__all__ = [
    "PUSH_TYPES",
    "Notification",
    "check_kind",
    "clean_device_token",
]

MAX_COLLAPSE_ID_BYTES: Final = 64
# Apple says not to assume a size. 80 bytes have been seen; 100 were once announced as the most.
MAX_DEVICE_TOKEN_DIGITS: Final = 200
_USUAL_BYTES: Final = 32
_USUAL_DIGITS: Final = 2 * _USUAL_BYTES

_from_hex = bytes.fromhex
_HEX = re.compile(r"[0-9a-fA-F]+")
_IGNORED_IN_TOKEN = re.compile(r"[\s<>-]")
# What a header field may hold: RFC 9110, section 5.5, without anything beyond ASCII.
_FIELD_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?", re.ASCII)


class Notification(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One notification.

    ``device_token``: hexadecimal digits, either case; :func:`clean_device_token` takes spaces out.
    ``payload``: a JSON object as a mapping, or its UTF-8 bytes, sent as they are and not read.
    ``topic``: the app's bundle id, with the suffix of the push type; may be absent with a
    certificate for one app. ``push_type``: one of ``PUSH_TYPES``, or ``None`` to send none, and
    then nothing is checked that depends on it. ``priority``: 10 at once, 5 power-aware, 1 never
    wakes the device; absent, Apple takes 10. ``expiration``: seconds since 1970; 0 means one
    attempt and no storage; absent, Apple stores for up to 30 days. ``collapse_id``: at most 64
    bytes. ``apns_id``: a UUID; one is made if absent, and is the same for every attempt.

    Raises :class:`NotificationError` whose ``field`` is the attribute to change.
    """

    device_token: str
    payload: Mapping[str, Any] | bytes
    topic: str | None = None
    push_type: str | None = "alert"
    priority: int | None = None
    expiration: int | None = None
    collapse_id: str | None = None
    apns_id: str = ""

    def __post_init__(self) -> None:
        if self.apns_id:
            check_apns_id(self.apns_id)
        else:
            force_setattr(self, "apns_id", new_apns_id())
        token = self.device_token
        try:  # nearly all are like this
            usual = len(token) == _USUAL_DIGITS and len(_from_hex(token)) == _USUAL_BYTES
        except ValueError:
            usual = False
        if not usual:
            _check_unusual_token(token)
        needs = check_kind(self.topic, self.push_type, self.priority)
        if needs:
            _check_payload(self.payload, self.push_type, needs)
        if self.expiration is not None and self.expiration < 0:
            raise NotificationError("expiration", "The expiration lies before 1970; use 0 for none")
        if self.collapse_id is not None:
            _check_collapse_id(self.collapse_id)

    def for_topic(self, topic: str) -> Notification:
        """The same notification for another ``topic``, whose other values are good already. Raises
        :class:`NotificationError` if that does not go with them."""
        check_kind(topic, self.push_type, self.priority)
        other = copy(self)
        force_setattr(other, "topic", topic)
        return other

    def __repr__(self) -> str:
        return (
            f"Notification(…{self.device_token[-8:]}, topic={self.topic!r}, "
            f"push_type={self.push_type!r}, apns_id={self.apns_id!r})"
        )


def clean_device_token(text: str) -> str:
    """``text`` without what people paste around and into tokens: white space, hyphens, <>."""
    if not text.isalnum():  # nearly all are
        text = _IGNORED_IN_TOKEN.sub("", text)
    return text.lower()


def _check_unusual_token(token: str) -> None:
    try:
        size = 2 * len(_from_hex(token))
    except ValueError:
        size = 0
    if size != len(token) or not 0 < size <= MAX_DEVICE_TOKEN_DIGITS:  # white space counts
        raise NotificationError("device_token", _why_no_token(token))


def _why_no_token(token: str) -> str:
    digits = len(token)
    if not digits:
        return "The device token is empty"
    if not _HEX.fullmatch(token):
        return "The device token holds something other than hexadecimal digits"
    if digits % 2:
        return f"The device token has an odd number of digits ({digits})"
    return (
        f"The device token has {digits} digits; "
        f"none of Apple's has more than {MAX_DEVICE_TOKEN_DIGITS}"
    )


@lru_cache(maxsize=1024)
def check_kind(topic: str | None, push_type: str | None, priority: int | None) -> tuple[str, ...]:
    """The keys that the payload needs.

    What one app sends alike again and again is looked at once. Raises :class:`NotificationError`
    when the three do not go together; a topic of ``None`` goes with everything.
    """
    if topic is not None and not _FIELD_VALUE.fullmatch(topic):
        raise NotificationError("topic", "The topic must be a bundle id, in ASCII, not blank")
    if push_type is not None and push_type not in PUSH_TYPES:
        raise NotificationError(
            "push_type",
            f"Push type '{push_type}' is none of Apple's: {', '.join(sorted(PUSH_TYPES))}",
        )
    if priority is not None and priority not in PRIORITIES:
        raise NotificationError("priority", f"Priority {priority} is not 10, 5 or 1")
    if push_type is None:
        return ()
    row = PUSH_TYPES[push_type]
    _check_row(row, topic, priority)
    return row.needs


def _check_row(row: PushType, topic: str | None, priority: int | None) -> None:
    if priority is not None and priority not in row.priorities:
        allowed = " or ".join(map(str, row.priorities))
        raise NotificationError(
            "priority",
            f"A {row.name} notification must have priority {allowed}; Apple refuses others",
        )
    if topic is not None and not topic.endswith(row.suffix):
        raise NotificationError(
            "topic",
            f"A {row.name} notification needs the topic {row.topic(bundle_id(topic))}; "
            f"'{topic}' lacks the suffix {row.suffix}",
        )


def _check_payload(
    payload: Mapping[str, Any] | bytes, push_type: str | None, needs: tuple[str, ...]
) -> None:
    if isinstance(payload, bytes):
        return
    for key in needs:
        if not _holds(payload, key):
            raise NotificationError(
                "payload",
                f"The payload needs the key {key}: without it, push type {push_type} does nothing",
            )


def _holds(payload: Mapping[str, Any], key: str) -> bool:
    """``key`` may name one in ``aps``, as in ``aps.event``; not looked for in a foreign object."""
    parent, _, name = key.rpartition(".")
    holder = payload.get(parent) if parent else payload
    if isinstance(holder, Mapping):
        return holder.get(name) is not None
    return holder is not None


def _check_collapse_id(collapse_id: str) -> None:
    if not _FIELD_VALUE.fullmatch(collapse_id):
        raise NotificationError("collapse_id", "The collapse id must be printable ASCII, not blank")
    if len(collapse_id) > MAX_COLLAPSE_ID_BYTES:
        raise NotificationError(
            "collapse_id",
            f"The collapse id has {len(collapse_id)} bytes; {MAX_COLLAPSE_ID_BYTES} are allowed",
        )
