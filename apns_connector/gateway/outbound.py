"""Carries requests to backends over HTTP/1.1, on aiohttp's client.

One pool of connections for the whole gateway, kept open between requests. Nothing is decided here
beyond what HTTP asks for: no redirect is followed, no cookie remembered, and nothing is sent twice
unless the method says that this does no harm (RFC 9110 9.2.2).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from apns_connector.errors import ConfigurationError, TransportError
from apns_connector.mediation.endpoints.transport import OutboundReply, OutboundRequest, place_of

MIB = 1024 * 1024
PRODUCT = "apns-connector"

SENDING_FAILED = 101500
NOT_CONNECTED = 101503
TOO_SLOW = 101504
CLOSED = 101505
NO_HTTP = 101506
CONNECTING_TOO_SLOW = 101508
UNREADABLE = 101510


@dataclass(frozen=True, slots=True)
class OutboundOptions:
    """``trust``: a PEM file of certificate authorities instead of the system's. ``timeout`` and
    ``connect_timeout`` in seconds, the first for an exchange whose endpoint names none.
    ``connections``: open at the same time, to all backends together; a request beyond them waits.
    ``keep_alive``: seconds that an idle one is kept. ``reply_bytes``: what a decoded reply may
    have. ``proxy``: the URL of one that all requests go through, but those to the hosts in
    ``no_proxy`` and, for a name that begins with a dot, below it."""

    trust: Path | None = None
    timeout: float = 30.0
    connect_timeout: float = 10.0
    connections: int = 200
    keep_alive: float = 15.0
    reply_bytes: int = 10 * MIB
    proxy: str | None = None
    no_proxy: tuple[str, ...] = ()

    def proxy_for(self, url: str) -> str | None:
        host = urlsplit(url).hostname or ""
        direct = any(
            host == name or (name.startswith(".") and host.endswith(name)) for name in self.no_proxy
        )
        return None if direct else self.proxy


class Outbound:
    """The transport of a gateway. Connections are opened when they are needed; close it at the end.

    Raises ConfigurationError for a trust file that cannot be read.
    """

    def __init__(self, options: OutboundOptions | None = None) -> None:
        self._options = options or OutboundOptions()
        self._tls = _tls_context(self._options.trust)
        self._sessions: Mapping[bool, aiohttp.ClientSession] = MappingProxyType({})

    async def exchange(self, request: OutboundRequest) -> OutboundReply:
        """Raises TransportError."""
        try:
            return await self._exchange(request)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise transport_error(error, place_of(request.url)) from error

    async def close(self) -> None:
        """Closes all connections. Without effect where none was ever opened."""
        sessions, self._sessions = self._sessions, MappingProxyType({})
        for session in sessions.values():
            await session.close()

    async def _exchange(self, request: OutboundRequest) -> OutboundReply:
        options = self._options
        headers = [*request.headers, ("User-Agent", PRODUCT)]
        if request.host is not None:
            headers.append(("Host", request.host))
        async with self._session(request.http_1_0).request(
            request.method,
            URL(request.url, encoded=True),
            headers=headers,
            data=request.body or None,
            allow_redirects=False,
            proxy=options.proxy_for(request.url),
            timeout=aiohttp.ClientTimeout(
                total=request.timeout or options.timeout, sock_connect=options.connect_timeout
            ),
        ) as response:
            return OutboundReply(
                response.status,
                tuple(_fields(response)),
                await self._body(response, request),
                response.reason or "",
            )

    async def _body(self, response: aiohttp.ClientResponse, request: OutboundRequest) -> bytes:
        """What is left of a reply beyond the limit is not read: its connection is closed."""
        limit = self._options.reply_bytes
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > limit:
                response.close()
                place = place_of(request.url)
                text = f"The reply of {place} has more than {limit} bytes"
                raise TransportError(text, UNREADABLE)
        return bytes(body)

    def _session(self, http_1_0: bool) -> aiohttp.ClientSession:
        if not self._sessions:
            self._sessions = self._opened()
        return self._sessions[http_1_0]

    def _opened(self) -> Mapping[bool, aiohttp.ClientSession]:
        """One session for each version of HTTP over one pool. Needs the running event loop."""
        connector = aiohttp.TCPConnector(
            ssl=self._tls,
            limit=self._options.connections,
            keepalive_timeout=self._options.keep_alive,
        )
        versions = {False: aiohttp.HttpVersion11, True: aiohttp.HttpVersion10}
        return {
            forced: aiohttp.ClientSession(
                connector=connector,
                connector_owner=not forced,
                version=version,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Content-Type"),
            )
            for forced, version in versions.items()
        }


def _tls_context(trust: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=trust)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"{trust} holds no certificates to trust: {error}") from error


def _fields(response: aiohttp.ClientResponse) -> list[tuple[str, str]]:
    """The header fields of a reply, without those that its decoded body has made untrue."""
    untrue = ("content-encoding", "content-length", "transfer-encoding")
    return [(name, value) for name, value in response.headers.items() if name.lower() not in untrue]


def transport_error(error: Exception, place: str) -> TransportError:
    """What happened, by Synapse's codes. More special classes come first."""
    for kinds, code, what in _FAILURES:
        if isinstance(error, kinds):
            return TransportError(f"{place} {what}", code, detail=f"{place} {what}: {_told(error)}")
    return TransportError(f"{place} could not be asked", SENDING_FAILED, detail=_told(error))


_FAILURES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], int, str], ...] = (
    (aiohttp.ConnectionTimeoutError, CONNECTING_TOO_SLOW, "did not take a connection in time"),
    ((asyncio.TimeoutError, aiohttp.ServerTimeoutError), TOO_SLOW, "has not answered in time"),
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError),
        SENDING_FAILED,
        "cannot be trusted: TLS failed",
    ),
    (aiohttp.ClientConnectorError, NOT_CONNECTED, "takes no connection"),
    (aiohttp.ClientHttpProxyError, NOT_CONNECTED, "cannot be reached through the proxy"),
    (
        (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError),
        CLOSED,
        "closed the connection",
    ),
    (aiohttp.ClientResponseError, NO_HTTP, "gave no answer that is HTTP"),
)


def _told(error: Exception) -> str:
    """What the system or the library says of the connection; other errors may quote the URL, and
    with it what is secret in its query."""
    if isinstance(error, aiohttp.ClientResponseError):
        return error.message.partition("\n")[0]
    if isinstance(error, OSError) and str(error):
        return str(error).partition("\n")[0]
    return type(error).__name__
