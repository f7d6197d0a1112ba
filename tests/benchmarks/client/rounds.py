"""Everybody in every round, so that a slow minute of the machine hits all alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.benchmarks.client.contestants import Contestant

Result = TypeVar("Result")


def interleaved(
    contestants: Sequence[Contestant], rounds: int, measure: Callable[[Contestant], Result]
) -> dict[Contestant, list[Result]]:
    """What ``measure`` gave for each, one result a round; every second round goes backwards."""
    results: dict[Contestant, list[Result]] = {contestant: [] for contestant in contestants}
    for number in range(rounds):
        for contestant in contestants if number % 2 == 0 else reversed(contestants):
            progress(f"round {number + 1} of {rounds}: {contestant.name}, {contestant.in_flight}")
            results[contestant].append(measure(contestant))
    return results


def progress(line: str) -> None:
    """For whoever waits; the tables alone go to standard output."""
    print(line, file=sys.stderr, flush=True)
