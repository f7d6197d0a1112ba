"""A request on its way: what goes on the wire, until when, and who waits for the answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import msgspec

from apns_connector.apns.authentication import Authentication
from apns_connector.apns.broadcast import MAX_BROADCAST_PAYLOAD_BYTES, Broadcast
from apns_connector.apns.header_block import APNS_ID, Field
from apns_connector.apns.notification import Notification, check_kind
from apns_connector.apns.ordinary_frames import ORDINARY_TOKEN_DIGITS
from apns_connector.apns.payload import encode
from apns_connector.apns.push_type import PUSH_TYPES, check_certified
from apns_connector.apns.response import Response, Sent
from apns_connector.errors import ApnsError, NotAnswered, NotificationError, OutcomeUnknown

_DEVICE_PATH = "/3/device/"
_BROADCAST_PATH = "/4/broadcasts/apps/"

# What a client sends.
Sendable = Notification | Broadcast


class Waiter(Protocol):
    """What an :class:`asyncio.Future` offers, and all that a request needs of it."""

    def done(self) -> bool: ...
    def set_result(self, response: Response) -> None: ...
    def set_exception(self, error: BaseException) -> None: ...


class Request(msgspec.Struct, eq=False, gc=False):
    """One request with its deadline, on the caller's clock.

    ``notification``: what it is about, be it something else; ``path``, ``constant``, ``apns_id``,
    ``body`` and ``ordinary_size``: as of :class:`Outgoing`; ``more``: what varies beside the
    ``apns-id``, which is empty for those without that header.
    ``stream_id``: where it went last; ``resends``: how often it came back without an answer, the
    last time because of ``trouble``; ``written``: what became of the connection on which it may
    have been processed all the same; ``renewed``: a new provider token has been tried for it;
    ``rejections``: how often Apple said that it is overloaded, the last time with ``rejection``.
    """

    notification: Sent
    path: bytes
    constant: tuple[Field, ...]
    apns_id: bytes
    more: tuple[Field, ...]
    body: bytes | None
    deadline: float
    waiter: Waiter
    ordinary_size: int = 0
    stream_id: int = 0
    resends: int = 0
    rejections: int = 0
    rejection: Response | None = None
    renewed: bool = False
    trouble: str | None = None
    written: str | None = None

    @property
    def varying(self) -> tuple[Field, ...]:
        return ((APNS_ID, self.apns_id), *self.more) if self.apns_id else self.more

    def answer(self, response: Response) -> None:
        if not self.waiter.done():
            self.waiter.set_result(response)

    def outcome(self, error: ApnsError) -> ApnsError:
        """``error``, or what it means for a request that may have been processed before."""
        if self.written is None or isinstance(error, OutcomeUnknown):
            return error
        return OutcomeUnknown(f"{self.written}; then again, but {error}")

    def fail(self, error: ApnsError) -> None:
        error.notification = self.notification
        if isinstance(error, NotAnswered):
            error.apns_id = self.notification.apns_id
        if not self.waiter.done():
            self.waiter.set_exception(error)

    def __repr__(self) -> str:
        return f"Request({self.notification!r})"


def request_for(
    notification: Sendable, sender: Authentication, deadline: float, waiter: Waiter
) -> Request:
    """The request with which ``sender`` sends ``notification``.

    Raises :class:`NotificationError` or :class:`PayloadError` for what Apple would refuse.
    """
    if type(notification) is Broadcast:
        return _broadcast_request(notification, deadline, waiter)
    push_type = notification.push_type
    token = notification.device_token
    body = encode(notification.payload, push_type)
    special = notification.expiration is not None or notification.collapse_id is not None
    return Request(
        notification,
        (_DEVICE_PATH + token).encode(),
        constant_fields(
            notification.topic or sender.topic_for(push_type),
            push_type,
            notification.priority,
            sender.certified,
        ),
        notification.apns_id.encode(),
        more_fields(notification) if special else (),
        body,
        deadline,
        waiter,
        0 if special or len(token) != ORDINARY_TOKEN_DIGITS else len(body),
    )


@lru_cache(maxsize=1024)
def constant_fields(
    topic: str | None, push_type: str | None, priority: int | None, certified: bool
) -> tuple[Field, ...]:
    """The header fields that repeat from one notification to the next.

    ``certified``: sent with a certificate. Raises :class:`NotificationError` without a topic, and
    for a push type that takes a signing key.
    """
    if topic is None:
        raise NotificationError(
            "topic", "A topic is needed: these credentials do not say which app is meant"
        )
    check_kind(topic, push_type, priority)
    if certified:
        check_certified(push_type)
    if priority is None and push_type is not None:
        priority = PUSH_TYPES[push_type].default_priority
    fields = [(b"apns-topic", topic.encode())]
    if push_type is not None:
        fields.append((b"apns-push-type", push_type.encode()))
    if priority is not None:
        fields.append((b"apns-priority", b"%d" % priority))
    return tuple(fields)


def more_fields(notification: Notification) -> tuple[Field, ...]:
    """Those that hardly any two notifications have alike, beside the ``apns-id``."""
    fields: tuple[Field, ...] = ()
    if notification.expiration is not None:
        fields += ((b"apns-expiration", b"%d" % notification.expiration),)
    if notification.collapse_id is not None:
        fields += ((b"apns-collapse-id", notification.collapse_id.encode()),)
    return fields


def _broadcast_request(broadcast: Broadcast, deadline: float, waiter: Waiter) -> Request:
    """The channel is in the header, where it may vary; Apple takes no topic here."""
    return Request(
        broadcast,
        (_BROADCAST_PATH + broadcast.bundle_id).encode(),
        ((b"apns-push-type", b"liveactivity"), (b"apns-priority", b"%d" % broadcast.priority)),
        b"",
        (
            (b"apns-request-id", broadcast.apns_id.encode()),
            (b"apns-channel-id", broadcast.channel_id.encode()),
            (b"apns-expiration", b"%d" % broadcast.expiration),
        ),
        encode(broadcast.payload, limit=MAX_BROADCAST_PAYLOAD_BYTES),
        deadline,
        waiter,
    )
