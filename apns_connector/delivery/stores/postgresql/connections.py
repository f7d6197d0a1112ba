"""Connections to PostgreSQL that come back by themselves, and its errors as ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import urlsplit

from apns_connector.delivery.stores.address import UNREADABLE, address_of
from apns_connector.delivery.stores.postgresql import statements as sql
from apns_connector.errors import ConfigurationError, StoreError, StoreUnavailable

try:
    import asyncpg
except ImportError as missing:
    raise ConfigurationError(
        "A message store in PostgreSQL needs its client: install apns-connector[postgresql]"
    ) from missing

# What it logs of connections that cannot be made, with traces, it raises too.
logging.getLogger("asyncpg.pool").setLevel(logging.CRITICAL)

_SECONDS_TO_CONNECT: Final = 10.0
_SECONDS_FOR_AN_ANSWER: Final = 20.0
_SECONDS_TO_CLOSE: Final = 5.0
# Of the lock under which the table is made: any number that nobody else has.
_LOCK: Final = 0x61706E73
_ATTEMPTS: Final = 5

# What a role or a database may have set otherwise, and what our promises need. Without statistics
# of a table that was empty a moment ago PostgreSQL would read and sort all that is due for each
# claim, by a bitmap: the index has it in order.
_SESSION: Final = """
set enable_bitmapscan to off;
set default_transaction_isolation to 'read committed';
select set_config('synchronous_commit', 'on', false)
where current_setting('synchronous_commit') = 'off'
"""

# InternalClientError: the server took its leave in the very moment in which it was asked.
_FAILURES: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
DiskFull = asyncpg.DiskFullError
Duplicate = asyncpg.UniqueViolationError
# Waiting does not help against these when the store is opened.
_WRONG_CONFIGURATION: Final = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)


class Connections:
    """Up to ``most`` at a time. A broken one is replaced when the next is needed."""

    def __init__(
        self, store: str, url: str, user: str | None, password: str | None, most: int
    ) -> None:
        self._store = store
        self._url = url
        self._login = {"user": user, "password": password}
        self._most = most
        self._pool: Any = None
        self.address = _address(url)

    async def open(self) -> None:
        """Connect, and make the table if nobody has."""
        try:
            self._pool = await self._connected()
            async with self.connection() as connection:
                await create(connection, self._store)
        except StoreError as error:
            await self.close()
            if isinstance(error.__cause__, _WRONG_CONFIGURATION):
                problem = f"Message store '{self._store}': {self.address}: {_said(error.__cause__)}"
                raise ConfigurationError(problem) from error
            raise

    async def _connected(self) -> Any:
        async with self._reported():
            try:
                if self.address == UNREADABLE:
                    raise ValueError
                return await asyncpg.create_pool(
                    self._url,
                    **self._login,
                    min_size=1,
                    max_size=self._most,
                    timeout=_SECONDS_TO_CONNECT,
                    command_timeout=_SECONDS_FOR_AN_ANSWER,
                    init=_prepare,
                    reset=_leave,
                )
            except ValueError:
                # Its text may hold a part of the password.
                raise ConfigurationError(
                    f"Message store '{self._store}': its URL must look like"
                    " postgresql://user:password@host:5432/database, with each part percent-encoded"
                ) from None

    async def close(self) -> None:
        """Waits a while for what is under way."""
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                await asyncio.wait_for(pool.close(), _SECONDS_TO_CLOSE)
            except TimeoutError:
                pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """One of them, for one statement or one transaction."""
        if self._pool is None:
            raise StoreUnavailable(self._store, "it is not open")
        async with (
            self._reported(),
            self._pool.acquire(timeout=_SECONDS_FOR_AN_ANSWER) as connection,
        ):
            try:
                yield connection
            except (TimeoutError, OSError, asyncpg.InternalClientError):
                # What it still has to say would be the answer to something else.
                connection.terminate()
                raise

    async def run(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        """``work`` with a connection; again when PostgreSQL has undone it, since it and another
        stood in each other's way. What it does must be one statement, or in a transaction."""
        for _ in range(_ATTEMPTS):
            with suppress(asyncpg.TransactionRollbackError):
                async with self.connection() as connection:
                    return await work(connection)
        raise StoreUnavailable(self._store, f"{self.address}: too many at once")

    @asynccontextmanager
    async def _reported(self) -> AsyncIterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise StoreUnavailable(self._store, f"no answer from {self.address}") from error
        except asyncpg.TransactionRollbackError:
            raise
        except _FAILURES as error:
            raise StoreUnavailable(self._store, f"{self.address}: {_said(error)}") from error


def _address(url: str) -> str:
    """Of one host, or of several that stand in one URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return UNREADABLE
    if "@" in parts.path + parts.query + parts.fragment:
        return UNREADABLE
    hosts = parts.netloc.rpartition("@")[2].split(",")
    return ",".join(address_of(f"{parts.scheme}://{host}{parts.path}") for host in hosts)


def _said(error: BaseException) -> str:
    """Without the lines behind the first, which show the row."""
    return str(error).partition("\n")[0]


async def _prepare(connection: Any) -> None:
    await connection.execute(_SESSION)


async def _leave(connection: Any) -> None:
    """Nothing of a session is to be undone when another uses the connection."""


async def create(connection: Any, store: str) -> None:
    """Make the table, by one of all the processes that start at once. Raises StoreError if there is
    one that is not ours."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        if await connection.fetchval("select to_regclass($1)", sql.TABLE) is None:
            await connection.execute(sql.CREATE)
    try:
        await connection.execute(sql.EXAMINE)
    except asyncpg.UndefinedColumnError as error:
        problem = (
            f"the table {sql.TABLE} is not of this version: {_said(error)}. Have what is in it"
            " delivered by the version that made it, then drop it"
        )
        raise StoreError(store, problem) from error
