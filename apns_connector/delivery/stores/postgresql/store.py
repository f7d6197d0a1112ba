"""Records in one table of PostgreSQL 12 or later, for any number of processes and machines."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from apns_connector.delivery.record import (
    Again,
    Claim,
    Counts,
    Kept,
    Record,
    Settlement,
    State,
)
from apns_connector.delivery.stores.gathering import Answers, Gathering
from apns_connector.delivery.stores.postgresql import statements as sql
from apns_connector.delivery.stores.postgresql.connections import Connections, DiskFull, Duplicate
from apns_connector.delivery.stores.postgresql.rows import (
    buckets,
    claims_of,
    freed_lanes,
    kept_of,
    lock_space,
    put_columns,
    receipt_columns,
    settle_columns,
)
from apns_connector.delivery.stores.room import Room
from apns_connector.errors import StoreFull, StoreUnavailable

# How often a claim that waits looks for what other processes have put, and for what is due now.
_SECONDS_BETWEEN_LOOKS: Final = 0.1


@dataclass(frozen=True, slots=True)
class PostgresqlOptions:
    """``url``: postgresql://, with the parameters of libpq that asyncpg knows (sslmode,
    sslrootcert...). ``user`` and ``password`` go before those in it. ``limit``: records, the dead
    ones too. ``connections``: at most, of one process."""

    url: str = field(repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    limit: int = 1_000_000
    connections: int = 6


class PostgresqlStore:
    """Promises all of MessageStore. A store is what has its name in the table of the database.

    ``clock`` decides what is due and when a lease is over: the clocks of the machines must agree to
    a part of a lease. Several processes that put at the same moment may exceed the limit, by what
    they put at that moment and by an eighth each of what was free before.
    """

    durable = True
    keeps_order = True

    def __init__(
        self, name: str, options: PostgresqlOptions, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._name = name
        self._limit = options.limit
        self._clock = clock
        self._connections = Connections(
            name, options.url, options.user, options.password, options.connections
        )
        self._room = Room(options.limit)
        self._news = asyncio.Event()
        self._puts = Gathering(name, self._put, len)
        self._settlements = Gathering(name, self._settle, len)
        self._returning: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"PostgresqlStore({self._name!r}, {self._connections.address})"

    async def open(self) -> None:
        await self._connections.open()
        self._puts = Gathering(self._name, self._put, len)
        self._settlements = Gathering(self._name, self._settle, len)

    async def close(self) -> None:
        await self._puts.close()
        await self._settlements.close()
        await asyncio.gather(*self._returning)
        await self._connections.close()
        self._tell()

    async def put(self, records: Sequence[Record]) -> None:
        if records:
            await self._puts.add(records)

    async def _put(self, puts: list[Sequence[Record]]) -> Answers:
        answers: list[StoreFull | None] = [None] * len(puts)
        if not self._room.takes(sum(map(len, puts))):
            for place, admitted in enumerate(await self._admitted(puts)):
                if not admitted:
                    answers[place] = StoreFull(
                        self._name, f"it has {self._limit} records, its limit"
                    )
        records = [
            record
            for put, full in zip(puts, answers, strict=True)
            if full is None
            for record in put
        ]
        if records:
            await self._insert(records)
            self._tell()
        return answers

    async def _admitted(self, puts: list[Sequence[Record]]) -> list[bool]:
        """Which of them there is room for. A record that is kept already needs none."""
        ids = [record.id for put in puts for record in put]
        now = time.monotonic()
        full = self._room.known_full(now)

        async def ask(connection: Any) -> tuple[set[str], int]:
            known = {row["id"] for row in await connection.fetch(sql.KNOWN, self._name, ids)}
            return known, 0 if full else await connection.fetchval(sql.COUNT_ALL, self._name)

        known, kept = await self._connections.run(ask)
        new = [len({record.id for record in put} - known) for put in puts]
        return [not records for records in new] if full else self._room.counted(kept, new, now)

    async def _insert(self, records: list[Record]) -> None:
        columns = put_columns(records)
        lanes = {record.lane for record in records} - {""}

        async def insert(connection: Any) -> None:
            # In a transaction, a failure would undo what was done before.
            put = sql.PUT_NEW_ONES if lanes else sql.PUT
            try:
                await connection.execute(put, self._name, *columns)
            except Duplicate:
                await connection.execute(sql.PUT_NEW_ONES, self._name, *columns)

        try:
            await self._in_lanes(lanes, insert)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, DiskFull):
                problem = f"the disk of {self._connections.address} is full"
                raise StoreFull(self._name, problem) from error
            raise

    async def _in_lanes(self, lanes: Iterable[str], work: Callable[[Any], Any]) -> Any:
        """``work`` alone in these lanes, and whatever is the first in them then can be claimed."""
        lanes = list(lanes)
        if not lanes:
            return await self._connections.run(work)

        async def alone(connection: Any) -> Any:
            async with connection.transaction():
                await self._lock(connection, lanes)
                result = await work(connection)
                await connection.execute(sql.RELEASE, self._name, lanes)
                return result

        return await self._connections.run(alone)

    async def _lock(self, connection: Any, lanes: list[str]) -> None:
        await connection.execute(sql.LOCK_LANES, lock_space(self._name), buckets(lanes))

    async def claim(self, limit: int, *, lease: float, wait: float = 0.0) -> list[Claim]:
        until = time.monotonic() + wait
        while True:
            news = self._news
            claims = await self._claim_for_somebody(limit, lease)
            left = until - time.monotonic()
            if claims or left <= 0:
                return claims
            await _either(news, min(left, _SECONDS_BETWEEN_LOOKS))

    async def _claim_for_somebody(self, limit: int, lease: float) -> list[Claim]:
        """If he is no more by then, they go back at once."""
        claiming = asyncio.create_task(self._claim(limit, lease))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            returning = asyncio.create_task(self._give_back(claiming))
            self._returning.add(returning)
            returning.add_done_callback(self._returning.discard)
            raise

    async def _claim(self, limit: int, lease: float) -> list[Claim]:
        token = secrets.randbits(63)

        async def claim(connection: Any) -> list[Any]:
            now = self._clock()
            rows = await connection.fetch(sql.CLAIM, self._name, now, limit, token, now + lease)
            return list(rows)

        return claims_of(await self._connections.run(claim), token)

    async def _give_back(self, claiming: asyncio.Task[list[Claim]]) -> None:
        await asyncio.wait([claiming])
        # What could not be claimed needs no returning; what could, if this fails, waits for the
        # end of its lease.
        if not claiming.exception():
            claims = claiming.result()
            returned = [Again(claim, claim.record.due, counts=False) for claim in claims]
            with suppress(StoreUnavailable):
                await self._settle([returned])

    async def extend(self, claims: Sequence[Claim], lease: float) -> None:
        if not claims:
            return
        columns = receipt_columns(claims)

        async def extend(connection: Any) -> None:
            now = self._clock()
            await connection.execute(sql.EXTEND, *columns, now + lease, now)

        await self._connections.run(extend)

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        if settlements:
            await self._settlements.add(settlements)

    async def _settle(self, asked: list[Sequence[Settlement]]) -> Answers:
        settlements = [one for some in asked for one in some]
        done, *others = settle_columns(settlements)

        async def settle(connection: Any) -> None:
            if len(done) == len(settlements):  # mostly
                await connection.execute(sql.DONE, done)
            else:
                await connection.execute(sql.SETTLE, done, *others, self._clock())

        await self._in_lanes(freed_lanes(settlements), settle)
        self._room.freed()
        self._tell()
        return [None] * len(asked)

    async def count(self) -> Counts:
        async def count(connection: Any) -> Any:
            return await connection.fetchrow(sql.COUNT, self._name, self._clock())

        return Counts(**await self._connections.run(count))

    async def browse(
        self, state: State | None = None, *, limit: int = 100, after: str = ""
    ) -> list[Kept]:
        async def browse(connection: Any) -> list[Any]:
            statement = sql.BROWSE[state or ""]
            rows = await connection.fetch(statement, self._name, self._clock(), after, limit)
            return list(rows)

        return [kept_of(row) for row in await self._connections.run(browse)]

    async def find(self, record_id: str) -> Kept | None:
        async def find(connection: Any) -> Any:
            return await connection.fetchrow(sql.FIND, self._name, self._clock(), record_id)

        row = await self._connections.run(find)
        return None if row is None else kept_of(row)

    async def retry(self, record_ids: Sequence[str]) -> int:
        return await self._help(sql.RETRY, record_ids)

    async def drop(self, record_ids: Sequence[str]) -> int:
        return await self._help(sql.DROP, record_ids)

    async def _help(self, statement: str, record_ids: Sequence[str]) -> int:
        ids = list(record_ids)

        async def lanes_of(connection: Any) -> list[str]:
            return [row["lane"] for row in await connection.fetch(sql.LANES_OF, self._name, ids)]

        async def change(connection: Any) -> int:
            changed = await connection.execute(statement, self._name, self._clock(), ids)
            return int(changed.split()[-1])  # "UPDATE 3"

        helped = await self._in_lanes(await self._connections.run(lanes_of), change)
        self._room.freed()
        self._tell()
        return int(helped)

    def _tell(self) -> None:
        """Wake the claims of this process that wait."""
        self._news.set()
        self._news = asyncio.Event()


async def _either(news: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()
