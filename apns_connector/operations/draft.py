"""A notification before it is known for whom it is: what its parameters say alike for one device
and for many."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from apns_connector.apns import PUSH_TYPES, Cut, Notification, clean_device_token, fit
from apns_connector.apns import payload as payloads
from apns_connector.apns.alert import alert as alert_dictionary
from apns_connector.mediation.message import Message
from apns_connector.operations.failure import OperationError
from apns_connector.operations.from_store import UNMARKED, Mark, marks_of, refuse_expired
from apns_connector.operations.parameters import INT, Parameters

ALERT: Final = "alert"

# What a payload is made of: not to be given beside one that is given as a whole.
CONTENT: Final = (
    "alert",
    "title",
    "subtitle",
    "sound",
    "badge",
    "category",
    "threadId",
    "locKey",
    "locArgs",
    "titleLocKey",
    "titleLocArgs",
    "subtitleLocKey",
    "subtitleLocArgs",
    "launchImage",
    "interruptionLevel",
    "relevanceScore",
    "contentAvailable",
    "mutableContent",
    "targetContentId",
    "filterCriteria",
    "custom",
)
# What the original connector did not have.
_BEYOND: Final = frozenset(CONTENT) - {"alert", "sound", "badge"} | {
    "payload",
    "pushType",
    "fitToSize",
    "topic",
    "priority",
    "expiration",
    "collapseId",
    "apnsId",
}


class Draft(msgspec.Struct, frozen=True):
    """``topic``: the app's bundle id, or a topic. ``apns_id``: "" to have one made. ``cut``: what
    was taken from the alert so that the payload fits."""

    payload: Mapping[str, Any]
    push_type: str
    topic: str | None = None
    priority: int | None = None
    expiration: int | None = None
    collapse_id: str | None = None
    apns_id: str = ""
    cut: Cut | None = None

    def mark(self, message: Message, device_token: str) -> Mark:
        """As :meth:`marks`, of the notification to one device."""
        if message.exchange.attempt is None:  # nearly always
            return UNMARKED
        return self.marks(message, [device_token])[0]

    def marks(self, message: Message, device_tokens: Sequence[str]) -> list[Mark]:
        """Of the notifications to these devices. Raises :class:`OperationError` if one of them has
        expired in a store."""
        if message.exchange.attempt is None:  # nearly always
            return [UNMARKED] * len(device_tokens)
        cleaned = [clean_device_token(device_token) for device_token in device_tokens]
        marks = marks_of(message, self._content, cleaned)
        refuse_expired(marks, self.expiration, time.time())
        return marks

    def _content(self) -> bytes:
        """What tells it from others to the same device."""
        kind = f"{self.topic}\0{self.push_type}\0{self.collapse_id}\0"
        return kind.encode() + payloads.to_json(self.payload)

    def to(self, device_token: str, apns_id: str = "") -> Notification:
        """Raises :class:`NotificationError`."""
        return Notification(
            device_token=clean_device_token(device_token),
            payload=self.payload,
            topic=None if self.topic is None else _suffixed(self.topic, self.push_type),
            push_type=self.push_type,
            priority=self.priority,
            expiration=self.expiration,
            collapse_id=self.collapse_id,
            apns_id=self.apns_id or apns_id,
        )


def with_topic(notification: Notification, topic: str | None) -> Notification:
    """``notification``; if it names no topic, for the app whose bundle id is ``topic``."""
    if topic is None or notification.topic is not None:
        return notification
    return notification.for_topic(_suffixed(topic, notification.push_type))


@lru_cache(maxsize=256)
def _suffixed(topic: str, push_type: str | None) -> str:
    """With the suffix of the push type; a push type that is none is told by the notification."""
    row = PUSH_TYPES.get(push_type or "")
    return topic if row is None else row.topic(topic)


def read_draft(parameters: Parameters) -> Draft:
    """Raises :class:`OperationError`, and :class:`PayloadError`."""
    if parameters.none_of(_BEYOND):  # nearly always: nothing is asked for that cannot be there
        return Draft(_original(parameters), ALERT)
    push_type = parameters.optional("pushType") or ALERT
    payload = parameters.json_object("payload")
    if payload is not None:
        _refuse_content(parameters)
    else:
        payload = _aps(parameters, push_type, **_more(parameters))
    cut = None
    if parameters.boolean("fitToSize"):
        fitted = fit(payload, payloads.limit_for(push_type))
        payload, cut = dict(fitted.payload), fitted.cut
    return delivered(parameters, payload, push_type, cut)


def delivered(
    parameters: Parameters, payload: Mapping[str, Any], push_type: str, cut: Cut | None = None
) -> Draft:
    """``payload``, with what the parameters say about its way."""
    return Draft(
        payload,
        push_type,
        parameters.optional("topic"),
        parameters.whole_number("priority", INT),
        parameters.whole_number("expiration"),
        parameters.optional("collapseId"),
        parameters.optional("apnsId") or "",
        cut,
    )


def told_cut(cut: Cut | None) -> dict[str, int] | None:
    """What a result says about a shortened alert."""
    return None if cut is None else {"characters": cut.characters, "bytes": cut.bytes}


def _original(parameters: Parameters) -> dict[str, Any]:
    """As :func:`_aps`, of an alert with nothing but what the original connector had: three values
    that need no further check."""
    alert = parameters.optional("alert")
    sound = parameters.optional("sound")
    badge = parameters.whole_number("badge", INT)
    aps: dict[str, Any] = {} if alert is None else {"alert": alert}
    aps["badge"] = badge or 0
    if sound is not None:
        aps["sound"] = sound
    return {"aps": aps}


def _aps(parameters: Parameters, push_type: str, **more: Any) -> dict[str, Any]:
    """In the order of the original connector, so that of several mistakes the same is told.

    The badge of an alert is always part of it, 0 by default, as the original documents.
    """
    alert = parameters.optional("alert")
    sound = parameters.optional("sound")
    badge = parameters.whole_number("badge", INT)
    if badge is None and push_type == ALERT:
        badge = 0
    return payloads.aps(**{"alert": alert, "sound": sound, "badge": badge, **more})


def _more(parameters: Parameters) -> dict[str, Any]:
    """What the original connector did not have."""
    more = {
        "thread_id": parameters.optional("threadId"),
        "category": parameters.optional("category"),
        "content_available": parameters.boolean("contentAvailable") or False,
        "mutable_content": parameters.boolean("mutableContent") or False,
        "target_content_id": parameters.optional("targetContentId"),
        "interruption_level": parameters.optional("interruptionLevel"),
        "relevance_score": parameters.number("relevanceScore"),
        "filter_criteria": parameters.optional("filterCriteria"),
        "custom": parameters.json_object("custom"),
    }
    dictionary = _alert_dictionary(parameters)
    return more if dictionary is None else {**more, "alert": dictionary}


def _alert_dictionary(parameters: Parameters) -> dict[str, Any] | None:
    """``None`` as long as there is nothing but a body, which is text by itself."""
    parts: dict[str, Any] = {
        "title": parameters.optional("title"),
        "subtitle": parameters.optional("subtitle"),
        "launch_image": parameters.optional("launchImage"),
        "loc_key": parameters.optional("locKey"),
        "loc_args": parameters.texts("locArgs"),
        "title_loc_key": parameters.optional("titleLocKey"),
        "title_loc_args": parameters.texts("titleLocArgs"),
        "subtitle_loc_key": parameters.optional("subtitleLocKey"),
        "subtitle_loc_args": parameters.texts("subtitleLocArgs"),
    }
    if all(part is None for part in parts.values()):
        return None
    return alert_dictionary(body=parameters.optional("alert"), **parts)


def _refuse_content(parameters: Parameters) -> None:
    given = [name for name in CONTENT if parameters.optional(name) is not None]
    if given:
        raise OperationError.illegal(
            f"The payload is given as a whole: leave out apns.{', apns.'.join(given)}"
        )
