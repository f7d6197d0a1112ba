"""The client for programs without asyncio: the same calls, each of which waits for its answer."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future
from contextlib import aclosing
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Final, TypeVar

from apns_connector.apns.batch import DEFAULT_UNDER_WAY, Outcome
from apns_connector.apns.client import Client
from apns_connector.apns.request import Sendable
from apns_connector.apns.response import Response

_Result = TypeVar("_Result")
# How long the thread may take to end once the client is closed: it has nothing left to do.
_JOIN_SECONDS: Final = 10.0


class BlockingClient:
    """A :class:`Client` on an event loop in a thread of its own; any number of threads may use it.

    ``open_client`` makes the client: ``BlockingClient(lambda: Client(certificate, PRODUCTION))``.
    It is called in that thread, and what it raises is raised here. A process that is forked needs
    a client of its own, since threads are not forked with it. Usable as
    ``with BlockingClient(...) as client``.
    """

    def __init__(self, open_client: Callable[[], Client]) -> None:
        self._process = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="apns-client", daemon=True
        )
        self._thread.start()
        try:
            self._client = self._wait(_call(open_client))
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> BlockingClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def client(self) -> Client:
        """The client behind; its ``events`` call listeners in the thread of its loop."""
        return self._client

    def send(self, notification: Sendable, *, timeout: float | None = None) -> Response:
        """As :meth:`Client.send`."""
        return self._wait(self._client.send(notification, timeout=timeout))

    def submit(self, notification: Sendable, *, timeout: float | None = None) -> Future[Response]:
        """As :meth:`Client.send`, without waiting: the future has the response, or raises."""
        return self._submit(self._client.send(notification, timeout=timeout))

    def send_many(
        self,
        notifications: Iterable[Sendable],
        *,
        timeout: float | None = None,
        under_way: int = DEFAULT_UNDER_WAY,
    ) -> Iterator[Outcome]:
        """As :meth:`Client.send_many`. ``notifications`` is read in the calling thread, as the
        outcomes are: never more than ``under_way`` ahead of them. Closing the iterator gives up
        what is under way."""
        stream = _Stream(self._loop, under_way)
        running = self._submit(stream.run(self._client, timeout))
        try:
            yield from stream.feed(notifications)
            running.result()  # raises what came up there
        finally:
            running.cancel()

    def close(self, *, grace: float | None = None) -> None:
        """As :meth:`Client.close`. A second time does nothing."""
        if self._loop.is_closed():
            return
        try:
            self._wait(self._client.close(grace=grace))
        finally:
            self._end()

    def _wait(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        future = self._submit(work)
        try:
            return future.result()
        except BaseException:  # KeyboardInterrupt too: nobody waits any more
            future.cancel()
            raise

    def _submit(self, work: Coroutine[Any, Any, _Result]) -> Future[_Result]:
        if self._loop.is_closed() or os.getpid() != self._process:
            work.close()
            raise RuntimeError(
                "This client is closed"
                if self._loop.is_closed()
                else "This client was made before the process was forked: make one in the new one"
            )
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_JOIN_SECONDS)
        self._loop.close()


async def _call(make: Callable[[], _Result]) -> _Result:
    return make()


class _Stream:
    """Notifications on their way to the loop's thread, and outcomes on their way back."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        self._loop = loop
        self._most = most
        self._given: deque[Sendable | None] = deque()  # None: there will be no more
        self._more = asyncio.Event()
        self._hungry = False
        self._outcomes: SimpleQueue[Outcome | None] = SimpleQueue()  # None: that was the last

    # In the calling thread

    def feed(self, notifications: Iterable[Sendable]) -> Iterator[Outcome]:
        """Hand all over; yield each outcome."""
        under_way = 0
        for notification in notifications:
            self._give(notification)
            under_way += 1
            while under_way >= self._most or not self._outcomes.empty():
                outcome = self._outcomes.get()
                if outcome is None:
                    return
                under_way -= 1
                yield outcome
        self._give(None)
        while (outcome := self._outcomes.get()) is not None:
            yield outcome

    def _give(self, notification: Sendable | None) -> None:
        self._given.append(notification)
        if self._hungry:
            self._hungry = False
            self._loop.call_soon_threadsafe(self._more.set)

    # On the loop

    async def run(self, client: Client, timeout: float | None) -> None:
        try:
            source = self._taken()
            async with aclosing(
                client.send_many(source, timeout=timeout, under_way=self._most)
            ) as outcomes:
                async for outcome in outcomes:
                    self._outcomes.put(outcome)
        finally:
            self._outcomes.put(None)

    async def _taken(self) -> AsyncIterator[Sendable]:
        while True:
            while not self._given:
                await self._wait_for_more()
            notification = self._given.popleft()
            if notification is None:
                return
            yield notification

    async def _wait_for_more(self) -> None:
        self._more.clear()
        self._hungry = True
        if not self._given:  # looked at again: it may have come before that was set
            await self._more.wait()
        self._hungry = False
