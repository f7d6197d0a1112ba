"""Scripts run in Redis, many at once over few connections.

What is asked while the server is busy with an earlier lot goes to it together in the next one: one
packet there, one back, and one write to its file.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from apns_connector.delivery.stores.redis_rows import Word

# While one lot is on its way, or read, the server has the other.
_LOTS_AT_ONCE: Final = 2
_MOST_IN_A_LOT: Final = 128


class Script:
    """``text``: Lua, for Redis 7 and later with a first line that says what it may do."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class _Call:
    script: Script
    key: str
    words: Sequence[Word]
    answer: asyncio.Future[Any] = field(repr=False)


class RedisCalls:
    """``client`` must not try again by itself: a script may have run although nobody answers."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._asked: list[_Call] = []
        self._lots: set[asyncio.Task[None]] = set()

    async def call(self, script: Script, key: str, words: Sequence[Word]) -> Any:
        """What the script answers. Raises the errors of the client; ``asyncio.CancelledError``
        does not call back what was asked."""
        answer = asyncio.get_running_loop().create_future()
        self._asked.append(_Call(script, key, words, answer))
        if len(self._lots) < _LOTS_AT_ONCE:
            lot = asyncio.create_task(self._run())
            self._lots.add(lot)
            lot.add_done_callback(self._lots.discard)
        return await answer

    async def close(self) -> None:
        """What is on its way is not waited for: whoever asked gets a ConnectionAbortedError."""
        asked, self._asked = self._asked, []
        self._answer(asked, [_closed()] * len(asked))
        for lot in self._lots:
            lot.cancel()
        await asyncio.gather(*self._lots, return_exceptions=True)
        await self._client.aclose()

    async def _run(self) -> None:
        while self._asked:
            calls, self._asked = self._asked[:_MOST_IN_A_LOT], self._asked[_MOST_IN_A_LOT:]
            try:
                answers = await self._send(calls)
            except asyncio.CancelledError:
                self._answer(calls, [_closed()] * len(calls))
                raise
            except Exception as error:  # noqa: BLE001 - whoever asked gets it
                answers = [error] * len(calls)
            self._answer(calls, answers)

    @staticmethod
    def _answer(calls: Sequence[_Call], answers: Sequence[Any]) -> None:
        for call, answer in zip(calls, answers, strict=True):
            if call.answer.done():  # its caller was cancelled
                continue
            if isinstance(answer, BaseException):
                call.answer.set_exception(answer)
            else:
                call.answer.set_result(answer)

    async def _send(self, calls: Sequence[_Call]) -> list[Any]:
        answers = await self._evaluate(calls)
        # A server that was started since knows no scripts: those calls have done nothing.
        unknown = [at for at, one in enumerate(answers) if isinstance(one, NoScriptError)]
        if unknown:
            for text in {calls[at].script.text for at in unknown}:
                await self._client.script_load(text)
            again = await self._evaluate([calls[at] for at in unknown])
            for at, answer in zip(unknown, again, strict=True):
                answers[at] = answer
        return answers

    async def _evaluate(self, calls: Sequence[_Call]) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipeline:
            for call in calls:
                pipeline.evalsha(call.script.digest, 1, call.key, *call.words)
            answers: list[Any] = await pipeline.execute(raise_on_error=False)
            return answers


def _closed() -> ConnectionAbortedError:
    return ConnectionAbortedError("it was closed meanwhile")
