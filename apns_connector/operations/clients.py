"""The APNs clients of a gateway: one for each destination and credentials, kept while in use.

A client is found by the fingerprint of its certificate, not by a path: a renewed certificate takes
over with the next message, and the old client is closed once it has not been used for a while.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from apns_connector.apns import APPLE, Certificate, Client, Destination
from apns_connector.apns.client import DEFAULT_TIMEOUT_SECONDS
from apns_connector.apns.destination import find_destination

logger = logging.getLogger(__name__)

CAPACITY: Final = 64
# A client that nobody has used for this long is closed: its certificate has been replaced, mostly.
IDLE_SECONDS: Final = 900.0
WARN_BEFORE_EXPIRY: Final = timedelta(days=30)

_Key = tuple[str, str]


@dataclass(slots=True)
class _Kept:
    """A client, or the making of one, and when it was last asked for."""

    making: asyncio.Task[Client]
    used_at: float


class Clients:
    """``destinations``: the names that ``<destination>`` may hold. ``timeout``: seconds for one
    notification. ``clock``: seconds, as of :func:`time.monotonic`."""

    def __init__(
        self,
        destinations: Mapping[str, Destination] = APPLE,
        *,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._destinations = destinations
        self._timeout = timeout
        self._capacity = capacity
        self._clock = clock
        self._certificates: OrderedDict[bytes, Certificate] = OrderedDict()
        self._clients: OrderedDict[_Key, _Kept] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    def destination(self, name: str) -> Destination:
        """Raises :class:`DestinationError`."""
        return find_destination(name, self._destinations)

    async def certificate(self, content: bytes, password: str, name: str) -> Certificate:
        """The certificate in a .p12 file, opened once and then known by its content and password.

        Raises :class:`CredentialsError`, also when the certificate is not valid now.
        """
        key = hashlib.sha256(f"{len(password)}:{password}".encode() + content).digest()
        certificate = self._certificates.get(key)
        if certificate is None:
            certificate = await asyncio.to_thread(Certificate.from_pkcs12, content, password, name)
            _tell_of(certificate, name)
            self._certificates[key] = certificate
            if len(self._certificates) > self._capacity:
                self._certificates.popitem(last=False)
        self._certificates.move_to_end(key)
        certificate.check_validity(datetime.now(UTC), name)
        return certificate

    async def client(self, certificate: Certificate, destination: Destination) -> Client:
        """The client for both, made if there is none. Raises what :class:`Client` raises."""
        key = (destination.name, certificate.fingerprint)
        now = self._clock()
        kept = self._clients.get(key)
        if kept is None or (kept.making.done() and kept.making.exception() is not None):
            making = asyncio.create_task(self._make(certificate, destination))
            kept = self._clients[key] = _Kept(making, now)
        kept.used_at = now
        self._clients.move_to_end(key)
        self._evict(now)
        # Shielded: a caller that goes away must not take the client from those that wait with it.
        return await asyncio.shield(kept.making)

    async def close(self) -> None:
        """Let every client answer what is under way, then close it."""
        while self._clients:
            self._retire(self._clients.popitem()[1].making)
        await asyncio.gather(*self._closing)

    async def _make(self, certificate: Certificate, destination: Destination) -> Client:
        # In a thread: loading the certificate authorities takes some 20 ms.
        return await asyncio.to_thread(Client, certificate, destination, timeout=self._timeout)

    def _evict(self, now: float) -> None:
        """The one used longest ago goes if there are too many, or if that was too long ago."""
        oldest = next(iter(self._clients.values()))
        if len(self._clients) > self._capacity or now - oldest.used_at > IDLE_SECONDS:
            self._clients.popitem(last=False)
            self._retire(oldest.making)

    def _retire(self, task: asyncio.Task[Client]) -> None:
        closing = asyncio.create_task(_close(task))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


def _tell_of(certificate: Certificate, name: str) -> None:
    logger.info("Opened %s: %r", name, certificate)
    left = certificate.not_after - datetime.now(UTC)
    if timedelta(0) <= left < WARN_BEFORE_EXPIRY:
        logger.warning("The certificate in %s expires in %d days: renew it", name, left.days)


async def _close(task: asyncio.Task[Client]) -> None:
    await asyncio.wait([task])
    if task.exception() is None:
        client = task.result()
        await client.close()
        logger.info("Closed the client of %r for %s", client.credentials, client.destination)
