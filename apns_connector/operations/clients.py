"""The APNs clients of a gateway: one for each destination, credentials and proxy, kept while used.

A client is found by the fingerprint of its certificate or key, not by a path: renewed credentials
take over with the next message, and the old client is closed once it has not been used for a while.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from apns_connector.apns import (
    APPLE,
    APPLE_CHANNELS,
    Certificate,
    Channels,
    Client,
    Credentials,
    Destination,
    Proxy,
    SigningKey,
)
from apns_connector.apns.client import DEFAULT_TIMEOUT_SECONDS
from apns_connector.apns.destination import find_destination
from apns_connector.operations.reuse import Reused
from apns_connector.operations.unregistered_file import UnregisteredFile

logger = logging.getLogger(__name__)

CAPACITY: Final = 64
WARN_BEFORE_EXPIRY: Final = timedelta(days=30)

_C = TypeVar("_C", Certificate, SigningKey)


class Clients:
    """``destinations``: the names that ``<destination>`` may hold; ``channel_servers``: where
    channels are managed, by the same names. ``timeout``: seconds for one notification.
    ``unregistered``: where every client writes the device tokens that are gone. ``clock``: seconds,
    as of :func:`time.monotonic`."""

    def __init__(
        self,
        destinations: Mapping[str, Destination] = APPLE,
        *,
        channel_servers: Mapping[str, Destination] = APPLE_CHANNELS,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        unregistered: UnregisteredFile | None = None,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.unregistered = unregistered
        self._destinations = destinations
        self._channel_servers = channel_servers
        self._timeout = timeout
        self._capacity = capacity
        self._certificates: OrderedDict[Hashable, Certificate] = OrderedDict()
        self._opening: dict[Hashable, asyncio.Task[Certificate]] = {}
        self._signing_keys: OrderedDict[Hashable, SigningKey] = OrderedDict()
        self._clients: Reused[Client] = Reused(capacity, clock)
        self._channels: Reused[Channels] = Reused(capacity, clock)
        # Whether a client is still open; it counts as used now.
        self.again: Callable[[Client], bool] = self._clients.again

    def destination(self, name: str) -> Destination:
        """Raises :class:`DestinationError`."""
        return find_destination(name, self._destinations)

    def channel_server(self, name: str) -> Destination | None:
        """Where the channels of that destination are managed, if that is known. Raises
        :class:`DestinationError`."""
        self.destination(name)
        return self._channel_servers.get(name)

    async def certificate(self, content: bytes, password: str, name: str) -> Certificate:
        """The certificate in a .p12 file, opened once and then known by its content and password.

        Raises :class:`CredentialsError`, also when the certificate is not valid now.
        """
        key = (password, content)  # hashed once for a resource of the registry
        certificate = self._certificates.get(key)
        if certificate is None:
            certificate = await self._opened(key, content, password, name)
        self._remember(self._certificates, key, certificate)
        certificate.check_validity(datetime.now(UTC), name)
        return certificate

    async def _opened(self, key: Hashable, content: bytes, password: str, name: str) -> Certificate:
        """Opening takes a while, on purpose: all who ask in that while share it."""
        opening = self._opening.get(key)
        if opening is None:
            opening = self._opening[key] = asyncio.create_task(_open(content, password, name))
            opening.add_done_callback(lambda _: self._opening.pop(key))
        return await asyncio.shield(opening)

    def signing_key(self, content: bytes, key_id: str, team_id: str, name: str) -> SigningKey:
        """The key in a .p8 file, opened once: all who use it share its provider token.

        Raises :class:`CredentialsError`.
        """
        key = (key_id, team_id, content)
        signing_key = self._signing_keys.get(key)
        if signing_key is None:
            signing_key = SigningKey.from_p8(content, key_id, team_id, name)
            logger.info("Opened %s: %r", name, signing_key)
        self._remember(self._signing_keys, key, signing_key)
        return signing_key

    async def client(
        self, credentials: Credentials, destination: Destination, proxy: Proxy | None = None
    ) -> Client:
        """The client for all three, made if there is none. Raises what :class:`Client` raises."""
        feedback = self.unregistered

        def make() -> Client:
            return Client(
                credentials,
                destination,
                timeout=self._timeout,
                proxy=proxy,
                on_unregistered=None if feedback is None else feedback.add,
            )

        return await self._clients.get((destination, credentials.fingerprint, proxy), make)

    async def channels(
        self,
        credentials: Credentials,
        bundle_id: str,
        server: Destination,
        proxy: Proxy | None = None,
        timeout: float | None = None,
    ) -> Channels:
        """The channels of an app, ``timeout`` being seconds for one operation. Raises what
        :class:`Channels` raises."""
        seconds = self._timeout if timeout is None else timeout
        key = (server, credentials.fingerprint, proxy, bundle_id, seconds)

        def make() -> Channels:
            return Channels(credentials, bundle_id, server, timeout=seconds, proxy=proxy)

        return await self._channels.get(key, make)

    async def close(self) -> None:
        """Let every client answer what is under way, then close it, and write what is known of
        device tokens."""
        await asyncio.gather(self._clients.close(), self._channels.close())
        if self.unregistered is not None:
            await asyncio.to_thread(self.unregistered.close)

    def _remember(self, known: OrderedDict[Hashable, _C], key: Hashable, credentials: _C) -> None:
        known[key] = credentials
        known.move_to_end(key)
        if len(known) > self._capacity:
            known.popitem(last=False)


async def _open(content: bytes, password: str, name: str) -> Certificate:
    certificate = await asyncio.to_thread(Certificate.from_pkcs12, content, password, name)
    _tell_of(certificate, name)
    return certificate


def _tell_of(certificate: Certificate, name: str) -> None:
    logger.info("Opened %s: %r", name, certificate)
    left = certificate.not_after - datetime.now(UTC)
    if timedelta(0) <= left < WARN_BEFORE_EXPIRY:
        logger.warning("The certificate in %s expires in %d days: renew it", name, left.days)
