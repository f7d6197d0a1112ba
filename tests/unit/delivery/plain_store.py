"""A store of which a test sees everything, and which it can take away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from apns_connector.delivery.record import Again, Claim, Dead, Done, Record, Settlement
from apns_connector.errors import StoreUnavailable
from tests.virtual_time import clock


@dataclass
class PlainStore:
    """``waiting`` in the order in which they were put; ``settled`` batch by batch. ``away``: while
    it is, nothing works. ``settle_seconds``: how long a settlement takes."""

    waiting: list[Record] = field(default_factory=list)
    claimed: dict[str, float] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    given_back: list[Again] = field(default_factory=list)
    settled: list[list[Settlement]] = field(default_factory=list)
    asked: list[tuple[float, int]] = field(default_factory=list)
    extended: list[float] = field(default_factory=list)
    away: bool = False
    broken: Exception | None = None
    settle_seconds: float = 0.0
    durable = True
    keeps_order = False

    async def put(self, records: Sequence[Record]) -> None:
        self._check()
        self.waiting.extend(records)

    async def claim(self, limit: int, *, lease: float, wait: float = 0.0) -> list[Claim]:
        self.asked.append((clock(), limit))
        self._check()
        end = clock() + wait
        while not (due := [one for one in self.waiting if one.due <= clock()]):
            if clock() >= end:
                return []
            await asyncio.sleep(min(0.05, max(end - clock(), 0.001)))
        due = sorted(due, key=lambda record: record.due)[:limit]
        for record in due:
            self.waiting.remove(record)
            self.claimed[record.id] = clock() + lease
        return [Claim(record) for record in due]

    async def extend(self, claims: Sequence[Claim], lease: float) -> None:
        self._check()
        self.extended.append(clock())
        self.claimed.update((claim.record.id, clock() + lease) for claim in claims)

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        await asyncio.sleep(self.settle_seconds)
        self._check()
        self.settled.append(list(settlements))
        for settlement in settlements:
            assert self.claimed.pop(settlement.claim.record.id) >= clock(), "the lease is over"
            match settlement:
                case Done():
                    self.gone.append(settlement.claim.record.id)
                case Dead():
                    self.dead[settlement.claim.record.id] = settlement.reason
                case Again():
                    self.given_back.append(settlement)
                    self.waiting.append(settlement.record())

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken
        if self.away:
            raise StoreUnavailable("S", "it is away")


def records(count: int, **values: object) -> list[Record]:
    return [
        Record(b"", 1_690_000_000.0, id=str(number), **values)  # type: ignore[arg-type]
        for number in range(count)
    ]
