"""The JSON that travels: the ``aps`` dictionary, what stands beside it, and its size.

What is built here are plain dictionaries: whatever else Apple invents can be added to them.
Source: Apple, "Generating a remote notification" (UserNotifications).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from apns_connector.apns.payload_values import (
    Check,
    checked,
    is_fraction,
    is_name,
    is_one_of,
    is_text,
    is_text_or_object,
    is_whole_number,
)
from apns_connector.apns.push_type import MAX_PAYLOAD_BYTES, PUSH_TYPES
from apns_connector.errors import PayloadError

_encode = msgspec.json.Encoder().encode
_NO_JSON: Final = (TypeError, ValueError, RecursionError, OverflowError)
_LIMITS: Final[Mapping[str | None, int]] = {
    name: row.payload_limit for name, row in PUSH_TYPES.items()
}

_APS: Final[Mapping[str, Check]] = {
    "alert": is_text_or_object,
    "badge": is_whole_number,
    "sound": is_text_or_object,
    "thread-id": is_text,
    "category": is_text,
    "content-available": is_whole_number,
    "mutable-content": is_whole_number,
    "target-content-id": is_text,
    "interruption-level": is_one_of("passive", "active", "time-sensitive", "critical"),
    "relevance-score": is_fraction,
    "filter-criteria": is_text,
}
_SOUND: Final[Mapping[str, Check]] = {
    "critical": is_whole_number,
    "name": is_name,
    "volume": is_fraction,
}
_OTHER: Final[Mapping[str, Check]] = {
    "container-identifier": is_name,
    "domain": is_name,
    "mdm": is_name,
}


def aps(
    *,
    alert: str | Mapping[str, Any] | None = None,
    badge: int | None = None,
    sound: str | Mapping[str, Any] | None = None,
    thread_id: str | None = None,
    category: str | None = None,
    content_available: bool = False,
    mutable_content: bool = False,
    target_content_id: str | None = None,
    interruption_level: str | None = None,
    relevance_score: float | None = None,
    filter_criteria: str | None = None,
    custom: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A payload with nothing in it but what is given: ``{"aps": {...}, **custom}``.

    ``alert``: text, or what :func:`apns_connector.apns.alert.alert` makes. ``badge``: 0 removes
    it. ``sound``: a file of the app, ``default``, or what :func:`critical_sound` makes.
    ``thread_id`` groups; ``category`` chooses the actions; ``mutable_content`` runs the app's
    service extension; ``interruption_level``: passive, active, time-sensitive or critical;
    ``relevance_score``: 0 to 1; ``custom``: for the app, beside ``aps``.

    Raises :class:`PayloadError` with a sentence that names the key.
    """
    content = checked(
        {
            "alert": alert,
            "badge": badge,
            "sound": sound,
            "thread-id": thread_id,
            "category": category,
            "content-available": 1 if content_available else None,
            "mutable-content": 1 if mutable_content else None,
            "target-content-id": target_content_id,
            "interruption-level": interruption_level,
            "relevance-score": relevance_score,
            "filter-criteria": filter_criteria,
        },
        _APS,
    )
    return beside(content, custom)


def critical_sound(name: str, volume: float | None = None) -> dict[str, Any]:
    """A sound that is heard in silence too, if the app has Apple's entitlement for it.

    ``name``: a file of the app, or ``default``; ``volume``: 0 (silent) to 1 (full).
    """
    return checked({"critical": 1, "name": name, "volume": volume}, _SOUND)


def background(custom: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Wakes the app, shows nothing: push type background."""
    return beside({"content-available": 1}, custom)


def content_changed(custom: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Has widgets or controls load their content again: push types widgets, controls.

    Source: Apple, WidgetKit, "Updating widgets with WidgetKit push notifications".
    """
    return beside({"content-changed": True}, custom)


def location(custom: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Asks where the device is: push type location, for which Apple prescribes no key."""
    return beside({}, custom)


def mdm(push_magic: str) -> dict[str, Any]:
    """Has a managed device ask its server: push type mdm.

    ``push_magic``: what the device handed over in its TokenUpdate.
    """
    return checked({"mdm": push_magic}, _OTHER)


def file_provider(container_identifier: str, domain: str | None = None) -> dict[str, Any]:
    """Tells a File Provider extension of a change: push type fileprovider.

    Source: Apple, PushKit, ``PKPushTypeFileProvider``.
    """
    return checked({"container-identifier": container_identifier, "domain": domain}, _OTHER)


def beside(content: Mapping[str, Any], custom: Mapping[str, Any] | None) -> dict[str, Any]:
    """The payload with ``content`` as its ``aps`` and the app's ``custom`` keys beside it."""
    if custom is None:
        return {"aps": content}
    if "aps" in custom:
        raise PayloadError("A custom key cannot be named aps: that is Apple's part of the payload")
    return {"aps": content, **custom}


def limit_for(push_type: str | None) -> int:
    """The most bytes that Apple takes; one more is PayloadTooLarge."""
    return _LIMITS.get(push_type, MAX_PAYLOAD_BYTES)


def encode(
    payload: Mapping[str, Any] | bytes, push_type: str | None = "alert", *, limit: int | None = None
) -> bytes:
    """``payload`` as UTF-8 JSON without white space; bytes are taken as they are.

    ``limit``: in bytes, if it is not that of the push type. Raises :class:`PayloadError`: not
    encodable, empty, or longer than :func:`limit_for`.
    """
    if type(payload) is dict:  # as in to_json, but nearly every notification comes here
        try:
            body = _encode(payload)
        except _NO_JSON as error:
            raise _no_json(error) from error
    else:
        body = payload if isinstance(payload, bytes) else to_json(payload)
    size = len(body)
    if limit is None:
        if 0 < size <= MAX_PAYLOAD_BYTES:  # all push types take that much
            return body
        limit = limit_for(push_type)
    if size > limit:
        raise PayloadError(f"Payload is too long. ({size} bytes, {limit} are allowed)", size, limit)
    if not size:
        raise PayloadError("The payload is empty", 0, limit)
    return body


def to_json(payload: Mapping[str, Any]) -> bytes:
    """As :func:`encode` writes it, of any length."""
    try:
        return _encode(payload if type(payload) is dict else dict(payload))
    except _NO_JSON as error:
        raise _no_json(error) from error


def _no_json(error: Exception) -> PayloadError:
    return PayloadError(f"The payload cannot be written as JSON: {error}")
