"""Records in Redis 7 or later, in hashes and sorted sets that only redis.lua changes.

Each call is one script, thus one step: nobody sees half of it. What many put or settle at once is
one call too: few words to read, and few commands that the server writes to its file.

What Redis calls a stream has neither a time from which an entry is due, nor an end of one reader's
claim, nor an entry by its id; it serves here to wake claims that wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

from apns_connector.delivery.record import Again, Claim, Counts, Kept, Record, Settlement, State
from apns_connector.delivery.stores.address import address_of
from apns_connector.delivery.stores.gathering import Answers, Gathering
from apns_connector.delivery.stores.redis.keeping import what_may_be_lost, why_unusable
from apns_connector.delivery.stores.redis.rows import (
    Settled,
    claims_of,
    kept_of,
    pack,
    row_of,
    seconds_until,
    settled,
    weight,
)
from apns_connector.errors import ConfigurationError, StoreError, StoreFull, StoreUnavailable

try:
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import (
        AuthenticationError,
        NoPermissionError,
        OutOfMemoryError,
        RedisError,
        ResponseError,
    )
    from redis.exceptions import ConnectionError as NoConnection
    from redis.exceptions import TimeoutError as TooSlow

    from apns_connector.delivery.stores.redis.calls import RedisCalls, Script
except ImportError as missing:
    raise ConfigurationError(
        "A message store in Redis needs its client: install apns-connector[redis]"
    ) from missing

logger = logging.getLogger(__name__)

_PARTS: Final = [Path(__file__).with_name(part) for part in ("redis.lua", "looking.lua")]
_LUA: Final = "".join(part.read_text() for part in _PARTS) + "return run()"
_PUT: Final = Script("#!lua\n" + _LUA)
# Settling makes room: it goes on when the memory is full, as claiming does.
_OTHERS: Final = Script("#!lua flags=allow-oom\n" + _LUA)
_FORMAT: Final = b"2"
_SECONDS_FOR_AN_ANSWER: Final = 10.0
# Shorter than those for an answer: waiting is one long question.
_LONGEST_WAIT: Final = 5.0
# Bytes of one call, from which on the next one takes the rest: nobody else is served meanwhile.
_MOST_AT_ONCE: Final = 500_000
# Claims that wait have a connection each.
_MOST_CONNECTIONS: Final = 1000


@dataclass(frozen=True, slots=True)
class RedisOptions:
    """``url``: redis://, rediss:// (TLS) or unix://, as redis-py reads it. ``limit``: records, the
    dead ones too. ``prefix``: what the keys of all stores begin with."""

    url: str = field(repr=False)
    limit: int = 1_000_000
    prefix: str = "apns-connector"


class RedisStore:
    """Promises all of MessageStore. After a crash of the server it has what its append-only file
    has: ``open`` warns of a server that keeps none, or writes it late.

    Many processes share a store by its name; their clocks must agree to a part of a lease.
    """

    durable = True
    keeps_order = True

    def __init__(
        self, name: str, options: RedisOptions, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._name = name
        self._options = options
        self._clock = clock
        # The braces keep all keys of a store on one node of a cluster.
        self._base = f"{options.prefix}:{{{name}}}"
        self._address = address_of(options.url)
        self._calls: RedisCalls | None = None
        self._gather()

    def __repr__(self) -> str:
        return f"RedisStore({self._name!r}, {self._address})"

    async def open(self) -> None:
        await self.close()
        client = self._new_client()
        try:
            async with self._reported():
                await self._examine(client)
        except BaseException:
            await client.aclose()
            raise
        self._calls = RedisCalls(client)
        self._gather()

    def _gather(self) -> None:
        self._puts = Gathering(self._name, self._put, weight, _MOST_AT_ONCE)
        self._settlements = Gathering(self._name, self._settle, weight, _MOST_AT_ONCE)

    def _new_client(self) -> Redis:
        try:
            # No retries: whether what was not answered was done, the caller must decide.
            return Redis.from_url(
                self._options.url,
                max_connections=_MOST_CONNECTIONS,
                socket_timeout=_SECONDS_FOR_AN_ANSWER,
                socket_connect_timeout=_SECONDS_FOR_AN_ANSWER,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError:
            raise ConfigurationError(
                f"Message store '{self._name}': its URL must look like"
                " redis://user:password@host:6379/0, with each part percent-encoded"
            ) from None

    async def _examine(self, client: Redis) -> None:
        try:
            info = await client.info()
        except (AuthenticationError, NoPermissionError) as error:
            raise ConfigurationError(
                f"Message store '{self._name}': {self._address} does not let us in: {error}"
            ) from error
        if problem := why_unusable(info):
            raise ConfigurationError(f"Message store '{self._name}', {self._address}: {problem}")
        if loss := what_may_be_lost(info, await self._appendfsync(client)):
            logger.warning("Message store '%s', %s: %s", self._name, self._address, loss)
        key = f"{self._base}:format"
        await client.set(key, _FORMAT, nx=True)
        if await client.get(key) != _FORMAT:
            raise StoreError(self._name, f"the key {key} at {self._address} is not of this version")

    async def _appendfsync(self, client: Redis) -> str | None:
        try:
            settings = await client.config_get("appendfsync")
        except ResponseError:  # hosted servers often forbid it
            return None
        return settings.get("appendfsync")

    async def close(self) -> None:
        await self._puts.close()
        await self._settlements.close()
        calls, self._calls = self._calls, None
        if calls is not None:
            await calls.close()

    async def put(self, records: Sequence[Record]) -> None:
        if records:
            await self._puts.add([row_of(record) for record in records])

    async def claim(self, limit: int, *, lease: float, wait: float = 0.0) -> list[Claim]:
        until = time.monotonic() + wait
        while True:
            now = self._clock()
            claims, times, last = await self._claim_now(limit, now + lease)
            left = until - time.monotonic()
            if claims or left <= 0:
                return claims
            await self._wake(last, min(seconds_until(times, now) or left, left, _LONGEST_WAIT))

    async def _claim_now(self, limit: int, end: float) -> tuple[list[Claim], list[bytes], bytes]:
        """Whoever stops waiting for the answer takes nothing along."""
        asking = asyncio.ensure_future(self._run("claim", limit, end))
        try:
            rows, receipt, *times, last = await asyncio.shield(asking)
        except asyncio.CancelledError:
            with suppress(StoreError):  # then the end of the lease gives them back
                rows, receipt, *_ = await asking
                claims = claims_of(rows, receipt)
                await self.settle([Again(c, c.record.due, counts=False) for c in claims])
            raise
        return claims_of(rows, receipt), times, last

    async def _wake(self, last: bytes, seconds: float) -> None:
        """Returns when there may be something new behind the entry ``last``."""
        async with self._reported():
            await self._opened().wait(f"{self._base}:woken", last, seconds)

    async def extend(self, claims: Sequence[Claim], lease: float) -> None:
        if claims:
            held = [(claim.record.id, claim.receipt) for claim in claims]
            await self._run("extend", self._clock() + lease, held)

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        if settlements:
            await self._settlements.add([settled(settlement) for settlement in settlements])

    async def count(self) -> Counts:
        every, claimed, dead, oldest = await self._run("count")
        return Counts(every - claimed - dead, claimed, dead, float(oldest) if oldest else None)

    async def browse(
        self, state: State | None = None, *, limit: int = 100, after: str = ""
    ) -> list[Kept]:
        return kept_of(*await self._run("browse", str(state or ""), limit, after))

    async def find(self, record_id: str) -> Kept | None:
        found = kept_of(*await self._run("find", record_id))
        return found[0] if found else None

    async def retry(self, record_ids: Sequence[str]) -> int:
        return int(await self._run("retry", record_ids))

    async def drop(self, record_ids: Sequence[str]) -> int:
        return int(await self._run("drop", record_ids))

    async def _put(self, groups: list[Sequence[bytes]]) -> Answers:
        sizes = [len(group) for group in groups]
        refused = await self._run("put", self._options.limit, sizes, rows=chain(*groups))
        answers: list[Exception | None] = [None] * len(groups)
        for number in refused:
            problem = f"it has {self._options.limit} records, its limit"
            answers[number - 1] = StoreFull(self._name, problem)
        return answers

    async def _settle(self, groups: list[Sequence[Settled]]) -> Answers:
        every = list(chain(*groups))
        done = [one for one in every if isinstance(one, str)]
        others = [one for one in every if not isinstance(one, str)]
        claims = [(what, receipt) for what, receipt, _ in others]
        await self._run("settle", done, claims, rows=(row for _, _, row in others))
        return [None] * len(groups)

    async def _run(self, what: str, *arguments: object, rows: Iterable[bytes] = ()) -> Any:
        """What redis.lua answers."""
        script = _PUT if what == "put" else _OTHERS
        written = pack((self._clock(), *arguments))
        async with self._reported(putting=what == "put"):
            return await self._opened().call(script, self._base, [what, written, *rows])

    def _opened(self) -> RedisCalls:
        if self._calls is None:
            raise StoreUnavailable(self._name, "it is not open")
        return self._calls

    @asynccontextmanager
    async def _reported(self, putting: bool = False) -> AsyncIterator[None]:
        """Errors of the client as ours."""
        try:
            yield
        except (NoConnection, TooSlow, OSError) as error:
            problem = f"no answer from {self._address}: {error}"
            raise StoreUnavailable(self._name, problem) from error
        except RedisError as error:
            problem = f"{self._address} refuses: {error}"
            if putting and _leaves_no_room(error):
                raise StoreFull(self._name, problem) from error
            raise StoreUnavailable(self._name, problem) from error


def _leaves_no_room(error: RedisError) -> bool:
    """MISCONF: the server cannot write its file, mostly since the disk is full."""
    return isinstance(error, OutOfMemoryError) or str(error).startswith("MISCONF")
