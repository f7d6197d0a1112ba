"""What goes to a backend and what comes back, as values; and who carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from apns_connector.errors import TransportError

HeaderFields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """One HTTP request. ``timeout`` in seconds for all of the exchange, ``None`` for the default of
    the transport. ``headers`` name no Host and no Content-Length: these follow from the rest,
    unless ``host`` stands for the Host of ``url``."""

    method: str
    url: str
    headers: HeaderFields = ()
    body: bytes = b""
    timeout: float | None = None
    host: str | None = None
    http_1_0: bool = False

    def __repr__(self) -> str:
        # Headers and body hold what clients and configuration keep secret.
        return f"OutboundRequest({self.method} {place_of(self.url)}, {len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class OutboundReply:
    """What a backend answered, whatever its status says. Content codings are taken off."""

    status: int
    headers: HeaderFields = ()
    body: bytes = b""
    reason: str = ""

    def __repr__(self) -> str:
        return f"OutboundReply({self.status}, {len(self.body)} bytes)"

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class Transport(Protocol):
    """Carries requests to backends."""

    async def exchange(self, request: OutboundRequest) -> OutboundReply:
        """Raises TransportError when no whole reply came, or none that could be read."""


class NoTransport:
    """Of a deployment that is read, but not served."""

    async def exchange(self, request: OutboundRequest) -> OutboundReply:
        raise TransportError(
            f"{place_of(request.url)} is not asked: nothing carries requests", 101503
        )


def place_of(url: str) -> str:
    """Scheme, host and port of a URL: everything else in it may hold what is secret, such as a
    password, a key or a device token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
