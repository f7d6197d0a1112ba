"""From the line to the connections: what is submitted in one turn of the loop goes out together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from apns_connector.apns.connection import Connection
from apns_connector.apns.link import Link
from apns_connector.apns.outcomes import Outcomes
from apns_connector.apns.request import Request
from apns_connector.apns.waiting import Waiting
from apns_connector.errors import NotSent

logger = logging.getLogger(__name__)


class Dispatch:
    """Hands those in ``waiting`` to the connections of ``link``.

    ``probe_after``: seconds of silence after which an idle connection must answer a PING before it
    is used again. ``on_new()`` is called in the turn after :meth:`add`, when the new ones have been
    sent as far as there was room.
    """

    def __init__(
        self,
        waiting: Waiting,
        link: Link,
        outcomes: Outcomes,
        probe_after: float,
        on_new: Callable[[], None],
    ) -> None:
        self._waiting = waiting
        self._link = link
        self._outcomes = outcomes
        self._probe_after = probe_after
        self._on_new = on_new
        self._scheduled = False

    def add(self, requests: Iterable[Request]) -> None:
        """New ones: behind those that wait."""
        self._waiting.add(requests)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._send_new)

    def _send_new(self) -> None:
        self._scheduled = False
        now = asyncio.get_running_loop().time()
        if self._waiting:
            self._send_on(self._link.ready(now, probe_after=self._probe_after))
        self._on_new()

    def send(self) -> None:
        """Send what waits on the connections that are there, as far as streams and windows
        allow."""
        if self._waiting:
            self._send_on(self._link.active.copy())

    def _send_on(self, connections: Iterable[Connection]) -> None:
        waiting = self._waiting
        for connection in connections:
            while waiting and (room := connection.room):
                requests = waiting.take(room)
                try:
                    sent = connection.send(requests)
                except Exception as error:
                    logger.exception("Requests could not be written to %r", connection)
                    self._unsent(connection, requests, error)
                    break
                waiting.add_first(*requests[sent:])  # the window was used up before
                self._outcomes.sent(requests[:sent], connection.number)

    def _unsent(self, connection: Connection, requests: list[Request], error: Exception) -> None:
        """A mistake of ours. What is on the connection all the same has its outcome from there."""
        self._link.set_aside(connection)
        why = f"it could not be written ({type(error).__name__})"
        carried = {id(request) for request in connection.open_requests()}
        for request in requests:
            if id(request) not in carried:
                self._outcomes.fail(request, NotSent(why))
