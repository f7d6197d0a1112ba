"""Many notifications as a stream: a bounded number under way, outcomes as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from apns_connector.apns.pace import Pace
from apns_connector.apns.response import Response
from apns_connector.errors import ApnsError

Outcome = Response | ApnsError

DEFAULT_UNDER_WAY: Final = 2_000


class Batch:
    """The waiter of all requests of one stream; to each it looks like a future of its own.

    ``under_way``: how many have been submitted and have no outcome yet, never more than ``most``,
    and no more than are answered in time when each has ``timeout`` seconds. ``rate``: of outcomes,
    per second, as of :class:`Pace`.
    """

    def __init__(self, most: int, timeout: float, rate: float = 0.0) -> None:
        self.under_way = 0
        self._pace = Pace(most, timeout, rate)
        self._outcomes: list[Outcome] = []
        self._closed = False
        self._fed = False
        self._came: asyncio.Event = asyncio.Event()
        self._room: asyncio.Event = asyncio.Event()

    @property
    def rate(self) -> float:
        return self._pace.rate

    # As a waiter

    def done(self) -> bool:
        """True once nobody wants outcomes any more."""
        return self._closed

    def set_result(self, response: Response) -> None:
        self.settle([response])

    def set_exception(self, error: BaseException) -> None:
        if not isinstance(error, ApnsError):
            raise error  # a mistake of ours: requests fail in no other way
        self.settle([error])

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Many results at once."""
        self.under_way -= len(outcomes)
        self._outcomes += outcomes
        self._came.set()
        self._room.set()

    # For whoever feeds

    async def room(self) -> int:
        """Wait until there is room for one more at least; for how many there is."""
        while self.under_way >= self._pace.limit:
            self._room.clear()
            await self._room.wait()
        return self._pace.limit - self.under_way

    def add(self, count: int) -> None:
        self.under_way += count

    def take_back(self, count: int) -> None:
        """As many were added and could not be submitted."""
        self.under_way -= count
        self._came.set()

    def refuse(self, error: ApnsError) -> None:
        """The outcome of a notification that never became a request."""
        self.under_way += 1
        self.settle([error])

    def fed(self) -> None:
        """There will be no more."""
        self._fed = True
        self._came.set()

    # For whoever reads

    async def take(self) -> list[Outcome]:
        """What has come since; an empty list means that all have."""
        while not self._outcomes:
            if self._fed and not self.under_way:
                return []
            self._came.clear()
            await self._came.wait()
        outcomes = self._outcomes
        self._outcomes = []
        self._pace.settled(len(outcomes), asyncio.get_running_loop().time())
        self._room.set()
        return outcomes

    def close(self) -> None:
        self._closed = True
