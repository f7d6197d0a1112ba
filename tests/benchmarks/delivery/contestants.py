"""Each store, and the bare loop over the same database or broker client.

All servers sync before they answer, but NATS: only versions from 2.10 on can be told to. Both of a
pair use the same server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from apns_connector.delivery.stores.memory import MemoryOptions, MemoryStore
from apns_connector.delivery.stores.nats.store import NatsOptions, NatsStore
from apns_connector.delivery.stores.postgresql.store import PostgresqlOptions, PostgresqlStore
from apns_connector.delivery.stores.rabbitmq.store import RabbitmqOptions, RabbitmqStore
from apns_connector.delivery.stores.redis.store import RedisOptions, RedisStore
from apns_connector.delivery.stores.sqlite.store import SqliteOptions, SqliteStore
from tests.benchmarks.delivery.bare_servers import (
    BareNats,
    BarePostgresql,
    BareRabbitmq,
    BareRedis,
)
from tests.benchmarks.delivery.bare_sqlite import BareSqlite
from tests.benchmarks.delivery.queue import OurStore, Queue
from tests.servers.nats import NatsServer
from tests.servers.postgresql import PostgresqlServer
from tests.servers.rabbitmq import RabbitmqServer
from tests.servers.redis import RedisServer


@dataclass(frozen=True, slots=True)
class Pair:
    """Both make a new, empty queue at each call. ``share``: of the records of a run; some are slow.
    ``bare``: None where there is nothing to compare with."""

    name: str
    ours: Callable[[], Queue]
    bare: Callable[[], Queue] | None
    share: float = 1.0


Making = Callable[[Path, ExitStack], Pair]
_numbers = count()


def _name() -> str:
    return f"store {next(_numbers)}"


def _memory(_folder: Path, _stack: ExitStack) -> Pair:
    return Pair("memory", lambda: OurStore(MemoryStore(_name(), MemoryOptions())), None)


def _sqlite(folder: Path, _stack: ExitStack) -> Pair:
    def ours() -> Queue:
        return OurStore(SqliteStore("S", SqliteOptions(folder / f"{_name()}.db")))

    return Pair("SQLite", ours, lambda: BareSqlite(folder / f"{_name()}.db"))


def _postgresql(_folder: Path, stack: ExitStack) -> Pair:
    url = stack.enter_context(PostgresqlServer()).url

    def ours() -> Queue:
        return OurStore(PostgresqlStore(_name(), PostgresqlOptions(url)))

    return Pair("PostgreSQL", ours, lambda: BarePostgresql(url), 0.5)


def _redis(folder: Path, stack: ExitStack) -> Pair:
    (folder / "redis").mkdir()
    url = stack.enter_context(RedisServer(folder / "redis", appendfsync="always")).url
    return Pair(
        "Redis", lambda: OurStore(RedisStore(_name(), RedisOptions(url))), lambda: BareRedis(url)
    )


def _nats(folder: Path, stack: ExitStack) -> Pair:
    (folder / "nats").mkdir()
    url = stack.enter_context(NatsServer(folder / "nats")).url
    return Pair(
        "NATS", lambda: OurStore(NatsStore(_name(), NatsOptions(url))), lambda: BareNats(url), 0.5
    )


def _rabbitmq(_folder: Path, stack: ExitStack) -> Pair:
    url = stack.enter_context(RabbitmqServer()).url

    def ours() -> Queue:
        return OurStore(RabbitmqStore(_name(), RabbitmqOptions(url)))

    return Pair("RabbitMQ", ours, lambda: BareRabbitmq(url), 0.25)


STORES: dict[str, Making] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "redis": _redis,
    "nats": _nats,
    "rabbitmq": _rabbitmq,
}


@contextmanager
def pair(store: str, folder: Path) -> Iterator[Pair]:
    """With its server, if it needs one."""
    with ExitStack() as stack:
        yield STORES[store](folder, stack)
