"""One connection of a store with RabbitMQ after the other, and the client's errors as ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from apns_connector.delivery.stores.address import UNREADABLE, address_of
from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.session import (
    FAILURES,
    NOT_LET_IN,
    Session,
    lost_connection,
)
from apns_connector.errors import ConfigurationError, StoreError, StoreUnavailable

Result = TypeVar("Result")

_SECONDS_TO_FINISH: Final = 25.0


class Link:
    """``session``: the last one, which may be lost by now."""

    def __init__(self, store: str, url: str, queues: Queues) -> None:
        self.session: Session | None = None
        self.address = address_of(url)
        self._store = store
        self._url = url
        self._queues = queues
        self._open = False
        self._connecting = asyncio.Lock()
        self._errands: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        self._open = True
        try:
            await self.connected()
        except BaseException as error:
            await self.close()
            if isinstance(error, StoreError) and isinstance(error.__cause__, NOT_LET_IN):
                raise ConfigurationError(
                    f"Message store '{self._store}': {self.address} does not let us in, or not do"
                    f" what we must: {error.__cause__}"
                ) from error
            raise

    async def close(self) -> None:
        """What is under way is done first, but for claims that wait."""
        self._open = False
        session, self.session = self.session, None
        if session is not None:
            session.closing.set()
        if self._errands:
            _, stuck = await asyncio.wait(self._errands, timeout=_SECONDS_TO_FINISH)
            for errand in stuck:
                errand.cancel()
        if session is not None:
            await session.close()

    async def connected(self) -> Session:
        """The session in force, a new one if it has been lost."""
        if self._open and self.session is not None and not self.session.lost.is_set():
            return self.session
        async with self._connecting:
            if not self._open:
                raise StoreUnavailable(self._store, "it is not open")
            if self.session is None or self.session.lost.is_set():
                if self.session is not None:
                    await self.session.close()
                self.session = await self._new_session()
            return self.session

    async def _new_session(self) -> Session:
        async with self.reported():
            try:
                if self.address == UNREADABLE:
                    raise ValueError
                session = await Session.open(self._url, self._store, self._queues)
            except ValueError:
                # Its text may hold a part of the password.
                raise ConfigurationError(
                    f"Message store '{self._store}': its URL must look like"
                    " amqp://user:password@host:5672/vhost, with each part percent-encoded"
                ) from None
            try:
                await session.declare(self._store)
            except BaseException:
                await session.close()
                raise
            return session

    @asynccontextmanager
    async def reported(self, session: Session | None = None) -> AsyncIterator[None]:
        """Errors of the client as ours."""
        try:
            yield
        except BaseException as error:
            told = lost_connection(error) or error
            if not isinstance(told, FAILURES):
                raise
            raise self.unavailable(told, session) from error

    def unavailable(self, error: BaseException, session: Session | None = None) -> StoreUnavailable:
        """A session that gives no answer is given up."""
        if session is not None and isinstance(error, TimeoutError):
            session.lost.set()
        said = str(error) or type(error).__name__
        return StoreUnavailable(self._store, f"{self.address}: {said}")

    def errand(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Goes on to its end, even if who waits for it is cancelled: half a question closes a
        channel, and with it go all claims."""
        errand = asyncio.create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._forget)
        return errand

    def _forget(self, errand: asyncio.Task[Any]) -> None:
        self._errands.discard(errand)
        if not errand.cancelled():
            errand.exception()  # whoever asked has got it, unless he is gone
