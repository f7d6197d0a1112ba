"""A notification on its way: what goes on the wire, until when, and who waits for the answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from apns_connector.apns import payload
from apns_connector.apns.header_block import Field
from apns_connector.apns.notification import Notification, check_kind
from apns_connector.apns.push_type import PUSH_TYPES
from apns_connector.apns.response import Response
from apns_connector.errors import ApnsError, NotificationError

_PATH = "/3/device/"


class Waiter(Protocol):
    """What an :class:`asyncio.Future` offers, and all that a request needs of it."""

    def done(self) -> bool: ...
    def set_result(self, response: Response) -> None: ...
    def set_exception(self, error: BaseException) -> None: ...


class Request:
    """One notification with its deadline, on the caller's clock.

    ``stream_id``: where it went last; ``resends``: how often it came back unprocessed, the last
    time because of ``trouble``; ``renewed``: a new provider token has been tried for it;
    ``rejections``: how often Apple said that it is overloaded.

    Raises :class:`NotificationError` or :class:`PayloadError` when it is made of something that
    Apple would refuse.
    """

    __slots__ = (
        "body",
        "constant",
        "deadline",
        "notification",
        "path",
        "rejections",
        "renewed",
        "resends",
        "stream_id",
        "trouble",
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
        self.constant = constant_fields(
            notification.topic or topic, notification.push_type, notification.priority
        )
        self.varying = varying_fields(notification)
        self.body = payload.encode(notification.payload, notification.push_type)
        self.deadline = deadline
        self.waiter = waiter
        self.stream_id = 0
        self.resends = 0
        self.rejections = 0
        self.renewed = False
        self.trouble: str | None = None

    def answer(self, response: Response) -> None:
        if not self.waiter.done():
            self.waiter.set_result(response)

    def fail(self, error: ApnsError) -> None:
        error.notification = self.notification
        if not self.waiter.done():
            self.waiter.set_exception(error)


@lru_cache(maxsize=1024)
def constant_fields(
    topic: str | None, push_type: str | None, priority: int | None
) -> tuple[Field, ...]:
    """The header fields that repeat from one notification to the next.

    Raises :class:`NotificationError` without a topic.
    """
    if topic is None:
        raise NotificationError(
            "topic", "A topic is needed: these credentials do not say which app is meant"
        )
    check_kind(topic, push_type, priority)
    if priority is None and push_type is not None:
        priority = PUSH_TYPES[push_type].default_priority
    fields = [(b"apns-topic", topic.encode())]
    if push_type is not None:
        fields.append((b"apns-push-type", push_type.encode()))
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
