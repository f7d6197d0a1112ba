"""Stores: put and settled per second with many callers, beside a bare loop in the same run.

::

    python -m tests.benchmarks.delivery [--store sqlite] [--records 50000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from tests.benchmarks.delivery.contestants import STORES, Pair, pair
from tests.benchmarks.delivery.measurement import Run, measure
from tests.benchmarks.delivery.million import million

WANTED = 0.7


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--store", action="append", choices=STORES, help="may be repeated")
    options.add_argument("--records", type=int, default=50_000)
    options.add_argument("--callers", type=int, default=64)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--million", type=int, default=1_000_000, help="0: leave that part out")
    options.add_argument("--folder", type=Path, help="on the disk to be measured")
    given = options.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {given.callers} callers")
    print("              put/s              settled/s            CPU µs each, ours (bare)")
    print("          ours    bare  ratio    ours    bare  ratio        put      settle")
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        for store in given.store or STORES:
            with pair(store, Path(name)) as both:
                amount = int(given.records * both.share)
                _run(_rounds(both, amount, given.callers, given.rounds))
        if given.million:
            _run(million(Path(name), given.million, given.callers))


async def _rounds(both: Pair, amount: int, callers: int, rounds: int) -> None:
    """In turns, and every second time in reverse order: a slow minute does not hit one alone."""
    ours: list[Run] = []
    bare: list[Run] = []
    for number in range(rounds):
        turns = [(both.ours, ours)]
        if both.bare is not None:
            turns.append((both.bare, bare))
        for make, found in turns[:: -1 if number % 2 else 1]:
            found.append(await measure(make(), amount, callers))
    _show(both.name, ours, bare)


def _show(name: str, ours: list[Run], bare: list[Run]) -> None:
    row = f"{name:11}"
    for what in ("put", "settled"):
        our = median(getattr(run, what) for run in ours)
        other = median(getattr(run, what) for run in bare) if bare else None
        ratio = "" if other is None else f"{our / other:.2f}{'' if our >= WANTED * other else '!'}"
        row += f"{our:7.0f}{'' if other is None else f'{other:.0f}':>8}{ratio:>7} "
    for what in ("put_cpu", "settle_cpu"):
        our = median(getattr(run, what) for run in ours)
        shown = f"{our:.1f}"
        if bare:
            shown += f" ({median(getattr(run, what) for run in bare):.1f})"
        row += f"{shown:>13}"
    print(row, flush=True)


def _run(work: object) -> None:
    if find_spec("uvloop"):
        import uvloop

        uvloop.run(work)
    else:
        asyncio.run(work)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
