"""Broadcast channels: create, read, list and delete them; publishing is :meth:`Client.send`.

::

    async with Channels(signing_key, "com.example.app") as channels:
        channel_id = await channels.create(StoragePolicy.MOST_RECENT)

Source: Apple, "Sending channel management requests to APNs" (UserNotifications).
"""

from __future__ import annotations

import asyncio
from enum import IntEnum
from types import TracebackType
from typing import Final, TypeVar

import msgspec

from apns_connector.apns.authentication import Authentication
from apns_connector.apns.broadcast import check_bundle_id, check_channel_id
from apns_connector.apns.client import DEFAULT_PROBE_SECONDS, DEFAULT_TIMEOUT_SECONDS
from apns_connector.apns.credentials import CredentialsSource
from apns_connector.apns.destination import CHANNELS_PRODUCTION, Destination
from apns_connector.apns.events import Events
from apns_connector.apns.header_block import DELETE, GET, Field
from apns_connector.apns.notification import new_apns_id
from apns_connector.apns.proxy import Proxy
from apns_connector.apns.reasons import explain
from apns_connector.apns.request import Request
from apns_connector.apns.resending import Resending
from apns_connector.apns.response import Response
from apns_connector.apns.sender import Sender
from apns_connector.errors import ChannelRefused, OutcomeUnknown

_PUSH_TYPE: Final = "LiveActivity"
_POST: Final[tuple[Field, ...]] = ()  # the method of a request that names none

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
    """One request about channels, such as ``create``; ``apns_id``: its ``apns-request-id``."""

    verb: str
    bundle_id: str
    channel_id: str | None
    apns_id: str


class _Settings(msgspec.Struct, frozen=True, rename="kebab"):
    """The JSON of one channel."""

    message_storage_policy: StoragePolicy
    push_type: str


class _Listed(msgspec.Struct, frozen=True):
    """The JSON of all channels."""

    channels: tuple[str, ...]


class Channels:
    """The channels of one app at one destination, on the running event loop.

    ``bundle_id``: of the app, without the suffix of a push type. ``destination``: where channels
    are managed, which is not where is published; a channel belongs to one environment.
    ``timeout``: seconds until an operation without an answer is given up, connecting included.
    ``proxy``: an HTTP proxy to go through.

    Every operation raises :class:`NotificationError` for a channel id that cannot be one,
    :class:`ChannelRefused` if Apple says no, :class:`NotSent` or :class:`OutcomeUnknown` if nobody
    answered, :class:`CredentialsError` if TLS refuses the certificate. What Apple refuses is never
    sent again by itself, so that nothing is created twice.

    Usable as ``async with Channels(...) as channels``. Raises :class:`NotificationError` for the
    bundle id, :class:`CredentialsError` if the certificate is not valid now,
    :class:`ConfigurationError` if the destination's trust file cannot be read.
    """

    def __init__(
        self,
        credentials: CredentialsSource,
        bundle_id: str,
        destination: Destination = CHANNELS_PRODUCTION,
        *,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        proxy: Proxy | None = None,
    ) -> None:
        check_bundle_id(bundle_id)
        self.bundle_id = bundle_id
        self.destination = destination
        self.timeout = timeout
        self._sender = Sender(
            destination,
            Authentication(credentials, destination.trust),
            connect_timeout=timeout,
            probe_after=DEFAULT_PROBE_SECONDS,
            most_connections=1,
            proxy=proxy,
            resending=Resending(rejected=False),
            events=Events(),
            on_rejection=None,
        )

    async def __aenter__(self) -> Channels:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def create(self, storage_policy: StoragePolicy) -> str:
        """The id of a new channel.

        After :class:`OutcomeUnknown` there may be one: see :meth:`list`.
        """
        body = msgspec.json.encode(_Settings(StoragePolicy(storage_policy), _PUSH_TYPE))
        response = await self._ask("create", _POST, "channels", body=body)
        channel_id = response.headers.get("apns-channel-id")
        if not channel_id:
            raise _unreadable(response, "no channel id")
        return channel_id

    async def read(self, channel_id: str) -> Channel:
        response = await self._ask("read", (GET,), "channels", channel_id)
        settings = _decode(response, _Settings)
        return Channel(
            channel_id=channel_id,
            storage_policy=settings.message_storage_policy,
            push_type=settings.push_type,
        )

    async def delete(self, channel_id: str) -> None:
        """For good: Apple never gives the same id again. ``BadPath`` if there is no such channel.

        What the channel stores may still be delivered.
        """
        await self._ask("delete", (DELETE,), "channels", channel_id)

    async def list(self) -> list[str]:
        """The ids of all channels of the app."""
        response = await self._ask("list", (GET,), "all-channels")
        return [*_decode(response, _Listed).channels]

    async def close(self) -> None:
        """Answer what is under way, within the timeout; then close."""
        await self._sender.close(self.timeout)

    async def _ask(
        self,
        verb: str,
        method: tuple[Field, ...],
        resource: str,
        channel_id: str | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Apple's answer, if it is not a refusal."""
        operation = Operation(
            verb=verb, bundle_id=self.bundle_id, channel_id=channel_id, apns_id=new_apns_id()
        )
        fields: tuple[Field, ...] = ((b"apns-request-id", operation.apns_id.encode()),)
        if channel_id is not None:
            check_channel_id(channel_id)
            fields += ((b"apns-channel-id", channel_id.encode()),)
        path = f"/1/apps/{self.bundle_id}/{resource}".encode()
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Response] = loop.create_future()
        now = loop.time()
        request = Request(operation, path, method, fields, body, now + self.timeout, waiter)
        self._sender.submit(request, now)
        try:
            response = await waiter
        except asyncio.CancelledError:
            self._sender.give_up(waiter)
            raise
        if not response.accepted:
            raise _refusal(operation, response)
        return response


def _refusal(operation: Operation, response: Response) -> ChannelRefused:
    reason = response.reason or ""
    row = explain(response.status, reason)
    channel = "channels" if operation.channel_id is None else f"channel {operation.channel_id}"
    return ChannelRefused(
        f"Apple refuses to {operation.verb} {channel} of {operation.bundle_id}: "
        f"{response.status} {reason}. {row.sentence} To do: {row.action.value}",
        response.status,
        reason,
        operation.apns_id,
        row.code,
    )


def _decode(response: Response, kind: type[Content]) -> Content:
    try:
        return msgspec.json.decode(response.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(response, f"not the JSON that Apple documents ({error})") from error


def _unreadable(response: Response, what: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"answered with {response.status}, but {what}", response.apns_id)
