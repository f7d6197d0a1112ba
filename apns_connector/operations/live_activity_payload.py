"""The payload of a Live Activity, from parameters: to one device or to a channel."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from apns_connector.apns import live_activity
from apns_connector.apns.alert import localized
from apns_connector.apns.broadcast import EVENTS as CHANNEL_EVENTS
from apns_connector.errors import PayloadError
from apns_connector.operations.failure import OperationError
from apns_connector.operations.parameters import Parameters

# An activity may be started on one device; a channel goes on from there.
DEVICE_EVENTS: Final = ("start", *CHANNEL_EVENTS)

Clock = Callable[[], float]


def read_live_activity(
    parameters: Parameters, events: tuple[str, ...], clock: Clock = time.time
) -> dict[str, Any]:
    """The payload for one of ``events``; without ``timestamp``, of this second by ``clock``.

    Raises :class:`OperationError`, and :class:`PayloadError` with a sentence that names the key.
    """
    event = parameters.choice("event", events)
    if event is None:
        raise OperationError.missing("event")
    timestamp = parameters.whole_number("timestamp")
    common = {
        "timestamp": int(clock()) if timestamp is None else timestamp,
        "content_state": parameters.json_object("contentState"),
        "alert": _alert(parameters),
        "custom": parameters.json_object("custom"),
    }
    return _BUILDERS[event](parameters, common)


def _start(parameters: Parameters, common: Mapping[str, Any]) -> dict[str, Any]:
    attributes = parameters.json_object("attributes")
    if attributes is None:
        raise OperationError.missing("attributes")
    return live_activity.start(
        attributes_type=parameters.needed("attributesType"),
        attributes=attributes,
        stale_date=parameters.whole_number("staleDate"),
        relevance_score=parameters.number("relevanceScore"),
        input_push_token=parameters.boolean("inputPushToken") or False,
        input_push_channel=parameters.optional("inputPushChannel"),
        **common,
    )


def _update(parameters: Parameters, common: Mapping[str, Any]) -> dict[str, Any]:
    return live_activity.update(
        stale_date=parameters.whole_number("staleDate"),
        relevance_score=parameters.number("relevanceScore"),
        **common,
    )


def _end(parameters: Parameters, common: Mapping[str, Any]) -> dict[str, Any]:
    return live_activity.end(dismissal_date=parameters.whole_number("dismissalDate"), **common)


_BUILDERS: Final[Mapping[str, Callable[[Parameters, Mapping[str, Any]], dict[str, Any]]]] = {
    "start": _start,
    "update": _update,
    "end": _end,
}


def _alert(parameters: Parameters) -> dict[str, Any] | None:
    """With title and body each as text, or as the key of one in the app."""
    title = _text(parameters, "title", "titleLocKey", "titleLocArgs")
    body = _text(parameters, "alert", "locKey", "locArgs")
    sound = parameters.optional("sound")
    if title is None and body is None and sound is None:
        return None
    if title is None or body is None:
        raise PayloadError("The alert of a Live Activity needs both a title and a body")
    return live_activity.alert(title=title, body=body, sound=sound)


def _text(
    parameters: Parameters, text: str, key: str, arguments: str
) -> str | dict[str, Any] | None:
    plain, loc_key = parameters.optional(text), parameters.optional(key)
    if loc_key is None:
        return plain
    if plain is not None:
        raise OperationError.illegal(f"Either apns.{text} or apns.{key} can be given, not both")
    return localized(loc_key, *(parameters.texts(arguments) or ()))
