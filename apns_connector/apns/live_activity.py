"""Payloads of Live Activities: start, update, end. Push type liveactivity.

All times are whole seconds since 1970, but those inside ``content_state`` and ``attributes``:
the app decodes these with Swift's defaults, where a date counts seconds since 2001.
Source: Apple, "Starting and updating Live Activities with ActivityKit push notifications".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from apns_connector.apns.payload import beside
from apns_connector.apns.payload_values import (
    Check,
    checked,
    is_name,
    is_number,
    is_object,
    is_seconds,
    is_text,
    is_text_or_object,
    is_whole_number,
)
from apns_connector.errors import PayloadError

_APS: Final[Mapping[str, Check]] = {
    "timestamp": is_seconds,
    "event": is_text,
    "content-state": is_object,
    "stale-date": is_seconds,
    "dismissal-date": is_seconds,
    "relevance-score": is_number,
    "attributes-type": is_name,
    "attributes": is_object,
    "alert": is_object,
    "input-push-token": is_whole_number,
    "input-push-channel": is_name,
}
_ALERT: Final[Mapping[str, Check]] = {
    "title": is_text_or_object,
    "body": is_text_or_object,
    "sound": is_text,
}


def alert(
    *,
    title: str | Mapping[str, Any],
    body: str | Mapping[str, Any],
    sound: str | None = None,
) -> dict[str, Any]:
    """The alert of a Live Activity; its sound, unlike a notification's, is inside.

    ``title``, ``body``: text, or what :func:`apns_connector.apns.alert.localized` makes.
    """
    return checked({"title": title, "body": body, "sound": sound}, _ALERT)


def start(
    *,
    timestamp: int,
    attributes_type: str,
    attributes: Mapping[str, Any],
    content_state: Mapping[str, Any],
    alert: Mapping[str, Any],
    stale_date: int | None = None,
    relevance_score: float | None = None,
    input_push_token: bool = False,
    input_push_channel: str | None = None,
    custom: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Starts an activity by the device's push-to-start token (iOS and iPadOS 17.2).

    ``timestamp``: now. ``attributes_type``: the name of the Swift type. ``alert``: Apple demands
    one. ``stale_date``: when the content counts as out of date. ``relevance_score``: any number,
    compared among the app's activities. ``input_push_token``: have the activity ask for an update
    token; ``input_push_channel``: have it listen to this channel (both iOS and iPadOS 18).

    Raises :class:`PayloadError` with a sentence that names the key.
    """
    if not alert:
        raise PayloadError("The alert is empty; Apple demands one to start a Live Activity")
    content = {
        "attributes-type": attributes_type,
        "attributes": attributes,
        "content-state": content_state,
        "alert": alert,
        "stale-date": stale_date,
        "relevance-score": relevance_score,
        "input-push-token": 1 if input_push_token else None,
        "input-push-channel": input_push_channel,
    }
    needed = ("attributes-type", "attributes", "content-state")
    return _payload("start", timestamp, content, custom, needed)


def update(
    *,
    timestamp: int,
    content_state: Mapping[str, Any],
    alert: Mapping[str, Any] | None = None,
    stale_date: int | None = None,
    relevance_score: float | None = None,
    custom: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """New content. The device ignores an update with an older ``timestamp`` than it has seen.

    Raises :class:`PayloadError` with a sentence that names the key.
    """
    content = {
        "content-state": content_state,
        "alert": alert,
        "stale-date": stale_date,
        "relevance-score": relevance_score,
    }
    return _payload("update", timestamp, content, custom, ("content-state",))


def end(
    *,
    timestamp: int,
    content_state: Mapping[str, Any] | None = None,
    dismissal_date: int | None = None,
    alert: Mapping[str, Any] | None = None,
    custom: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The end, with the final content, which Apple advises to give.

    ``dismissal_date``: when it leaves the Lock Screen, at most four hours after the end; a past
    one removes it at once; absent, the system takes up to four hours.

    Raises :class:`PayloadError` with a sentence that names the key.
    """
    content = {"content-state": content_state, "dismissal-date": dismissal_date, "alert": alert}
    return _payload("end", timestamp, content, custom)


def _payload(
    event: str,
    timestamp: int,
    content: Mapping[str, Any],
    custom: Mapping[str, Any] | None,
    needed: tuple[str, ...] = (),
) -> dict[str, Any]:
    aps = checked({"timestamp": timestamp, "event": event, **content}, _APS)
    for key in ("timestamp", *needed):
        if key not in aps:
            raise PayloadError(f"A Live Activity cannot {event} without the key {key}")
    return beside(aps, custom)
