"""Ends requests, each of them once, and tells those who listen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from apns_connector.apns.batch import Batch
from apns_connector.apns.events import (
    Events,
    NotificationAnswered,
    NotificationFailed,
    NotificationResent,
    NotificationSent,
)
from apns_connector.apns.reasons import Reason
from apns_connector.apns.refusal import Refusal
from apns_connector.apns.request import Request
from apns_connector.apns.response import Response
from apns_connector.errors import ApnsError, NotSent


class Outcomes:
    """``on_rejection`` is shown every rejection before its sender is."""

    def __init__(self, events: Events, on_rejection: Callable[[Response], None] | None) -> None:
        self._events = events
        self._on_rejection = on_rejection

    # On the way

    def sent(self, requests: Iterable[Request], connection: int) -> None:
        if self._events.listeners:
            for request in requests:
                self._events.tell(NotificationSent(request.notification, connection))

    def resent(self, request: Request, why: str) -> None:
        if self._events.listeners:
            self._events.tell(NotificationResent(request.notification, why))

    # Ends

    def accept(self, answers: list[tuple[Request, bytes]]) -> None:
        """All that were accepted in one go, each with its header block. A stream of notifications
        gets all of its own together; nothing that is called here is anybody else's code."""
        if self._events.listeners:
            for request, block in answers:
                self.answer(request, Response(request.notification, 200, block))
            return
        batch: Batch | None = None
        responses: list[Response] = []
        for request, block in answers:
            response = Response(request.notification, 200, block)
            waiter = request.waiter
            if waiter is batch:
                responses.append(response)
            elif isinstance(waiter, Batch):
                if batch is not None:
                    batch.settle(responses)
                batch, responses = waiter, [response]
            elif not waiter.done():
                waiter.set_result(response)
        if batch is not None:
            batch.settle(responses)

    def answer(self, request: Request, response: Response) -> None:
        if self._on_rejection is not None and not response.accepted:
            self._on_rejection(response)
        if self._events.listeners:
            self._events.tell(NotificationAnswered(response))
        request.answer(response)

    def refuse(self, request: Request, reason: Reason) -> None:
        """Apple closed the connection with ``reason`` instead of answering each request."""
        self.answer(request, Response.refused_connection(request.notification, reason))

    def fail(self, request: Request, error: ApnsError) -> None:
        error = request.outcome(error)
        if request.rejection is not None and isinstance(error, NotSent):
            self.answer(request, request.rejection)  # Apple's last word, since there is no other
            return
        if self._events.listeners:
            self._events.tell(NotificationFailed(request.notification, error))
        request.fail(error)

    def fail_all(self, requests: Iterable[Request], refusal: Refusal) -> None:
        """None of them will ever be sent."""
        for request in requests:
            self.fail(request, refusal.error())
