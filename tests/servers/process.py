"""A real server that a test starts, stops, kills and starts again: same port, same data."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 30.0


def free_port() -> int:
    """On loopback, and none that an outgoing connection may be given: whoever tries to connect to
    a server that is down would otherwise, sooner or later, be connected to himself."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(lowest - 12_000, lowest)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def children(pid: int) -> list[int]:
    """The processes that it has started and that are still there."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [int(child) for child in found]


class ServerProcess(ABC):
    """``with`` starts it, and ends it for good. ``url``: where a store finds it; ``log``: the file
    to which it talks."""

    url: str
    log: Path

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> tuple[list[str], dict[str, Any]]:
        """What to run in the foreground, and how: further arguments of Popen."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it serves by now."""

    def start(self) -> None:
        """Returns when it serves. A server that runs already stays as it is."""
        if self._process is not None and self._process.poll() is None:
            return
        deadline = time.monotonic() + SECONDS_TO_START
        self._run()
        while not self.ready():
            assert time.monotonic() < deadline, f"not ready: {self.log.read_text()[-2000:]}"
            time.sleep(0.1)
            if self._process.poll() is not None:
                # What was killed a moment ago may still hold what it shared.
                time.sleep(0.5)
                self._run()

    def _run(self) -> None:
        command, how = self.command()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **how,
            )

    def stop(self, signal_number: int = signal.SIGTERM) -> None:
        """In an orderly way."""
        if self._process is not None:
            self._process.send_signal(signal_number)
            self._process.wait(SECONDS_TO_STOP)

    def kill(self) -> None:
        """All of it at once, as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            family = [self._process.pid, *children(self._process.pid)]
            for pid in family:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            self._process.wait(SECONDS_TO_STOP)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        error: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
