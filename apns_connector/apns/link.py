"""The way to one destination: connections come and go, the link stays."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable
from typing import Final

from apns_connector.apns.backoff import Backoff
from apns_connector.apns.connection import Connection
from apns_connector.apns.credentials import Credentials, SigningKey
from apns_connector.apns.destination import Destination
from apns_connector.apns.http2_events import Event
from apns_connector.apns.refusal import Refusal, find_refusal

logger = logging.getLogger(__name__)

_TOKEN_CHECK_SECONDS: Final = 60.0
_PROBE_ANSWER_SECONDS: Final = 2.0


class Link:
    """One connection in use, and older ones on which answers are still awaited.

    ``on_events``: as of :class:`Connection`. ``wanted()``: does anybody wait for a connection?
    ``on_refusal(refusal)``: no connection will ever do; ``on_change()``: look again at what can be
    sent. ``trouble``: what went wrong last, in a sentence.
    """

    def __init__(
        self,
        destination: Destination,
        credentials: Credentials,
        context: ssl.SSLContext,
        connect_timeout: float,
        *,
        on_events: Callable[[Connection, list[Event]], None],
        wanted: Callable[[], bool],
        on_refusal: Callable[[Refusal], None],
        on_change: Callable[[], None],
    ) -> None:
        self.current: Connection | None = None
        self.trouble = f"{destination} could not be reached in time"
        self._destination = destination
        self._credentials = credentials
        self._context = context
        self._connect_timeout = connect_timeout
        self._on_events = on_events
        self._wanted = wanted
        self._on_refusal = on_refusal
        self._on_change = on_change
        self._draining: set[Connection] = set()
        self._connecting: asyncio.Task[None] | None = None
        self._backoff = Backoff()
        self._check_token_at = 0.0

    def connections(self) -> list[Connection]:
        """The one in use first."""
        return [*([] if self.current is None else [self.current]), *self._draining]

    # Coming

    def connect(self) -> None:
        """Try until there is a connection or nobody wants one; nothing new if that is under way."""
        if self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while self.current is None and self._wanted():
                pause = self._backoff.wait(clock())
                if pause:
                    await asyncio.sleep(pause)
                else:
                    await self._try_to_connect()
        finally:
            self._connecting = None
        self._on_change()

    async def _try_to_connect(self) -> None:
        try:
            async with asyncio.timeout(self._connect_timeout):
                connection = await Connection.open(
                    self._destination, self._context, self._authorization(), self._on_events
                )
        except (OSError, UnicodeError) as error:  # UnicodeError: a host that is no host name
            self._failed(f"{self._destination} cannot be reached: {_in_words(error)}")
            refusal = find_refusal(self._destination, error)
            if refusal is not None:
                self._on_refusal(refusal)
        else:
            if connection.usable:
                self.current = connection
                self._log_return()

    def _log_return(self) -> None:
        if self._backoff.failures:
            logger.info("%s can be reached again", self._destination)

    def _failed(self, trouble: str) -> None:
        self.trouble = trouble
        self._backoff.failed(asyncio.get_running_loop().time(), random.random())  # noqa: S311 - jitter
        logger.warning("%s", trouble)

    # In use

    def proved(self, connection: Connection) -> None:
        """A request has been answered there: the way is good."""
        connection.answered = True
        self._backoff.succeeded()

    def keep_fit(self, connection: Connection, now: float, *, probe_after: float) -> None:
        """Look at a connection before a request goes there: is it alive, is its token fresh?"""
        if now >= self._check_token_at:
            self._check_token_at = now + _TOKEN_CHECK_SECONDS
            authorization = self._authorization()
            if authorization is not None and authorization != connection.authorization:
                connection.authorize(authorization)
        silent = now - connection.heard_at >= probe_after
        if silent and connection.idle and not connection.probed:
            connection.probe()
            asyncio.get_running_loop().call_later(
                _PROBE_ANSWER_SECONDS, self._end_probe, connection
            )

    def _end_probe(self, connection: Connection) -> None:
        if connection.probed and not connection.lost:
            self.trouble = f"{self._destination} no longer answered on an idle connection"
            logger.info("%s", self.trouble)
            self.set_aside(connection)
            self._on_change()

    def _authorization(self) -> str | None:
        if isinstance(self._credentials, SigningKey):
            return f"bearer {self._credentials.provider_token(time.time())}"
        return None

    def renew_token(self, connection: Connection) -> bool:
        """True if there is another provider token to try than the one that was refused there."""
        if not isinstance(self._credentials, SigningKey) or connection.authorization is None:
            return False
        refused = connection.authorization.removeprefix("bearer ")
        return self._credentials.replace(refused, time.time())

    # Going

    def set_aside(self, connection: Connection) -> None:
        """No new requests there; what is open is still answered. Once it is lost, it is forgotten.

        One that was never of any use counts as a failed attempt.
        """
        if connection is self.current:
            self.current = None
        if not connection.retired and not connection.answered:
            if connection.lost:
                self.trouble = f"{self._destination}: {connection.ending}"
            self._backoff.failed(asyncio.get_running_loop().time(), random.random())  # noqa: S311 - jitter
        if connection.lost:
            self._draining.discard(connection)
            connection.retired = True
        else:
            self._draining.add(connection)
            connection.retire()

    async def close(self) -> None:
        """Close all connections, and wait for them to be gone."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        connections = self.connections()
        for connection in connections:
            connection.close()
        for connection in connections:
            await connection.closed()


def _in_words(error: Exception) -> str:
    """The operating system's words; a bare TimeoutError has none of its own."""
    if isinstance(error, TimeoutError) and not str(error):
        return "no connection within the time allowed"
    return str(error) or type(error).__name__
