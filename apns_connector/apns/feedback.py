"""The device tokens that Apple said are gone, and the rule by which to forget them.

Until 2021 Apple kept such a list itself, to be fetched from its Feedback Service; today it says so
in the answer to a push, and says it again with each further push to the same device token. This
is the list, made of those answers.

``BadDeviceToken`` and ``DeviceTokenNotForTopic`` are not on it. They too mean never to send again
as it was, but as often as not the sender is wrong and the token is right: sandbox tokens sent to
production, or one app's tokens to another's topic. Many at once would empty a whole data base.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apns_connector.apns.notification import Notification
from apns_connector.apns.response import Response

logger = logging.getLogger(__name__)

# By reason and not by status: Apple documented ExpiredToken under 400 before it was 410.
GONE: Final = frozenset({"Unregistered", "ExpiredToken"})
DEFAULT_CAPACITY: Final = 100_000


@dataclass(frozen=True, slots=True, repr=False)
class Unregistered:
    """A device token that no longer receives notifications for ``topic``.

    ``device_token``: in full, spelled as it was sent. ``topic``: ``None`` if neither the
    notification nor the sender's certificate names one. ``reason``: Apple's word.
    ``invalid_since``: when Apple found that out, if it said so. ``seen_at``: when the answer came.
    Both times have a time zone, else :class:`ValueError`.
    """

    device_token: str
    topic: str | None
    reason: str
    invalid_since: datetime | None
    seen_at: datetime

    def __post_init__(self) -> None:
        _check_time("seen_at", self.seen_at)
        if self.invalid_since is not None:
            _check_time("invalid_since", self.invalid_since)
        for name in ("device_token", "topic", "reason"):
            if not (getattr(self, name) or "").isascii():
                raise ValueError(f"{name} holds more than ASCII; Apple knows no such")

    @property
    def as_of(self) -> datetime:
        """The time at which the device token was certainly invalid."""
        return self.seen_at if self.invalid_since is None else self.invalid_since

    @property
    def key(self) -> tuple[str, str | None]:
        """What it is about, whatever the case of the token's digits."""
        return self.device_token.lower(), self.topic

    def __repr__(self) -> str:
        since = None if self.invalid_since is None else self.invalid_since.isoformat()
        return (
            f"Unregistered(…{self.device_token[-8:]}, topic={self.topic!r}, {self.reason}, "
            f"invalid_since={since}, seen_at={self.seen_at.isoformat()})"
        )


def find_unregistered(
    response: Response, *, seen_at: datetime, topic: str | None = None
) -> Unregistered | None:
    """What ``response`` says about its device token; ``None`` if not that it is gone.

    ``topic``: the sender's own, which counts where the notification names none.
    """
    if response.reason is None or response.reason not in GONE:
        return None
    sent = response.notification
    if not isinstance(sent, Notification):
        return None
    return Unregistered(
        sent.device_token, sent.topic or topic, response.reason, response.invalid_since, seen_at
    )


def still_registered(registered_at: datetime, unregistered: Unregistered) -> bool:
    """True: keep the device token, since the app registered it again after Apple's time.

    ``registered_at``: when the app last handed the token over, with a time zone, else
    :class:`ValueError`. At False, drop the token: nothing will reach it until it is registered
    anew. Source: Apple, "Handling notification responses from APNs", timestamp of status 410.
    """
    _check_time("registered_at", registered_at)
    return registered_at > unregistered.as_of


class Feedback:
    """The latest of each device token and topic, oldest news first, in memory.

    ``capacity``: beyond it the oldest is forgotten, which is logged once and counted in
    ``forgotten``; Apple repeats itself with the next push to that token. For one event loop.
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        if capacity < 1:
            raise ValueError(f"A capacity of {capacity} holds nothing: it must be above zero")
        self.capacity = capacity
        self.forgotten = 0
        self._entries: dict[tuple[str, str | None], Unregistered] = {}

    def add(self, unregistered: Unregistered) -> None:
        """What is known already, or is older than what is known, changes nothing."""
        known = self._entries.get(unregistered.key)
        if known is not None and known.as_of >= unregistered.as_of:
            return
        self._entries.pop(unregistered.key, None)
        self._entries[unregistered.key] = unregistered
        if len(self._entries) > self.capacity:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        del self._entries[next(iter(self._entries))]
        self.forgotten += 1
        if self.forgotten == 1:
            logger.warning(
                "more than %d unregistered device tokens that nobody took: the oldest are "
                "forgotten until Apple names them again",
                self.capacity,
            )

    def drain(self) -> Iterator[Unregistered]:
        """Hand out one after the other; each is removed when the next one is asked for.

        So what a loop breaks off at, or fails with, stays for the next time, and so does one
        about which there was later news meanwhile.
        """
        for unregistered in self:
            yield unregistered
            if self._entries.get(unregistered.key) is unregistered:
                del self._entries[unregistered.key]

    def __iter__(self) -> Iterator[Unregistered]:
        """Look without removing, at what is there now."""
        return iter(tuple(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Feedback({len(self)} device tokens)"


def _check_time(name: str, time: datetime) -> None:
    if time.tzinfo is None or time.utcoffset() is None:
        raise ValueError(f"{name} has no time zone; Apple's times are in UTC")
