"""Requests for a flow: let in, read, mediated, answered."""

from __future__ import annotations

import asyncio
import logging
from copy import copy
from functools import partial
from typing import Protocol

from apns_connector.errors import ConnectorError
from apns_connector.gateway.admission import Admission
from apns_connector.gateway.answer import Answer, fault_answer, unkept_answer, write_answer
from apns_connector.gateway.asgi import Receive, Reply, body_at_once, read_body
from apns_connector.gateway.binding import Received, expected_form, read_message
from apns_connector.gateway.deadlines import Deadlines
from apns_connector.gateway.fault import Blame
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

UNEXPECTED = "An unexpected error ended the flow: the log of the gateway tells more"


class Receiver(Protocol):
    """A proxy, or a request of an API; as text, what it is called when it fails."""

    async def receive(self, message: Message) -> Exchange: ...


class Intake:
    """All requests of a gateway that run through a flow: they share its limits."""

    def __init__(
        self, configuration: Configuration, limits: Limits, admission: Admission | None = None
    ) -> None:
        self._configuration = configuration
        self._limits = limits
        self._admission = admission or Admission(limits)
        self._large_bodies = asyncio.Semaphore(limits.large_bodies)
        self._deadlines = Deadlines(limits.flow_seconds)

    def serving(self, configuration: Configuration) -> Intake:
        """The same doors, with the same limits and counts, to another configuration."""
        other = copy(self)
        other._configuration = configuration
        return other

    @property
    def requests_in_progress(self) -> int:
        return self._admission.requests

    async def take(
        self, receiver: Receiver, request: Request, receive: Receive, reply: Reply
    ) -> None:
        """Answers one request. Raises Refused or asgi.Disconnected instead.

        Neither a client that leaves nor the deadline ends a flow: it runs on to its own end, and
        counts as a request in progress until then.
        """
        with self._admission.admit() as ticket:
            body = body_at_once(request, ticket, self._limits)
            if body is None:
                body = await read_body(request, receive, ticket, self._limits)
            deadline = self._deadlines.begin(reply, partial(self._late, receiver, request))
            try:
                large = len(body) >= self._limits.large_body_bytes
                mediate = self._mediate_large if large else self._mediate
                answer = await mediate(receiver, request, body)
                if reply.given:
                    _log.warning("%s answered %d, too late", receiver, answer.status)
                await reply.give(answer)
            finally:
                late = deadline.end()
                if late is not None:
                    await late

    async def _mediate(
        self, receiver: Receiver, request: Request, body: bytes, *, aside: bool = False
    ) -> Answer:
        """``aside``: the body is read in a thread. Raises Refused."""
        received = exchange = None
        try:
            reading = request, body, self._configuration, self._limits
            if aside:
                received = await asyncio.to_thread(read_message, *reading)
            else:
                received = read_message(*reading)
            exchange = await receiver.receive(received.message)
            return write_answer(exchange.take_response(), received)
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001 - one bad flow must not end the others
            return _failed(receiver, request, error, received if exchange is None else None)

    async def _mediate_large(self, receiver: Receiver, request: Request, body: bytes) -> Answer:
        """The tree of a message takes many times its text, and lives as long as the flow."""
        async with self._large_bodies:
            return await self._mediate(receiver, request, body, aside=True)

    def _late(self, receiver: Receiver, request: Request) -> Answer:
        seconds = self._limits.flow_seconds
        reason = f"{receiver} has not answered within {seconds:g} seconds"
        return fault_answer(504, expected_form(request), Blame.SERVER, reason)


def _failed(
    receiver: Receiver, request: Request, error: Exception, received: Received | None
) -> Answer:
    """``received``: whose flow it was that failed, and not what was before or after it."""
    if not isinstance(error, ConnectorError):
        _log.error("%s failed unexpectedly", receiver, exc_info=error)
        return fault_answer(500, expected_form(request), Blame.SERVER, UNEXPECTED)
    reason = str(error).partition("\n")[0]
    _log.warning("%s: no fault handler is left for %r", receiver, reason)
    if received is not None and (unkept := received.message.exchange.unkept):
        return unkept_answer(unkept, received.form)
    return fault_answer(500, expected_form(request), Blame.SERVER, reason)
