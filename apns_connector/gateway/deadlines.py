"""When a client is answered although its flow has not ended. All flows have the same time: the one
that began first is late first, and one timer serves all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from apns_connector.gateway.answer import Answer
from apns_connector.gateway.asgi import Reply


class Deadlines:
    """Those of the flows in progress, each ``seconds`` after its beginning."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ahead: dict[Deadline, float] = {}  # with their times, the next one first
        self._watched_by: asyncio.AbstractEventLoop | None = None

    def begin(self, reply: Reply, late_answer: Callable[[], Answer]) -> Deadline:
        """For a flow that begins now. Whoever began it ends it."""
        loop = asyncio.get_running_loop()
        deadline = Deadline(self._ahead, reply, late_answer)
        self._ahead[deadline] = due = loop.time() + self._seconds
        if self._watched_by is not loop:
            self._watched_by = loop
            loop.call_at(due, self._look, loop)
        return deadline

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for deadline, due in list(self._ahead.items()):
            if due > now:
                loop.call_at(due, self._look, loop)
                return
            del self._ahead[deadline]
            deadline.is_over(loop)
        self._watched_by = None


class Deadline(msgspec.Struct, eq=False):
    """Gives an answer when its flow takes too long.

    The flow itself runs on to its end: what it has begun, such as a push, has to be accounted for.
    """

    _ahead: dict[Deadline, float]
    _reply: Reply
    _late_answer: Callable[[], Answer]
    _giving: asyncio.Future[None] | None = None

    __repr__ = object.__repr__  # the request may hold secrets

    def is_over(self, loop: asyncio.AbstractEventLoop) -> None:
        self._giving = asyncio.ensure_future(self._reply.give(self._late_answer()), loop=loop)

    def end(self) -> asyncio.Future[None] | None:
        """The flow has ended. What there is to wait for if its client was answered before."""
        self._ahead.pop(self, None)
        return self._giving
