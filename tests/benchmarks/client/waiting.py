"""Whether connections are added when streams, not the processor, are the limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from apns_connector.apns.pool import DEFAULT_MOST
from tests.benchmarks.client import contestants
from tests.benchmarks.client.contestants import Contestant
from tests.benchmarks.client.drivers.loops import FASTEST
from tests.benchmarks.client.measurement import Measurement, Summary
from tests.benchmarks.client.rounds import interleaved
from tests.benchmarks.client.servers import Server, answering_later
from tests.benchmarks.client.table import Table, verdict

_DELAY_MS: Final = 80
# Few, so that all connections together are within reach of one core.
_STREAMS: Final = 100
_IDEAL_RATE: Final = _STREAMS * DEFAULT_MOST * 1_000 / _DELAY_MS
_TASKS: Final = 2_000
_WANTED: Final = 0.9

_LOOK_SECONDS: Final = 0.05


@dataclass(slots=True)
class Connections:
    """What the server saw of one client: when, in seconds since the first, there were how many."""

    first_at: float | None = None
    reached: dict[int, float] = field(default_factory=dict)

    def note(self, number: int, now: float) -> None:
        if number and self.first_at is None:
            self.first_at = now
        if self.first_at is not None and number:
            self.reached.setdefault(number, now - self.first_at)

    @property
    def most(self) -> int:
        return max(self.reached, default=0)


@dataclass(frozen=True, slots=True)
class Run:
    measurement: Measurement
    connections: Connections


def measure(folder: Path, requests: int, rounds: int) -> list[Table]:
    """``requests`` after two seconds' worth at full speed, in which to grow."""
    warm_up = int(4 * _IDEAL_RATE)
    runners = [
        contestants.h2load(_STREAMS, DEFAULT_MOST),
        *(
            contestants.this_client(way, FASTEST, _TASKS, connections=None, warm_up=warm_up)
            for way in ("send", "send_many")
        ),
    ]
    with answering_later(folder, _STREAMS, _DELAY_MS) as server:
        results = interleaved(runners, rounds, lambda one: _watched(server, one, requests))
    return [_table(results, requests, rounds)]


def _watched(server: Server, contestant: Contestant, requests: int) -> Run:
    with _watching(server) as connections:
        measurement = contestant.measure(server, requests)
    return Run(measurement, connections)


@contextmanager
def _watching(server: Server) -> Iterator[Connections]:
    seen, over = Connections(), threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            seen.note(server.connections(), time.monotonic())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _table(results: dict[Contestant, list[Run]], requests: int, rounds: int) -> Table:
    return Table(
        f"Answers after {_DELAY_MS} ms, {_STREAMS} streams on a connection, ideally"
        f" {_IDEAL_RATE:,.0f}/s: {requests:,} requests, {rounds} rounds",
        ("who", "in flight", "connections", "seconds to grow", "median/s", "slowest", "fastest",
         "of ideal", "wanted", "reached", "CPU s per 100,000", "server busy"),
        [_row(contestant, runs) for contestant, runs in results.items()],
    )  # fmt: skip


def _row(contestant: Contestant, runs: list[Run]) -> Sequence[str]:
    summary = Summary.of([run.measurement for run in runs])
    share = summary.rate / _IDEAL_RATE
    target = ("-", "-")  # h2load is there to show what the server gives
    if contestant.what != "h2load":
        target = (f">= {_WANTED}", verdict(share >= _WANTED))
    return (
        contestant.name,
        contestant.in_flight,
        *_growth([run.connections for run in runs]),
        f"{summary.rate:,.0f}",
        f"{summary.slowest:,.0f}",
        f"{summary.fastest:,.0f}",
        f"{share:.2f}",
        *target,
        f"{summary.cpu_each / 10:.2f}",
        f"{summary.server_busy:.0%}",
    )


def _growth(seen: list[Connections]) -> tuple[str, str]:
    """How many connections there were, and how soon all of them, if ever."""
    fewest, most = min(one.most for one in seen), max(one.most for one in seen)
    number = f"{most}" if fewest == most else f"{fewest} to {most}"
    times = [one.reached[DEFAULT_MOST] for one in seen if DEFAULT_MOST in one.reached]
    return number, f"{median(times):.1f}" if len(times) == len(seen) else "never"
