"""One TLS socket that pumps one HTTP/2 core: bytes in, events out, bytes out."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, cast

from apns_connector.apns.destination import Destination
from apns_connector.apns.http2 import Http2
from apns_connector.apns.http2_events import Event
from apns_connector.apns.pool_state import ConnectionState
from apns_connector.apns.proxy import Proxy, open_tunnel
from apns_connector.apns.reasons import Reason
from apns_connector.apns.request import Request

_GOODBYE_SECONDS: Final = 2.0
# A server that floods us with what must be answered, and never reads, is cut off (RFC 9113, 10.5).
_MAX_UNREAD_BYTES: Final = 1 << 24


class Connection(asyncio.Protocol):
    """A connection to Apple.

    ``on_events(connection, events)`` is called for what happens on it, and once more, with
    ``connection.lost`` set, when the socket has gone.

    ``number``: given by whoever opens several. ``heard_at``: when the server last said anything,
    on the loop's clock; ``authorized_at``: since when it knows ``authorization``. ``answered``: a
    request has been answered, so the connection is worth something. ``refused``: why Apple said
    that these credentials will never do. ``error``: what the socket died of; ``ending``: that in a
    sentence.
    """

    def __init__(
        self,
        destination: Destination,
        authorization: str | None,
        on_events: Callable[[Connection, list[Event]], None],
    ) -> None:
        self.destination = destination
        self.authorization = authorization
        self.number = 0
        self.lost = False
        self.error: Exception | None = None
        self.ending = ""
        self.answered = False
        self.retired = False
        self.refused: Reason | None = None
        self._core = Http2(
            destination.authority, None if authorization is None else authorization.encode()
        )
        self._on_events = on_events
        self._loop = asyncio.get_running_loop()
        self.heard_at = self.authorized_at = self._loop.time()
        self._opened_at = datetime.now(UTC)
        self._peer = ""
        self._transport: asyncio.Transport | None = None
        self._closing = False
        self._gone: asyncio.Future[None] = self._loop.create_future()
        # False while the socket takes no more bytes, or a PING has not been answered.
        self._writable = True
        self._trusted = True

    @classmethod
    async def open(
        cls,
        destination: Destination,
        context: ssl.SSLContext,
        authorization: str | None,
        on_events: Callable[[Connection, list[Event]], None],
        proxy: Proxy | None = None,
    ) -> Connection:
        """Look the name up, connect, shake hands. Raises OSError and its kin (ssl.SSLError)."""
        connect = asyncio.get_running_loop().create_connection
        host, port = destination.host, destination.port

        def factory() -> Connection:
            return cls(destination, authorization, on_events)

        if proxy is None:
            opened = connect(factory, host, port, ssl=context, server_hostname=host)
        else:
            tunnel = await open_tunnel(proxy, host, port)
            opened = connect(factory, sock=tunnel, ssl=context, server_hostname=host)
        return (await opened)[1]

    # For the client

    @property
    def usable(self) -> bool:
        """False once no request will ever be sent here again."""
        return self._core.usable and not (self.lost or self.retired)

    @property
    def idle(self) -> bool:
        return self._core.open_streams == 0

    @property
    def ready(self) -> bool:
        """True while a request may be sent."""
        return self.room > 0

    @property
    def room(self) -> int:
        """How many requests may be sent.

        The first one with a provider token goes alone: Apple may allow one stream until it has
        accepted the token, and takes offence at more.
        """
        if self.retired or not (self._writable and self._trusted):
            return 0
        if self.answered or self.authorization is None:
            return self._core.room
        return min(1, self._core.room) if self.idle else 0

    @property
    def window_bound(self) -> bool:
        """True while the flow-control window lets nobody send."""
        return self._core.window_shut

    @property
    def probed(self) -> bool:
        """True while a PING has not been answered."""
        return not self._trusted

    def state(self) -> ConnectionState:
        return ConnectionState(
            self.number,
            self._peer,
            self._opened_at,
            self._core.sent,
            self._core.open_streams,
            self._core.max_streams,
            self.usable,
        )

    def stuck(self, now: float, patience: float) -> bool:
        """Idle, taking no request, and silent for ``patience`` seconds."""
        return self.idle and not self.ready and now - self.heard_at >= patience

    def send(self, requests: Sequence[Request]) -> int:
        """Write them together, in order; how many those were until the window was used up. Call
        only with as many as there is :attr:`room` for."""
        sent = self._core.send_all(requests)
        self._flush()
        return sent

    def carries(self, request: Request) -> bool:
        """True if ``request`` was sent here and is not answered."""
        return self._core.carries(request.stream_id, request)

    def cancel(self, request: Request) -> bool:
        """Reset the stream of a request that is carried here, since nobody waits for it any more.

        True if it was written in full: the server may process it all the same.
        """
        written = self._core.cancel(request.stream_id)
        self._flush()
        if self.idle and not self.usable:
            self.close()
        return written

    def open_requests(self) -> list[Request]:
        return self._core.open_tags()

    def authorize(self, authorization: str) -> None:
        """A renewed provider token, from the next request on."""
        self.authorization = authorization
        self.authorized_at = self._loop.time()
        self._core.authorize(authorization.encode())

    def probe(self) -> None:
        """Ask for a sign of life; until there is one, no request is sent."""
        self._trusted = False
        self._core.ping(b"still up")
        self._flush()

    def retire(self) -> None:
        """Take no new requests; close once the open ones are answered."""
        self.retired = True
        if self.idle:
            self.close()

    def close(self) -> None:
        """Say goodbye and close; requests still open come back as lost."""
        self.retired = self._closing = True
        transport = self._transport
        if transport is not None and not transport.is_closing():
            self._core.close()
            self._flush()
            transport.close()

    async def closed(self) -> None:
        """Wait for the socket to go; a server that does not say goodbye is cut off."""
        done, _ = await asyncio.wait([self._gone], timeout=_GOODBYE_SECONDS)
        if not done and self._transport is not None:
            self._transport.abort()
            await self._gone

    # For asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # a TLS stream always is one
        host, port, *_ = transport.get_extra_info("peername") or ("", 0)
        self._peer = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._flush()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._loop.time()
        self._trusted = True
        self._handle(self._core.receive_data(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.error = exc
        self.ending = self._in_words(exc)
        self._handle(self._core.connection_lost(self.ending))
        if not self._gone.done():
            self._gone.set_result(None)

    def _in_words(self, error: Exception | None) -> str:
        if error is not None:
            return f"the connection was lost ({error})"
        return "the connection was closed" if self._closing else "the server closed the connection"

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._handle([])

    def _handle(self, events: list[Event]) -> None:
        self._on_events(self, events)
        self._flush()
        if self.idle and not self.usable and not self.lost:
            self.close()

    def _flush(self) -> None:
        """What a closing socket would swallow is not handed to it: so it counts as not written."""
        transport = self._transport
        if transport is not None and not transport.is_closing():
            data = self._core.data_to_send()
            if data:
                transport.write(data)
                if not self._writable and transport.get_write_buffer_size() > _MAX_UNREAD_BYTES:
                    transport.abort()

    def __repr__(self) -> str:
        state = "lost" if self.lost else "usable" if self.usable else "draining"
        return f"Connection({self.destination}, {state}, {self._core.open_streams} open)"
