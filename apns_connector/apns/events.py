"""What a client tells those who listen: connections come and go, notifications are on their way.

::

    def listen(event: Event) -> None:
        match event:
            case NotificationAnswered(response) if not response.accepted:
                print(response.reason)
            case ConnectionClosed(connection, why):
                print(f"{why} after {connection.sent} notifications")

    client.events.add(listen)
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from apns_connector.apns.pool_state import ConnectionState
from apns_connector.apns.response import Response, Sent
from apns_connector.errors import ApnsError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectionOpened:
    """TLS is up; requests follow once the server has said how many it takes."""

    connection: ConnectionState


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """``why``: in a sentence. What was open on it has its own event."""

    connection: ConnectionState
    why: str


@dataclass(frozen=True, slots=True)
class ConnectionFailed:
    """One attempt to connect came to nothing; the next follows if anything waits."""

    why: str


@dataclass(frozen=True, slots=True)
class NotificationSent:
    """It was handed to a connection: an answer, a resend or a failure follows.

    ``connection``: the number of the connection, as in :class:`ConnectionState`.
    """

    notification: Sent
    connection: int


@dataclass(frozen=True, slots=True)
class NotificationAnswered:
    """``response.notification`` has its outcome: accepted or rejected."""

    response: Response


@dataclass(frozen=True, slots=True)
class NotificationResent:
    """It goes out again under the same ``apns-id``; ``why``: in a sentence."""

    notification: Sent
    why: str


@dataclass(frozen=True, slots=True)
class NotificationFailed:
    """It has its outcome without an answer: ``error`` is what its sender gets."""

    notification: Sent
    error: ApnsError


Event = (
    ConnectionOpened
    | ConnectionClosed
    | ConnectionFailed
    | NotificationSent
    | NotificationAnswered
    | NotificationResent
    | NotificationFailed
)
Listener = Callable[[Event], None]


class Events:
    """Those who listen. They are called on the event loop, in the order in which they came, and
    must not block. One that raises is logged and called again all the same; the client goes on.

    ``listeners``: empty means that no event is even made.
    """

    def __init__(self) -> None:
        self.listeners: tuple[Listener, ...] = ()

    def add(self, listener: Listener) -> None:
        self.listeners = (*self.listeners, listener)

    def remove(self, listener: Listener) -> None:
        """Raises :class:`ValueError` if it does not listen."""
        remaining = list(self.listeners)
        remaining.remove(listener)
        self.listeners = tuple(remaining)

    def tell(self, event: Event) -> None:
        for listener in self.listeners:
            try:
                listener(event)
            except Exception:  # not ours: it must not cost a notification its outcome
                logger.exception("A listener failed on %r", event)
