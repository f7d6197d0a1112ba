"""Broadcast channels: create, read, list and delete them; publishing is :meth:`Client.send`.

::

    async with Channels(signing_key, "com.example.app") as channels:
        channel_id = await channels.create(StoragePolicy.MOST_RECENT)

Source: Apple, "Sending channel management requests to APNs" (UserNotifications).
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from apns_connector.apns.authentication import Authentication
from apns_connector.apns.broadcast import check_bundle_id
from apns_connector.apns.channel_operation import (
    Channel,
    Operation,
    StoragePolicy,
    created_channel,
    described_channel,
    listed_channels,
    refusal,
    settings_of,
)
from apns_connector.apns.client import DEFAULT_PROBE_SECONDS, DEFAULT_TIMEOUT_SECONDS
from apns_connector.apns.credentials import CredentialsSource
from apns_connector.apns.destination import CHANNELS_PRODUCTION, Destination
from apns_connector.apns.events import Events
from apns_connector.apns.proxy import Proxy
from apns_connector.apns.resending import Resending
from apns_connector.apns.response import Response
from apns_connector.apns.sender import Sender


class Channels:
    """The channels of one app at one destination, on the running event loop.

    ``credentials``: as of a :class:`Client`. ``bundle_id``: of the app, without the suffix of a
    push type. ``destination``: where channels are managed, which is another server than the one
    that takes broadcasts; a channel belongs to one environment.
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
        operation = Operation(
            verb="create", bundle_id=self.bundle_id, body=settings_of(storage_policy)
        )
        return created_channel(await self._ask(operation))

    async def read(self, channel_id: str) -> Channel:
        """What Apple knows of a channel."""
        operation = Operation(verb="read", bundle_id=self.bundle_id, channel_id=channel_id)
        return described_channel(channel_id, await self._ask(operation))

    async def delete(self, channel_id: str) -> None:
        """For good: Apple never gives the same id again. ``BadPath`` if there is no such channel.

        What the channel stores may still be delivered.
        """
        await self._ask(Operation(verb="delete", bundle_id=self.bundle_id, channel_id=channel_id))

    async def list(self) -> list[str]:
        """The ids of all channels of the app."""
        return listed_channels(await self._ask(Operation(verb="list", bundle_id=self.bundle_id)))

    async def close(self) -> None:
        """Answer what is under way, within the timeout; then close."""
        await self._sender.close(self.timeout)

    async def _ask(self, operation: Operation) -> Response:
        """Apple's answer, if it is not a refusal."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Response] = loop.create_future()
        self._sender.submit((operation.request(loop.time() + self.timeout, waiter),))
        try:
            response = await waiter
        except asyncio.CancelledError:
            self._sender.give_up(waiter)
            raise
        if not response.accepted:
            raise refusal(operation, response)
        return response
