"""How fast: over one connection, against a server that answers at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Final

from tests.benchmarks.client import contestants, peers
from tests.benchmarks.client.contestants import Contestant
from tests.benchmarks.client.drivers.loops import FASTEST, LOOPS
from tests.benchmarks.client.measurement import Summary
from tests.benchmarks.client.rounds import interleaved
from tests.benchmarks.client.servers import answering_at_once
from tests.benchmarks.client.table import Table, megabytes, verdict

# What Apple allows on a connection.
_STREAMS: Final = 1_000

Field = Mapping[Contestant, Summary]


def measure(folder: Path, requests: int, rounds: int, cache: Path | None) -> list[Table]:
    """``cache``: where peers are installed; without it there are none."""
    field = [*_limit(), *_ours(), *(_peers(cache) if cache else ())]
    with answering_at_once(folder, _STREAMS) as server:
        results = interleaved(field, rounds, lambda one: one.measure(server, requests))
    summaries = {contestant: Summary.of(seen) for contestant, seen in results.items()}
    return [_rates(summaries, requests, rounds), _targets(summaries)]


def _limit() -> list[Contestant]:
    return [contestants.h2load(in_flight) for in_flight in (500, 1_000)]


def _ours() -> list[Contestant]:
    client = contestants.this_client
    return [
        *(client("send", loop, tasks) for loop, tasks in product(LOOPS, (500, 1_000))),
        *(client("send_many", loop) for loop in LOOPS),
    ]


def _peers(cache: Path) -> list[Contestant]:
    """With few in flight, where they are at their best, and with as many as ours."""
    aioapns, node_apn = peers.aioapns(cache), peers.node_apn(cache)
    return [
        *(contestants.aioapns(aioapns, peers.AIOAPNS, FASTEST, n) for n in (50, 1_000)),
        *(contestants.node_apn(node_apn, peers.NODE_APN, n) for n in (50, 1_000)),
    ]


def _best(field: Field, what: str) -> Summary | None:
    """On the fastest loop and at its best number in flight, if it took part."""
    runs = [
        summary
        for contestant, summary in field.items()
        if contestant.what == what and contestant.loop in ("", FASTEST)
    ]
    return max(runs, key=lambda summary: summary.rate, default=None)


def _rates(field: Field, requests: int, rounds: int) -> Table:
    limit = max(one.rate for contestant, one in field.items() if contestant.what == "h2load")
    return Table(
        f"One connection, answered at once: {requests:,} requests, {rounds} rounds",
        ("who", "in flight", "median/s", "slowest", "fastest", "of h2load", "CPU s per 100,000",
         "peak MB", "server busy", "lost"),
        [_row(contestant, summary, limit) for contestant, summary in field.items()],
    )  # fmt: skip


def _row(contestant: Contestant, summary: Summary, limit: float) -> Sequence[str]:
    return (
        contestant.name,
        contestant.in_flight,
        f"{summary.rate:,.0f}",
        f"{summary.slowest:,.0f}",
        f"{summary.fastest:,.0f}",
        f"{summary.rate / limit:.2f}",
        f"{summary.cpu_each / 10:.2f}",
        megabytes(summary.peak_mb),
        f"{summary.server_busy:.0%}",
        f"{summary.lost:,}",
    )


def _targets(field: Field) -> Table:
    wanted = [
        ("send", "h2load", 0.6),
        ("send_many", "h2load", 0.9),
        ("send", f"aioapns {peers.AIOAPNS}", 15),
        ("send", f"node-apn {peers.NODE_APN}", 5),
    ]
    return Table(
        f"Targets, on {FASTEST}; each at its best number in flight",
        ("ratio", "of rates", "wanted", "reached", "of notifications per CPU second"),
        [
            (f"{way} / {other}", *_compared(ours, theirs, least))
            for way, other, least in wanted
            if (ours := _best(field, way)) and (theirs := _best(field, other))
        ],
    )


def _compared(ours: Summary, theirs: Summary, least: float) -> Sequence[str]:
    rates = ours.rate / theirs.rate
    per_cpu_second = theirs.cpu_each / ours.cpu_each
    return f"{rates:.2f}", f">= {least:g}", verdict(rates >= least), f"{per_cpu_second:.2f}"
