"""The table of stores on a small disk, and the disk that others fill up."""

from __future__ import annotations

import errno
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path

import pytest

from tests.acceptance.delivery.site import wait_until
from tests.acceptance.delivery.stores import Kept
from tests.servers.nats import NatsServer
from tests.servers.postgresql import PostgresqlServer
from tests.servers.process import ServerProcess
from tests.servers.rabbitmq import RabbitmqServer
from tests.servers.redis import RedisServer

BLOCK = bytes(2**16)


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """``left``: bytes of it that the others do not take."""

    folder: Path
    left: int = 0

    def fill(self) -> None:
        with self._others.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(BLOCK)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            if self.left:
                file.truncate(file.tell() - self.left)

    def make_room(self) -> None:
        self._others.unlink()

    @property
    def _others(self) -> Path:
        return self.folder / "others"


@dataclass(frozen=True, slots=True)
class OnSmallDisk:
    """``kept``: of a folder on the disk, and of one that has room. ``left``: as of SmallDisk.
    ``end``: how an operator ends a server that a full disk leaves running, but of no use from then
    on, whether there is room again or not."""

    kept: Callable[[Path, Path], AbstractContextManager[Kept]]
    megabytes: int = 80
    left: int = 0
    end: Callable[[ServerProcess], None] | None = None

    @contextmanager
    def mounted(self) -> Iterator[SmallDisk]:
        """Skips the test where mounting is not permitted, as in many a container."""
        # Not in pytest's own temporary folder, where PostgreSQL may not go.
        folder = Path(tempfile.mkdtemp(prefix="apns-disk-"))
        mount = ["mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m", "tmpfs", str(folder)]
        mounted = subprocess.run(mount, capture_output=True, text=True)
        if mounted.returncode:
            folder.rmdir()
            pytest.skip(f"mounting a small disk is not permitted here: {mounted.stderr.strip()}")
        try:
            yield SmallDisk(folder, self.left)
        finally:
            subprocess.run(["umount", folder], check=True)
            folder.rmdir()

    def have_it_run(self, server: ServerProcess) -> None:
        """As an operator would, when there is room again. It may have died, or be about to."""
        if self.end is not None:
            self.end(server)

        def runs() -> bool:
            server.start()
            return server.ready()

        wait_until(runs, "a server that runs")


@contextmanager
def _sqlite(disk: Path, _: Path) -> Iterator[Kept]:
    yield Kept(f"sqlite:{disk / 'pushes.db'}", keeps_order=True)


@contextmanager
def _postgresql(disk: Path, _: Path) -> Iterator[Kept]:
    """A record finds no room in the table."""
    with PostgresqlServer(data=disk / "data") as server:
        yield Kept(server.url, True, server)


@contextmanager
def _log_of_postgresql(disk: Path, _: Path) -> Iterator[Kept]:
    """The server panics: it cannot write down what it does."""
    with PostgresqlServer(write_ahead_log=disk / "log") as server:
        yield Kept(server.url, True, server)


@contextmanager
def _redis(disk: Path, folder: Path) -> Iterator[Kept]:
    """The server ends itself: it cannot keep what it has done already."""
    with RedisServer(folder / "redis", appendfsync="always", data=disk / "data") as server:
        yield Kept(server.url, True, server)


@contextmanager
def _redis_each_second(disk: Path, folder: Path) -> Iterator[Kept]:
    """The server keeps in memory what it has done already, and does nothing more."""
    with RedisServer(folder / "redis", data=disk / "data") as server:
        yield Kept(server.url, True, server)


@contextmanager
def _nats(disk: Path, folder: Path) -> Iterator[Kept]:
    """The server, of 2.9, answers nothing more of JetStream; SIGTERM does not end it either."""
    with NatsServer(folder / "nats", data=disk / "data") as server:
        yield Kept(server.url, False, server, killed_server_forgets=True)


@contextmanager
def _alarm_of_rabbitmq(disk: Path, _: Path) -> Iterator[Kept]:
    """The broker looks at its disk from time to time, and stops reading from those who put."""
    with RabbitmqServer(data=disk / "data") as server:
        yield Kept(server.url, False, server)


@contextmanager
def _rabbitmq(disk: Path, _: Path) -> Iterator[Kept]:
    """Full before the alarm: the quorum queues die, and the broker goes on without them."""
    with RabbitmqServer(data=disk / "data") as server:
        yield Kept(server.url, False, server, killed_server_forgets=True)


STORES = {
    "sqlite": OnSmallDisk(_sqlite),
    "postgresql": OnSmallDisk(_postgresql, megabytes=120),
    "log of postgresql": OnSmallDisk(_log_of_postgresql),
    "redis": OnSmallDisk(_redis),
    "redis, each second": OnSmallDisk(_redis_each_second),
    "nats": OnSmallDisk(_nats, end=methodcaller("kill")),
    # Less is left than the 50 MB that it wants to be free.
    "alarm of rabbitmq": OnSmallDisk(_alarm_of_rabbitmq, megabytes=200, left=30 * 2**20),
    "rabbitmq": OnSmallDisk(_rabbitmq, megabytes=200, end=methodcaller("stop")),
}
