"""The way to one destination: connections come and go, the link stays."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterator
from typing import Final

from apns_connector.apns.authentication import Authentication
from apns_connector.apns.backoff import Backoff
from apns_connector.apns.connection import Connection
from apns_connector.apns.destination import Destination
from apns_connector.apns.events import ConnectionClosed, ConnectionFailed, ConnectionOpened, Events
from apns_connector.apns.http2_events import Event
from apns_connector.apns.pool import DEFAULT_MOST, Load, Sizing
from apns_connector.apns.provider_token import may_update
from apns_connector.apns.proxy import Proxy
from apns_connector.apns.refusal import Refusal, find_refusal

logger = logging.getLogger(__name__)

_CREDENTIALS_CHECK_SECONDS: Final = 5.0
_PROBE_ANSWER_SECONDS: Final = 2.0
# How often to look whether another connection would help, and how long one may be idle.
_LOOK_SECONDS: Final = 0.1
_IDLE_SECONDS: Final = 60.0


class Link:
    """The connections in use, and older ones on which answers are still awaited.

    ``on_events``: as of :class:`Connection`. ``wanted()``: how many requests wait for a connection?
    ``on_refusal(refusal)``: no connection will ever do; ``on_change()``: look again at what can be
    sent. ``events``: who is told of connections. ``trouble``: what went wrong last, in a sentence.
    ``answers``: how many came.
    """

    def __init__(
        self,
        destination: Destination,
        authentication: Authentication,
        connect_timeout: float,
        *,
        on_events: Callable[[Connection, list[Event]], None],
        wanted: Callable[[], int],
        on_refusal: Callable[[Refusal], None],
        on_change: Callable[[], None],
        events: Events | None = None,
        most_connections: int = DEFAULT_MOST,
        proxy: Proxy | None = None,
    ) -> None:
        self.active: list[Connection] = []
        self.answers = 0
        self.events = events or Events()
        self.sizing = Sizing(most_connections)
        self.trouble: str | None = None
        self._destination = destination
        self._authentication = authentication
        self._connect_timeout = connect_timeout
        self._proxy = proxy
        self._on_events = on_events
        self._wanted = wanted
        self._on_refusal = on_refusal
        self._on_change = on_change
        self._draining: set[Connection] = set()
        self._connecting: asyncio.Task[None] | None = None
        self._opened = 0
        self._backoff = Backoff()
        self._check_credentials_at = 0.0
        self._target = 1
        self._look_timer: asyncio.TimerHandle | None = None
        self._last_look = (0.0, 0.0, 0)

    def connections(self) -> list[Connection]:
        """Those in use first."""
        return [*self.active, *self._draining]

    # Coming

    def connect(self) -> None:
        """Try until there is a connection or nobody wants one; nothing new if that is under way."""
        if self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while len(self.active) < self._target and self._wanted():
                pause = self._backoff.wait(clock())
                if pause:
                    await asyncio.sleep(pause)
                else:
                    await self._try_to_connect()
        finally:
            self._connecting = None
        self._on_change()

    async def _try_to_connect(self) -> None:
        authentication = self._authentication
        try:
            async with asyncio.timeout(self._connect_timeout):
                authentication.refresh()
                connection = await Connection.open(
                    self._destination,
                    authentication.context,
                    authentication.authorization(),
                    self._on_events,
                    self._proxy,
                )
        except (OSError, UnicodeError) as error:  # UnicodeError: a host that is no host name
            self._failed(f"{self._destination} cannot be reached: {_in_words(error)}")
            refusal = find_refusal(self._destination, error)
            if refusal is not None:
                self._on_refusal(refusal)
        else:
            self._opened += 1
            connection.number = self._opened
            if self.events.listeners:
                self.events.tell(ConnectionOpened(connection.state()))
            if connection.usable:
                self.active.append(connection)
                self._log_return()
            else:
                self._tell_closed(connection)

    def _log_return(self) -> None:
        if self._backoff.failures:
            logger.info("%s can be reached again", self._destination)

    def _tell_closed(self, connection: Connection) -> None:
        if self.events.listeners and connection.number and connection.lost:
            self.events.tell(ConnectionClosed(connection.state(), connection.ending))

    def _failed(self, trouble: str) -> None:
        self.trouble = trouble
        self._backoff.failed(asyncio.get_running_loop().time(), random.random())  # noqa: S311 - jitter
        logger.warning("%s", trouble)
        if self.events.listeners:
            self.events.tell(ConnectionFailed(trouble))

    # As many as help

    def crowded(self) -> None:
        """Requests wait although there are connections: see whether another one would help."""
        if self._look_timer is None:
            self._note_look()
            self._look_timer = self._loop_later(_LOOK_SECONDS)

    def _loop_later(self, seconds: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._look)

    def _note_look(self) -> None:
        now = asyncio.get_running_loop().time()
        self._last_look = (now, time.thread_time(), self.answers)

    def _look(self) -> None:
        self._on_change()  # what came in a moment ago may find room: then it is no crowd
        self._look_timer = None
        now = asyncio.get_running_loop().time()
        if now >= self._check_credentials_at:
            self._check_credentials(now)
        crowded = self._wanted() > 0
        if not crowded:
            self._retire_idle()
        self._keep(self.sizing.wanted(self._load()))
        self._note_look()
        if crowded:
            self._look_timer = self._loop_later(_LOOK_SECONDS)
        elif len(self.active) > 1:
            self._look_timer = self._loop_later(_IDLE_SECONDS / 4)

    def _keep(self, wanted: int) -> None:
        """Connect until there are so many, or let the youngest go that are too many."""
        self._target = max(1, wanted)
        if len(self.active) < self._target:
            self.connect()
        for connection in self.active[self._target :]:
            self.set_aside(connection)

    def _load(self) -> Load:
        at, cpu, answers = self._last_look
        return Load(
            waiting=self._wanted(),
            connections=len(self.active),
            window_bound=sum(connection.window_bound for connection in self.active),
            answers=self.answers - answers,
            seconds=asyncio.get_running_loop().time() - at,
            cpu_seconds=time.thread_time() - cpu,
        )

    def _retire_idle(self) -> None:
        """All but the first connection go when they have had nothing to do for a while."""
        now = asyncio.get_running_loop().time()
        for connection in self.active[1:]:
            if connection.idle and now - connection.heard_at >= _IDLE_SECONDS:
                self.set_aside(connection)

    # In use

    def ready(self, now: float, *, probe_after: float) -> Iterator[Connection]:
        """The connections that take requests: the first ones as long as they have room, so that the
        later ones fall idle, and can go, when there is less to do."""
        if now >= self._check_credentials_at:
            self._check_credentials(now)
        for connection in self.active.copy():
            if now - connection.heard_at >= probe_after and connection.idle:
                self.probe(connection)
            if connection.ready:
                yield connection

    def proved(self, connection: Connection, answers: int = 1) -> None:
        """So many requests have been answered there: the way is good."""
        self.answers += answers
        if not connection.answered:
            connection.answered = True
            self._backoff.succeeded()

    def _check_credentials(self, now: float) -> None:
        """Others than before: their requests go to new connections. So they do with a fresh token,
        unless a connection knows the old one for long enough to be shown another."""
        self._check_credentials_at = now + _CREDENTIALS_CHECK_SECONDS
        others = self._authentication.refresh()
        authorization = self._authentication.authorization()
        for connection in self.active.copy():
            if others:
                self.set_aside(connection)
            elif authorization is not None and authorization != connection.authorization:
                if may_update(connection.authorized_at, now):
                    connection.authorize(authorization)
                else:
                    self.set_aside(connection)

    def probe(self, connection: Connection) -> None:
        """Does it still live? Until there is a sign of it, nothing new goes there."""
        if not connection.probed:
            connection.probe()
            asyncio.get_running_loop().call_later(
                _PROBE_ANSWER_SECONDS, self._end_probe, connection
            )

    def _end_probe(self, connection: Connection) -> None:
        if connection.probed and not connection.lost:
            self.trouble = f"{self._destination} no longer answered on a connection"
            logger.info("%s", self.trouble)
            self.set_aside(connection)
            self._on_change()

    def renew_token(self, connection: Connection) -> bool:
        """True if there is another provider token to try than the one that was refused there.

        It is shown to new connections only: on one that knows the old token it would be an update,
        and those must be rare.
        """
        refused = connection.authorization
        if not self._authentication.renew(refused):
            return False
        for other in self.active.copy():
            if other.authorization == refused:
                self.set_aside(other)
        return True

    # Going

    def set_aside(self, connection: Connection) -> None:
        """No new requests there; what is open is still answered. Once it is lost, it is forgotten.

        One that was never of any use counts as a failed attempt.
        """
        if connection in self.active:
            self.active.remove(connection)
        if not connection.retired and not connection.answered:
            if connection.lost:
                self.trouble = f"{self._destination}: {connection.ending}"
            self._backoff.failed(asyncio.get_running_loop().time(), random.random())  # noqa: S311 - jitter
        if connection.lost:
            self._draining.discard(connection)
            connection.retired = True
            self._tell_closed(connection)
        else:
            self._draining.add(connection)
            connection.retire()

    async def close(self) -> None:
        """Close all connections, and wait for them to be gone."""
        if self._look_timer is not None:
            self._look_timer.cancel()
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
