"""Requests that are on no connection: in line for one, or pausing before they line up again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from apns_connector.apns.request import Request, Waiter


class Waiting:
    """A line and a resting place. Requests that nobody waits for any more drop out by themselves.

    ``add(requests)``: behind those that wait. True while somebody stands in line; those that pause
    do not count.
    """

    def __init__(self) -> None:
        self._line: deque[Request] = deque()
        self.add: Callable[[Iterable[Request]], None] = self._line.extend
        self._pausing: set[Request] = set()

    def __bool__(self) -> bool:
        line = self._line
        while line and line[0].waiter.done():
            line.popleft()
        return bool(line)

    def __len__(self) -> int:
        """How many stand in line, those included that nobody waits for any more."""
        return len(self._line) if self else 0

    def add_first(self, *requests: Request) -> None:
        """Those that had their turn already."""
        self._line.extendleft(reversed(requests))

    def pause(self, request: Request) -> None:
        self._pausing.add(request)

    def resume(self, request: Request) -> None:
        """End a pause; nothing happens to a request that was taken meanwhile."""
        if request in self._pausing:
            self._pausing.remove(request)
            self._line.append(request)

    def give_up(self, waiter: Waiter) -> None:
        """It is done. From the line its requests drop out in their turn."""
        self._pausing = {request for request in self._pausing if request.waiter is not waiter}

    @property
    def anyone(self) -> bool:
        """True while there is a request at all, in line or pausing."""
        return bool(self) or bool(self._pausing)

    def take(self, most: int) -> list[Request]:
        """The first in line, ``most`` at most; fewer also where somebody has given up."""
        line = self._line
        if len(line) <= most:
            taken = list(line)
            line.clear()
        else:
            taken = [line.popleft() for _ in range(most)]
        return [request for request in taken if not request.waiter.done()]

    def take_overdue(self, now: float) -> list[Request]:
        overdue = [request for request in self.requests() if request.deadline <= now]
        if overdue:
            left = [request for request in self._line if request.deadline > now]
            self._line.clear()
            self._line.extend(left)
            self._pausing = {request for request in self._pausing if request.deadline > now}
        return overdue

    def take_all(self) -> list[Request]:
        taken = self.requests()
        self._line.clear()
        self._pausing.clear()
        return taken

    def requests(self) -> list[Request]:
        return [*self._line, *self._pausing]
