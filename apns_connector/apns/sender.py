"""Requests on their way: each waits, goes out, is resent if it was certainly not processed, and
ends once: with Apple's answer, or with an error that says whether it may have been delivered.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from apns_connector.apns import goaway
from apns_connector.apns.authentication import Authentication
from apns_connector.apns.connection import Connection
from apns_connector.apns.deadlines import DeadlineTimer
from apns_connector.apns.destination import Destination
from apns_connector.apns.dispatch import Dispatch
from apns_connector.apns.events import Events
from apns_connector.apns.http2_events import (
    Accepted,
    Answered,
    Broken,
    Event,
    GoingAway,
    Lost,
    NotProcessed,
)
from apns_connector.apns.link import Link
from apns_connector.apns.outcomes import Outcomes
from apns_connector.apns.overdue import Overdue
from apns_connector.apns.pool_state import PoolState
from apns_connector.apns.proxy import Proxy
from apns_connector.apns.reasons import Action
from apns_connector.apns.refusal import Refusal, find_refusal
from apns_connector.apns.request import Request, Waiter
from apns_connector.apns.resending import Resending, pause_after_return
from apns_connector.apns.response import Response
from apns_connector.apns.waiting import Waiting
from apns_connector.errors import NotSent, OutcomeUnknown

logger = logging.getLogger(__name__)

_CLOSED: Final = Refusal(NotSent, "the client was closed before it could be sent")


class Sender:
    """Requests to one destination from one sender, on the running event loop.

    ``connect_timeout``: seconds for one attempt. ``probe_after``: seconds of silence after which an
    idle connection must answer a PING before it is used again. ``resending``: what is sent again
    before its deadline. ``events``: who is told what happens. ``on_rejection`` is shown every
    rejection before its sender is. ``link``: its connections.
    """

    def __init__(
        self,
        destination: Destination,
        authentication: Authentication,
        *,
        connect_timeout: float,
        probe_after: float,
        most_connections: int,
        proxy: Proxy | None,
        resending: Resending,
        events: Events,
        on_rejection: Callable[[Response], None] | None,
    ) -> None:
        self.destination = destination
        self._waiting = Waiting()
        self.link = Link(
            destination,
            authentication,
            connect_timeout,
            on_events=self._on_events,
            wanted=self._waiting.__len__,
            on_refusal=self._refuse_waiting,
            on_change=self._pump,
            events=events,
            most_connections=most_connections,
            proxy=proxy,
        )
        self._resending = resending
        self._events = events
        self._outcomes = Outcomes(events, on_rejection)
        self._dispatch = Dispatch(
            self._waiting, self.link, self._outcomes, probe_after, on_new=self._pump
        )
        self._overdue = Overdue(destination, self._waiting, self.link, self._outcomes)
        self._deadlines = DeadlineTimer(self._end_overdue)
        self._closed = False
        self._over = False
        self._drained: asyncio.Event | None = None

    # Requests come in, wait, and go out

    def submit(self, requests: Sequence[Request]) -> None:
        """Send them as soon as possible. They have the same deadline; once the client is closed,
        each fails with :class:`NotSent`."""
        if self._closed:
            for request in requests:
                request.fail(NotSent("the client is closed"))
        elif requests:
            deadline = requests[0].deadline
            if deadline < self._deadlines.due_at:
                self._deadlines.watch(deadline)
            self._dispatch.add(requests)

    def _pump(self) -> None:
        """Send what waits, as far as that is possible now; connect if there is no connection."""
        self._dispatch.send()
        if self._waiting and not self._over:
            if self.link.active:
                self.link.crowded()
            else:
                self.link.connect()
        if self._drained is not None and not self._outstanding():
            self._drained.set()

    def _requeue(self, request: Request, why: str) -> None:
        """Send it again: at once, or after a pause if it has come back too often."""
        if self._over:
            self._outcomes.fail(request, _CLOSED.error())
            return
        request.trouble = why
        request.resends += 1
        pause = pause_after_return(request.resends, _chance())
        if pause:
            self._pause(request, pause, why)
        else:
            self._outcomes.resent(request, why)
            self._waiting.add_first(request)

    def _pause(self, request: Request, seconds: float, why: str) -> None:
        self._outcomes.resent(request, why)
        self._waiting.pause(request)
        asyncio.get_running_loop().call_later(seconds, self._resume, request)

    def _resume(self, request: Request) -> None:
        self._waiting.resume(request)
        self._pump()

    def give_up(self, waiter: Waiter) -> None:
        """The caller went away: forget its requests, or reset their streams and use those for the
        next. ``waiter`` is done."""
        self._waiting.give_up(waiter)
        for connection in self.link.connections():
            for request in connection.open_requests():
                if request.waiter is waiter:
                    connection.cancel(request)
        self._pump()

    # What happens on a connection

    def _on_events(self, connection: Connection, events: list[Event]) -> None:
        refusal = find_refusal(self.destination, connection.error)
        for event in events:
            try:
                if type(event) is Accepted:
                    self.link.proved(connection, len(event.answers))
                    self._outcomes.accept(event.answers)
                elif type(event) is Answered:
                    self._answered(connection, event)
                else:
                    self._happened(connection, event, refusal)
            except Exception as error:  # a mistake of ours must not cost the others their outcome
                logger.exception("%s: %r could not be handled", self.destination, event)
                if isinstance(event, Answered | NotProcessed | Lost):
                    why = f"what came back could not be handled ({type(error).__name__})"
                    self._outcomes.fail(event.tag, OutcomeUnknown(why))
        if not connection.usable:
            self.link.set_aside(connection)
        if refusal is not None:
            self._outcomes.fail_all(self._waiting.take_all(), refusal)
        self._pump()

    def _happened(self, connection: Connection, event: Event, refusal: Refusal | None) -> None:
        if type(event) is NotProcessed:
            self._not_processed(connection, event, refusal)
        elif type(event) is Lost:
            self._lost(event, refusal)
        elif type(event) is GoingAway:
            self._going_away(connection, event)
        elif type(event) is Broken:
            logger.warning("%s: %s", self.destination, event.why)
            self.link.trouble = f"{self.destination}: {event.why}"

    def _answered(self, connection: Connection, event: Answered) -> None:
        request: Request = event.tag
        self.link.proved(connection)
        response = Response(request.notification, event.status, event.block, event.body)
        if response.accepted or not self._mended(connection, request, response):
            self._outcomes.answer(request, response)

    def _mended(self, connection: Connection, request: Request, response: Response) -> bool:
        """True if the request goes out again: Apple rejected it for now, not for good."""
        action = response.explanation.action if response.explanation else None
        if action in (Action.NEW_TOKEN, Action.NEW_CONNECTION):
            self.link.set_aside(connection)
        if action is not Action.NEW_TOKEN:
            return self._wait_out(request, response)
        if request.renewed:
            return False
        request.renewed = self.link.renew_token(connection)
        if request.renewed:
            self._requeue(request, f"Apple answered {response.reason}")
        return request.renewed

    def _wait_out(self, request: Request, response: Response) -> bool:
        """Apple is overloaded or leaves: again after a growing pause, if its deadline allows."""
        pause = self._resending.after_rejection(response, request.rejections + 1, _chance())
        now = asyncio.get_running_loop().time()
        if pause is None or now + pause >= request.deadline or self._over:
            return False
        request.rejections += 1
        request.rejection = response
        self._pause(request, pause, f"Apple answered {response.reason}")
        return True

    def _not_processed(
        self, connection: Connection, event: NotProcessed, refusal: Refusal | None
    ) -> None:
        request: Request = event.tag
        if refusal is not None:
            self._outcomes.fail(request, refusal.error())
        elif connection.refused is not None:
            self._outcomes.refuse(request, connection.refused)
        else:
            self._requeue(request, f"not processed: {event.why}")

    def _lost(self, event: Lost, refusal: Refusal | None) -> None:
        request: Request = event.tag
        if refusal is not None:
            self._outcomes.fail(request, refusal.error())
            return
        request.written = f"sent, but {event.why}"
        if self._resending.unknown:
            self._requeue(request, request.written)
        else:
            self._outcomes.fail(request, OutcomeUnknown(request.written))

    def _going_away(self, connection: Connection, event: GoingAway) -> None:
        said = goaway.describe(event.code, event.debug)
        logger.info("%s said %s", self.destination, said)
        self.link.trouble = f"{self.destination} said {said}"
        connection.refused = goaway.refusal(event.debug)
        if connection.refused is not None:
            for request in self._waiting.take_all():
                self._outcomes.refuse(request, connection.refused)

    def _refuse_waiting(self, refusal: Refusal) -> None:
        """No connection will ever do."""
        self._outcomes.fail_all(self._waiting.take_all(), refusal)
        self._pump()

    # Deadlines

    def _end_overdue(self) -> None:
        next_deadline = self._overdue.end(asyncio.get_running_loop().time())
        if next_deadline is not None:
            self._deadlines.watch(next_deadline)
        self._pump()

    def pool_state(self) -> PoolState:
        return PoolState(
            tuple(connection.state() for connection in self.link.connections()),
            len(self._waiting.requests()),
            self.link.sizing.most,
            self.link.sizing.bound,
            self.link.trouble,
        )

    # The end

    async def close(self, grace: float) -> None:
        """Take no more, wait up to ``grace`` seconds for what is under way, then end it."""
        self._closed = True
        try:
            await self._drain(grace)
        finally:
            self._over = True
            self._outcomes.fail_all(self._waiting.take_all(), _CLOSED)
            self._deadlines.cancel()
            await self.link.close()

    async def _drain(self, seconds: float) -> None:
        if self._outstanding():
            self._drained = self._drained or asyncio.Event()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._drained.wait()

    def _outstanding(self) -> bool:
        return self._waiting.anyone or any(not c.idle for c in self.link.connections())


def _chance() -> float:
    return random.random()  # noqa: S311 - jitter
