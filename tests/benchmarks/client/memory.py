"""Whether memory, or the cost of a notification, grows with the length of a stream."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.client import contestants
from tests.benchmarks.client.drivers.loops import FASTEST
from tests.benchmarks.client.measurement import Summary
from tests.benchmarks.client.rounds import progress
from tests.benchmarks.client.servers import Server, answering_at_once
from tests.benchmarks.client.table import Table, megabytes, verdict

_LENGTHS: Final = (10_000, 100_000, 1_000_000, 10_000_000)
# Long ones average over the moods of the machine by themselves.
_ONCE_FROM: Final = 1_000_000
_STREAMS: Final = 1_000
_WANTED_MB: Final = 60


def measure(folder: Path, longest: int, rounds: int) -> list[Table]:
    """Streams of growing length through ``send_many``, none above ``longest``."""
    with answering_at_once(folder, _STREAMS) as server:
        rows = [
            _row(length, _summary(server, length, 1 if length >= _ONCE_FROM else rounds))
            for length in _LENGTHS
            if length <= longest
        ]
    return [
        Table(
            f"A stream through send_many, {FASTEST}, one connection",
            ("notifications", "median/s", "CPU us each", "peak MB", "growth MB", "wanted",
             "reached"),
            rows,
        )
    ]  # fmt: skip


def _summary(server: Server, length: int, rounds: int) -> Summary:
    # Only one before the measurement, so that whatever a stream needs counts as growth.
    contestant = contestants.this_client("send_many", FASTEST, warm_up=1)
    progress(f"a stream of {length:,}")
    return Summary.of([contestant.measure(server, length) for _ in range(rounds)])


def _row(length: int, summary: Summary) -> Sequence[str]:
    growth = summary.growth_mb
    assert growth is not None
    return (
        f"{length:,}",
        f"{summary.rate:,.0f}",
        f"{summary.cpu_each:.1f}",
        megabytes(summary.peak_mb),
        megabytes(growth),
        f"< {_WANTED_MB}",
        verdict(growth < _WANTED_MB),
    )
