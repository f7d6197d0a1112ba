"""The APNs clients of a gateway: one for each destination and credentials, kept while in use.

A client is found by the fingerprint of its certificate, not by a path: a renewed certificate takes
over with the next message, and the old client is closed once it has not been used for a while.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from apns_connector.apns import APPLE, Certificate, Client, Destination
from apns_connector.apns.client import DEFAULT_TIMEOUT_SECONDS
from apns_connector.apns.destination import find_destination

logger = logging.getLogger(__name__)

CAPACITY: Final = 64

_Key = tuple[str, str]


class Clients:
    """``destinations``: the names that ``<destination>`` may hold. ``timeout``: seconds."""

    def __init__(
        self,
        destinations: Mapping[str, Destination] = APPLE,
        *,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        capacity: int = CAPACITY,
    ) -> None:
        self._destinations = destinations
        self._timeout = timeout
        self._capacity = capacity
        self._certificates: OrderedDict[bytes, Certificate] = OrderedDict()
        self._clients: OrderedDict[_Key, asyncio.Task[Client]] = OrderedDict()
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
            self._certificates[key] = certificate
            if len(self._certificates) > self._capacity:
                self._certificates.popitem(last=False)
        self._certificates.move_to_end(key)
        certificate.check_validity(datetime.now(UTC), name)
        return certificate

    async def client(self, certificate: Certificate, destination: Destination) -> Client:
        """The client for both, made if there is none. Raises what :class:`Client` raises."""
        key = (destination.name, certificate.fingerprint)
        task = self._clients.get(key)
        if task is None or (task.done() and task.exception() is not None):
            task = self._clients[key] = asyncio.create_task(self._make(certificate, destination))
            self._evict()
        self._clients.move_to_end(key)
        # Shielded: a caller that goes away must not take the client from those that wait with it.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let every client answer what is under way, then close it."""
        while self._clients:
            self._retire(self._clients.popitem()[1])
        await asyncio.gather(*self._closing)

    async def _make(self, certificate: Certificate, destination: Destination) -> Client:
        # In a thread: loading the certificate authorities takes some 20 ms.
        return await asyncio.to_thread(Client, certificate, destination, timeout=self._timeout)

    def _evict(self) -> None:
        if len(self._clients) > self._capacity:
            _, oldest = self._clients.popitem(last=False)
            self._retire(oldest)

    def _retire(self, task: asyncio.Task[Client]) -> None:
        closing = asyncio.create_task(_close(task))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


async def _close(task: asyncio.Task[Client]) -> None:
    await asyncio.wait([task])
    if task.exception() is None:
        client = task.result()
        await client.close()
        logger.info("Closed the client of %r for %s", client.credentials, client.destination)
