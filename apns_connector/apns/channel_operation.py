"""What can be asked about broadcast channels, and what Apple's answers mean.

Source: Apple, "Sending channel management requests to APNs" (UserNotifications).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, TypeVar

import msgspec

from apns_connector.apns.apns_id import new_apns_id
from apns_connector.apns.broadcast import check_channel_id
from apns_connector.apns.header_block import DELETE, GET, Field
from apns_connector.apns.reasons import REASONS, explain
from apns_connector.apns.request import Request, Waiter
from apns_connector.apns.response import Response
from apns_connector.errors import ChannelRefused, OutcomeUnknown

_PUSH_TYPE: Final = "LiveActivity"
# Method, none being POST, and what of the app it is about.
_VERBS: Final[dict[str, tuple[tuple[Field, ...], str]]] = {
    "create": ((), "channels"),
    "read": ((GET,), "channels"),
    "delete": ((DELETE,), "channels"),
    "list": ((GET,), "all-channels"),
}

Content = TypeVar("Content")


class StoragePolicy(IntEnum):
    """What Apple keeps for devices that cannot be reached; fixed when the channel is created.

    ``NO_MESSAGE`` allows more broadcasts in the same time; ``MOST_RECENT``: the newest message,
    for at most eight hours.
    """

    NO_MESSAGE = 0
    MOST_RECENT = 1


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """What Apple says about a channel."""

    channel_id: str
    storage_policy: StoragePolicy
    push_type: str


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One request about channels; ``verb``: create, read, delete or list; ``apns_id``: its
    ``apns-request-id``."""

    verb: str
    bundle_id: str
    channel_id: str | None = None
    body: bytes | None = None
    apns_id: str = msgspec.field(default_factory=new_apns_id)

    def request(self, deadline: float, waiter: Waiter) -> Request:
        """Raises :class:`NotificationError` for a channel id that cannot be one."""
        fields: tuple[Field, ...] = ((b"apns-request-id", self.apns_id.encode()),)
        if self.channel_id is not None:
            check_channel_id(self.channel_id)
            fields += ((b"apns-channel-id", self.channel_id.encode()),)
        method, resource = _VERBS[self.verb]
        path = f"/1/apps/{self.bundle_id}/{resource}".encode()
        return Request(self, path, method, b"", fields, self.body, deadline, waiter)


class _Settings(msgspec.Struct, frozen=True, rename="kebab"):
    """The JSON of one channel."""

    message_storage_policy: StoragePolicy
    push_type: str


class _Listed(msgspec.Struct, frozen=True):
    """The JSON of all channels."""

    channels: list[str]


def settings_of(storage_policy: StoragePolicy) -> bytes:
    """The JSON with which a channel is created."""
    return msgspec.json.encode(_Settings(StoragePolicy(storage_policy), _PUSH_TYPE))


def created_channel(response: Response) -> str:
    """The id in the answer to ``create``."""
    channel_id = response.headers.get("apns-channel-id")
    if not channel_id:
        raise _unreadable(response, "without a channel id")
    return channel_id


def described_channel(channel_id: str, response: Response) -> Channel:
    """The channel in the answer to ``read``."""
    settings = _decode(response, _Settings)
    return Channel(
        channel_id=channel_id,
        storage_policy=settings.message_storage_policy,
        push_type=settings.push_type,
    )


def listed_channels(response: Response) -> list[str]:
    """The ids in the answer to ``list``."""
    return _decode(response, _Listed).channels


def refusal(operation: Operation, response: Response) -> ChannelRefused:
    """The error that tells of ``response``, which says no."""
    reason = response.reason or ""
    row = explain(response.status, reason)
    # BadPath is how Apple says that the channel to delete does not exist.
    missing = operation.verb == "delete" and reason == "BadPath"
    advice = REASONS["ChannelNotRegistered"] if missing else row
    channel = "channels" if operation.channel_id is None else f"channel {operation.channel_id}"
    error = ChannelRefused(
        f"Apple refuses to {operation.verb} {channel} of {operation.bundle_id}: "
        f"{response.status} {reason}. {advice.sentence} To do: {advice.action.value}",
        response.status,
        reason,
        operation.apns_id,
        row.code,
    )
    error.notification = operation
    return error


def _decode(response: Response, kind: type[Content]) -> Content:
    try:
        return msgspec.json.decode(response.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(response, f"not as Apple documents ({error})") from error


def _unreadable(response: Response, what: str) -> OutcomeUnknown:
    error = OutcomeUnknown(f"answered with {response.status}, but {what}", response.apns_id)
    error.notification = response.notification
    return error
