"""Who handed over what, what arrived at Apple, and what is to be said of it. Pure decisions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrival:
    """A notification that Apple accepted: ``number`` of the push, the id of its record, and when,
    in seconds since 1970."""

    number: int
    apns_id: str
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """``lost``: answered 202, and never arrived. ``doubled``: records that arrived more than once,
    and when. ``split``: pushes that became several records."""

    accepted: int
    lost: frozenset[int]
    doubled: dict[str, list[float]]
    split: frozenset[int]

    def __str__(self) -> str:
        return f"{self.accepted} accepted, {len(self.lost)} lost, {len(self.doubled)} doubled"


def judge(accepted: Iterable[int], arrivals: Sequence[Arrival]) -> Judgement:
    """``accepted``: the numbers of the pushes that were answered 202."""
    handed_over = frozenset(accepted)
    times: defaultdict[str, list[float]] = defaultdict(list)
    for arrival in arrivals:
        times[arrival.apns_id].append(arrival.at)
    records = Counter(number for number, _ in {(a.number, a.apns_id) for a in arrivals})
    return Judgement(
        accepted=len(handed_over),
        lost=handed_over - records.keys(),
        doubled={apns_id: when for apns_id, when in times.items() if len(when) > 1},
        split=frozenset(number for number, count in records.items() if count > 1),
    )
