"""What may come in: one notification as JSON, and the parameters of the other operations.

These types decode the requests and are what the OpenAPI description is made of. What depends on
several members at once is for :class:`Notification` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from apns_connector.apns import Notification, payload
from apns_connector.apns.notification import MAX_COLLAPSE_ID_BYTES, MAX_DEVICE_TOKEN_DIGITS
from apns_connector.apns.push_type import PUSH_TYPES
from apns_connector.errors import NotificationError

_PUSH_TYPES = {"enum": sorted(PUSH_TYPES)}
_UUID = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
# The members that become keys of aps. The types below have checked their values.
_PARTS = {
    "alert": "alert",
    "badge": "badge",
    "sound": "sound",
    "thread_id": "thread-id",
    "category": "category",
    "interruption_level": "interruption-level",
    "relevance_score": "relevance-score",
}
_KEYS = tuple(_PARTS.values())
_values = attrgetter(*_PARTS)

DeviceToken = Annotated[
    str,
    Meta(
        pattern="^[0-9A-Fa-f]+$",
        min_length=2,
        max_length=MAX_DEVICE_TOKEN_DIGITS,
        description="What the app got from Apple, in hexadecimal digits.",
    ),
]


class NotificationRequest(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename="camel",
    gc=False,
):
    """One notification: the whole payload, or the members from which one is made."""

    device_token: DeviceToken
    payload: Annotated[
        dict[str, Any] | None,
        Meta(description="The JSON object that travels as it is; instead of what makes one."),
    ] = None
    alert: Annotated[
        str | dict[str, Any] | None,
        Meta(description="A text, or an object with title, subtitle, body and so on."),
    ] = None
    badge: Annotated[int, Meta(ge=0, description="0 removes it.")] | None = None
    sound: Annotated[
        str | dict[str, Any] | None,
        Meta(description="A file of the app, `default`, or the object of a critical sound."),
    ] = None
    thread_id: str | None = None
    category: str | None = None
    content_available: bool = False
    mutable_content: bool = False
    interruption_level: Literal["passive", "active", "time-sensitive", "critical"] | None = None
    relevance_score: Annotated[float, Meta(ge=0, le=1)] | None = None
    custom: Annotated[dict[str, Any] | None, Meta(description="For the app, beside `aps`.")] = None
    topic: Annotated[
        str | None,
        Meta(description="The bundle id, with the suffix of the push type; absent, the gateway's."),
    ] = None
    push_type: Annotated[str, Meta(extra_json_schema=_PUSH_TYPES)] = "alert"
    priority: Literal[10, 5, 1] | None = None
    expiration: (
        Annotated[int, Meta(ge=0, description="Seconds since 1970; 0: one attempt, never stored.")]
        | None
    ) = None
    collapse_id: Annotated[str, Meta(min_length=1, max_length=MAX_COLLAPSE_ID_BYTES)] | None = None
    apns_id: (
        Annotated[str, Meta(pattern=_UUID, description="A UUID; one is made if it is absent.")]
        | None
    ) = None


class Placed(Notification, frozen=True, kw_only=True, gc=False):
    """A notification and its place in the request, for outcomes come in any order."""

    place: int = 0


def placed(request: NotificationRequest, place: int, topic: str | None) -> Placed:
    """``topic``: the bundle id for a notification that names no topic.

    Raises :class:`NotificationError` and :class:`PayloadError`.
    """
    return Placed(
        place=place,
        device_token=request.device_token,
        payload=payload_of(request),
        topic=request.topic or _suffixed(topic, request.push_type),
        push_type=request.push_type,
        priority=request.priority,
        expiration=request.expiration,
        collapse_id=request.collapse_id,
        apns_id=request.apns_id or "",
    )


def payload_of(request: NotificationRequest) -> Mapping[str, Any]:
    """The payload, or the one that its parts make. Raises :class:`NotificationError` for both at
    once and for neither."""
    parts = zip(_KEYS, _values(request), strict=True)
    aps: dict[str, Any] = {key: value for key, value in parts if value is not None}
    if request.content_available:
        aps["content-available"] = 1
    if request.mutable_content:
        aps["mutable-content"] = 1
    if request.payload is not None:
        if aps or request.custom is not None:
            raise NotificationError("payload", "Give a payload or the parts of one, not both")
        return request.payload
    if request.custom is not None:
        return payload.beside(aps, request.custom)
    if not aps:
        raise NotificationError("payload", "Give a payload, or an alert or another part of one")
    return {"aps": aps}


@lru_cache(maxsize=64)
def _suffixed(topic: str | None, push_type: str) -> str | None:
    """With the suffix of the push type; one that is none is told by the notification."""
    row = PUSH_TYPES.get(push_type)
    return topic if topic is None or row is None else row.topic(topic)


class UnregisteredQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Which page of the unregistered device tokens."""

    limit: Annotated[int, Meta(ge=1, le=10_000, description="How many at most.")] = 1000
    after: Annotated[
        int, Meta(ge=0, description="The `upTo` of the page before; 0: from the oldest on.")
    ] = 0


class ClearQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """How far the unregistered device tokens have been dealt with."""

    up_to: Annotated[
        int,
        Meta(ge=0, description="The `upTo` of a page: what was added or renewed since stays."),
    ]
