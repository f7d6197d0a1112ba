"""A notification on its way: what goes on the wire, until when, and who waits for the answer."""

from __future__ import annotations

from typing import Protocol

from apns_connector.apns import payload
from apns_connector.apns.header_block import Field
from apns_connector.apns.notification import Notification
from apns_connector.apns.response import Response
from apns_connector.errors import NotificationError

_PATH = "/3/device/"


class Waiter(Protocol):
    """What an :class:`asyncio.Future` offers, and all that a request needs of it."""

    def done(self) -> bool: ...
    def set_result(self, response: Response) -> None: ...
    def set_exception(self, error: BaseException) -> None: ...


class Request:
    """One notification with its deadline, on the caller's clock.

    Raises :class:`NotificationError` or :class:`PayloadError` when it is made of something that
    Apple would refuse.
    """

    __slots__ = (
        "body",
        "constant",
        "deadline",
        "notification",
        "path",
        "renewed",
        "resends",
        "stream_id",
        "varying",
        "waiter",
    )

    def __init__(
        self,
        notification: Notification,
        topic: str | None,
        deadline: float,
        waiter: Waiter,
    ) -> None:
        self.notification = notification
        self.path = (_PATH + notification.device_token).encode()
        self.constant = constant_fields(notification, topic)
        self.varying = varying_fields(notification)
        self.body = payload.encode(notification.payload, notification.push_type)
        self.deadline = deadline
        self.waiter = waiter
        self.stream_id = 0
        self.resends = 0
        self.renewed = False

    def answer(self, response: Response) -> None:
        if not self.waiter.done():
            self.waiter.set_result(response)

    def fail(self, error: BaseException) -> None:
        if not self.waiter.done():
            self.waiter.set_exception(error)


def constant_fields(notification: Notification, topic: str | None) -> tuple[Field, ...]:
    """The header fields that repeat; ``topic`` stands in where the notification has none.

    Raises :class:`NotificationError` without any topic.
    """
    topic = notification.topic or topic
    if topic is None:
        raise NotificationError(
            "topic", "A topic is needed: these credentials do not say which app is meant"
        )
    priority = notification.priority
    if priority is None and notification.push_type == "background":
        priority = 5  # the only one that Apple takes, and not its default
    fields = [(b"apns-topic", topic.encode())]
    if notification.push_type is not None:
        fields.append((b"apns-push-type", notification.push_type.encode()))
    if priority is not None:
        fields.append((b"apns-priority", b"%d" % priority))
    return tuple(fields)


def varying_fields(notification: Notification) -> tuple[Field, ...]:
    fields = [(b"apns-id", notification.apns_id.encode())]
    if notification.expiration is not None:
        fields.append((b"apns-expiration", b"%d" % notification.expiration))
    if notification.collapse_id is not None:
        fields.append((b"apns-collapse-id", notification.collapse_id.encode()))
    return tuple(fields)
