"""The operations of the API: one table, by which requests are routed and described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from apns_connector.rest.answers import Cleared, Outcome, Outcomes, UnregisteredPage
from apns_connector.rest.options import Permission
from apns_connector.rest.requests import ClearQuery, NotificationRequest, UnregisteredQuery

PREFIX = "/v1"

Type = type[msgspec.Struct]


@dataclass(frozen=True, slots=True)
class Operation:
    """``permission``: what a key must allow; ``None`` for what needs no key. ``query``: the type
    of its parameters. ``content``: that of its body, which may also be a list of them. ``answers``
    are the types of a 200. ``problems``: what else may be answered, and when."""

    name: str
    method: str
    path: str
    summary: str
    permission: Permission | None = None
    query: Type | None = None
    content: Type | None = None
    answers: tuple[Type, ...] = ()
    problems: Mapping[int, str] = field(default_factory=dict)


_ALWAYS = {
    401: "The request bears no API key that is known.",
    403: "The API key is not for this.",
    503: "The gateway is busy, or stopping: try again.",
}

OPERATIONS = (
    Operation(
        "sendNotifications",
        "POST",
        f"{PREFIX}/notifications",
        "Send one notification, or a list of them, and wait for what Apple says to each.",
        permission="send",
        content=NotificationRequest,
        answers=(Outcome, Outcomes),
        problems={
            400: "The body is no JSON.",
            409: "The first request with this Idempotency-Key is under way.",
            410: "Of one notification: the device token is gone.",
            413: "The body, the list or the payload is too long.",
            415: "The body is not application/json.",
            422: "The notification is not valid, or Apple refuses it; or the Idempotency-Key "
            "belongs to another request.",
            429: "Of one notification: Apple got too many for this device token.",
            502: "The gateway's own credentials cannot be used, or Apple refuses them.",
            503: "Of one notification: it was not sent. Or the gateway is busy, or stopping. "
            "Try again.",
            504: "Of one notification: it was sent, and nobody knows what became of it.",
        },
    ),
    Operation(
        "listUnregistered",
        "GET",
        f"{PREFIX}/unregistered",
        "The device tokens that Apple said are gone, oldest news first.",
        permission="unregistered",
        query=UnregisteredQuery,
        answers=(UnregisteredPage,),
        problems={404: "This gateway keeps none.", 422: "The query is not valid."},
    ),
    Operation(
        "clearUnregistered",
        "DELETE",
        f"{PREFIX}/unregistered",
        "Forget the device tokens up to where they have been dealt with.",
        permission="unregistered",
        query=ClearQuery,
        answers=(Cleared,),
        problems={404: "This gateway keeps none.", 422: "The query is not valid."},
    ),
    Operation("describe", "GET", f"{PREFIX}/openapi.json", "This description."),
)


def problems_of(operation: Operation) -> dict[int, str]:
    """Everything that it answers instead of 200."""
    always = {} if operation.permission is None else _ALWAYS
    return dict(sorted({**always, **operation.problems}.items()))


def find_operation(method: str, path: str) -> Operation | tuple[str, ...]:
    """The operation, or the methods that the path takes: none for a path that is none.

    HEAD goes wherever GET does (RFC 9110, 9.3.2).
    """
    wanted = "GET" if method == "HEAD" else method
    here = [operation for operation in OPERATIONS if operation.path == path]
    for operation in here:
        if operation.method == wanted:
            return operation
    methods = [operation.method for operation in here]
    return tuple(methods + ["HEAD"] * ("GET" in methods))
