"""What is measured: a queue with as many callers as there are, and our stores as such."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from apns_connector.delivery.record import Claim, Done, Record
from apns_connector.delivery.store import MessageStore


class Queue(Protocol):
    """``put`` and ``settle`` return when it is durable, as far as the server promises that."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def put(self, record: Record) -> None: ...
    async def claim(self, limit: int) -> list[Any]: ...
    async def settle(self, claimed: Any) -> None: ...


class OurStore:
    """A store, used as the gateway and the processor use it."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store

    async def open(self) -> None:
        await self._store.open()

    async def close(self) -> None:
        await self._store.close()

    async def put(self, record: Record) -> None:
        await self._store.put([record])

    async def claim(self, limit: int) -> list[Claim]:
        return await self._store.claim(limit, lease=300.0, wait=5.0)

    async def settle(self, claimed: Claim) -> None:
        await self._store.settle([Done(claimed)])


class Together:
    """The least that a bare loop needs for many callers: what comes while ``perform`` is at work
    goes together the next time."""

    def __init__(self, perform: Callable[[list[Any]], Awaitable[None]]) -> None:
        self._perform = perform
        self._waiting: list[tuple[Any, asyncio.Future[None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def add(self, one: Any) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((one, done))
        if self._work is None:
            self._work = asyncio.create_task(self._go_on())
        await done

    async def _go_on(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            await self._perform([one for one, _ in taken])
            for _, done in taken:
                done.set_result(None)
        self._work = None
