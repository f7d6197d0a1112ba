"""Scripts run in Redis, until somebody closes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

T = TypeVar("T")


class Script:
    """``text``: Lua, for Redis 7 and later with a first line that says what it may do."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class RedisCalls:
    """Each call has a connection for itself until it is answered. Raises the errors of the client,
    and ConnectionAbortedError to those who still wait for an answer at the end.

    ``client`` must not try again by itself: a script may have run although nobody answers.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._running: set[asyncio.Future[Any]] = set()
        self._closed = False

    async def call(self, script: Script, key: str, words: Sequence[str | bytes]) -> Any:
        """What the script answers."""
        return await self._until_closed(self._evaluate(script, key, words))

    async def wait(self, stream: str, last: bytes, seconds: float) -> None:
        """Returns when there is an entry behind ``last``, or when the time is over."""
        milliseconds = max(int(seconds * 1000), 1)
        await self._until_closed(self._client.xread({stream: last}, block=milliseconds))

    async def close(self) -> None:
        self._closed = True
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._client.aclose()

    async def _until_closed(self, work: Awaitable[T]) -> T:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if not self._closed or (caller and caller.cancelling()):
                raise
            raise ConnectionAbortedError("it was closed meanwhile") from None
        finally:
            self._running.discard(task)

    async def _evaluate(self, script: Script, key: str, words: Sequence[str | bytes]) -> Any:
        try:
            return await self._client.evalsha(script.digest, 1, key, *words)
        except NoScriptError:  # the server was started since: it has done nothing
            await self._client.script_load(script.text)
            return await self._client.evalsha(script.digest, 1, key, *words)
