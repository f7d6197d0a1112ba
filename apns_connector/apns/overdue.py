"""Ends the requests whose deadline has come, and judges the connections on which they waited."""

from __future__ import annotations

from typing import Final

from apns_connector.apns.connection import Connection
from apns_connector.apns.destination import Destination
from apns_connector.apns.link import Link
from apns_connector.apns.outcomes import Outcomes
from apns_connector.apns.waiting import Waiting
from apns_connector.errors import NotSent, OutcomeUnknown

# A connection that has been silent for this long, though it owes something, is given up.
_PATIENCE_SECONDS: Final = 2.0


class Overdue:
    """What is late among the requests that wait, and those on the connections of ``link``."""

    def __init__(
        self, destination: Destination, waiting: Waiting, link: Link, outcomes: Outcomes
    ) -> None:
        self._destination = destination
        self._waiting = waiting
        self._link = link
        self._outcomes = outcomes

    def end(self, now: float) -> float | None:
        """End all that should have been answered by ``now``; the next deadline, if there is one."""
        self._end_waiting(now)
        for connection in self._link.connections():
            self._end_on(connection, now)
        left = self._waiting.requests()
        for connection in self._link.connections():
            left += connection.open_requests()
        return min((request.deadline for request in left), default=None)

    def _end_waiting(self, now: float) -> None:
        overdue = self._waiting.take_overdue(now)
        why = self._link.trouble or f"{self._destination} could not be reached in time"
        if self._link.active:
            why = f"{self._destination} did not let it in before its deadline"
        for request in overdue:
            self._outcomes.fail(request, NotSent(request.trouble or why))
        stuck = [c for c in self._link.active if overdue and c.stuck(now, _PATIENCE_SECONDS)]
        for connection in stuck:
            self._link.trouble = why
            self._link.set_aside(connection)

    def _end_on(self, connection: Connection, now: float) -> None:
        overdue = [request for request in connection.open_requests() if request.deadline <= now]
        all_written = True
        for request in overdue:
            if connection.cancel(request):
                why = f"sent, but {self._destination} did not answer in time"
                self._outcomes.fail(request, OutcomeUnknown(why))
            else:
                all_written = False
                why = f"{self._destination} did not take all of it before its deadline"
                self._outcomes.fail(request, NotSent(why))
        if overdue:
            self._doubt(connection, all_written and now - connection.heard_at < _PATIENCE_SECONDS)

    def _doubt(self, connection: Connection, lively: bool) -> None:
        """Is it only slow, since it answers others, or stuck? Then nothing new goes there."""
        if lively:
            self._link.probe(connection)
        else:
            self._link.trouble = f"{self._destination} did not answer in time"
            self._link.set_aside(connection)
