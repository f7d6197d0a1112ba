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
from apns_connector.gateway.asgi import Receive, Reply, read_body
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
            body = await read_body(request, receive, ticket, self._limits)
            async with self._deadlines.begin(reply, partial(self._late, receiver, request)):
                try:
                    if len(body) < self._limits.large_body_bytes:
                        answer = await _mediate(
                            receiver, read_message(request, body, self._configuration, self._limits)
                        )
                    else:
                        answer = await self._mediate_large(receiver, request, body)
                except Refused:
                    raise
                except Exception as error:  # noqa: BLE001 - one bad flow must not end the others
                    answer = _failed(receiver, request, error)
                if reply.given:
                    _log.warning("%s answered %d, too late", receiver, answer.status)
                await reply.give(answer)

    def _late(self, receiver: Receiver, request: Request) -> Answer:
        seconds = self._limits.flow_seconds
        reason = f"{receiver} has not answered within {seconds:g} seconds"
        return fault_answer(504, expected_form(request), Blame.SERVER, reason)

    async def _mediate_large(self, receiver: Receiver, request: Request, body: bytes) -> Answer:
        """The tree of a message takes many times its text, and lives as long as the flow."""
        async with self._large_bodies:
            received = await asyncio.to_thread(
                read_message, request, body, self._configuration, self._limits
            )
            return await _mediate(receiver, received)


async def _mediate(receiver: Receiver, received: Received) -> Answer:
    try:
        exchange = await receiver.receive(received.message)
    except ConnectorError as error:
        if not (unkept := received.message.exchange.unkept):
            raise
        _log.warning("%s: no fault handler is left for %r", receiver, str(error))
        return unkept_answer(unkept, received.form)
    return write_answer(exchange.take_response(), received)


def _failed(receiver: Receiver, request: Request, error: Exception) -> Answer:
    if isinstance(error, ConnectorError):
        reason = str(error).partition("\n")[0]
        _log.warning("%s: no fault handler is left for %r", receiver, reason)
    else:
        reason = UNEXPECTED
        _log.error("%s failed unexpectedly", receiver, exc_info=error)
    return fault_answer(500, expected_form(request), Blame.SERVER, reason)
