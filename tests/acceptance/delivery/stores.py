"""The table of stores: where each keeps its records, and the server that a crash may hit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.nats import NatsServer
from tests.servers.postgresql import PostgresqlServer
from tests.servers.process import ServerProcess
from tests.servers.rabbitmq import RabbitmqServer
from tests.servers.redis import RedisServer


@dataclass(frozen=True, slots=True)
class Kept:
    """``server``: whose end is no end of the records. ``killed_server_forgets``: it may have lost
    settlements that nobody waited for on its disk, so that more comes again than is in flight.
    ``hides_claims``: nobody else can see what a worker has claimed."""

    url: str
    keeps_order: bool
    server: ServerProcess | None = None
    killed_server_forgets: bool = False
    hides_claims: bool = False


@contextmanager
def _sqlite(folder: Path) -> Iterator[Kept]:
    yield Kept(f"sqlite:{folder / 'pushes.db'}", keeps_order=True)


@contextmanager
def _postgresql(_: Path) -> Iterator[Kept]:
    with PostgresqlServer() as server:
        yield Kept(server.url, True, server)


@contextmanager
def _rabbitmq(_: Path) -> Iterator[Kept]:
    with RabbitmqServer() as server:
        yield Kept(server.url, False, server, killed_server_forgets=True, hides_claims=True)


@contextmanager
def _redis(folder: Path) -> Iterator[Kept]:
    with RedisServer(folder / "redis", appendfsync="always") as server:
        yield Kept(server.url, True, server)


@contextmanager
def _nats(folder: Path) -> Iterator[Kept]:
    with NatsServer(folder / "nats") as server:
        yield Kept(server.url, False, server, killed_server_forgets=True)


STORES: dict[str, Callable[[Path], AbstractContextManager[Kept]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "rabbitmq": _rabbitmq,
    "redis": _redis,
    "nats": _nats,
}
