"""What many ask of a store at one moment, it does in one go: one commit instead of many."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from apns_connector.errors import StoreUnavailable

Asked = TypeVar("Asked")

# What became of each of them, in their order: ``None``, or what to raise to who asked.
Answers = Sequence[Exception | None]


class Gathering(Generic[Asked]):
    """Whoever comes while one go is under way is in the next one.

    ``perform``: does all of a list, and says what became of each; what it raises is raised to all.
    ``size``: of one thing asked, mostly its records; a go ends with the thing that brings it to
    ``most``.
    """

    def __init__(
        self,
        store: str,
        perform: Callable[[list[Asked]], Awaitable[Answers]],
        size: Callable[[Asked], int],
        most: int = 1000,
    ) -> None:
        self._store = store
        self._perform = perform
        self._size = size
        self._most = most
        self._waiting: deque[tuple[Asked, asyncio.Future[None]]] = deque()
        self._work: asyncio.Task[None] | None = None
        self._closed = False

    async def add(self, asked: Asked) -> None:
        """Returns when it is done. Whoever stops waiting changes nothing."""
        if self._closed:
            raise StoreUnavailable(self._store, "it is not open")
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._work is None:
            self._work = asyncio.create_task(self._go_on())
        await answer

    async def close(self) -> None:
        """Nothing more; what has been asked already is still done."""
        self._closed = True
        if self._work is not None:
            await asyncio.shield(self._work)

    async def _go_on(self) -> None:
        while self._waiting:
            asked, futures = zip(*self._next(), strict=True)
            try:
                answers = await self._perform(list(asked))
            except Exception as error:  # noqa: BLE001 - everybody who asked gets it
                answers = [error] * len(asked)
                if self._closed:  # whoever closes does not wait for one failure after the other
                    self._refuse_waiting(error)
            for future, answer in zip(futures, answers, strict=True):
                if future.cancelled():
                    continue
                if answer is None:
                    future.set_result(None)
                else:
                    future.set_exception(answer)
        self._work = None

    def _refuse_waiting(self, error: Exception) -> None:
        for _, future in self._waiting:
            if not future.cancelled():
                future.set_exception(error)
        self._waiting.clear()

    def _next(self) -> list[tuple[Asked, asyncio.Future[None]]]:
        taken, records = [], 0
        while self._waiting and records < self._most:
            taken.append(self._waiting.popleft())
            records += self._size(taken[-1][0])
        return taken
