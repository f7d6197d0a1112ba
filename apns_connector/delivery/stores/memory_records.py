"""The records of a store in memory: who may claim what, without clock and event loop."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from apns_connector.delivery.record import (
    Again,
    Claim,
    Counts,
    Dead,
    Done,
    Kept,
    Record,
    Settlement,
    State,
)

# So many entries of the heap may be void without being worth a look.
_FEW = 1000


@dataclass(slots=True, eq=False)
class _Entry:
    """``at``: from when on it can be claimed, seconds since 1970; in a claim that is when the lease
    is over. ``None``: dead, or behind another one of its lane. ``claim`` numbers the claims."""

    position: int
    record: Record
    at: float | None = None
    claim: int | None = None
    dead: bool = False

    def state(self, now: float) -> State:
        if self.dead:
            return State.DEAD
        claimed = self.claim is not None and self.at is not None and self.at > now
        return State.CLAIMED if claimed else State.WAITING


class MemoryRecords:
    """``now`` is always seconds since 1970."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._lanes: dict[str, dict[str, _Entry]] = {}  # those alive, by position
        self._claimable: list[tuple[float, int, _Entry]] = []  # a heap; void where at differs
        self._positions = itertools.count()
        self._claims = itertools.count()

    def __len__(self) -> int:
        return len(self._entries)

    def unknown(self, records: Iterable[Record]) -> dict[str, Record]:
        """Those that are not kept yet, by id."""
        return {record.id: record for record in records if record.id not in self._entries}

    def add(self, records: Iterable[Record]) -> None:
        for record in records:
            entry = self._entries[record.id] = _Entry(next(self._positions), record)
            if record.lane:
                self._lanes.setdefault(record.lane, {})[record.id] = entry
            self._wait(entry)

    def claim(self, limit: int, now: float, until: float) -> list[Claim]:
        """At most ``limit`` records that are due."""
        claims: list[Claim] = []
        while len(claims) < limit and (entry := self._first()) and _at(entry) <= now:
            heapq.heappop(self._claimable)
            if entry.claim is not None:  # its lease is over; is it still its turn?
                self._wait(entry)
                continue
            entry.claim = next(self._claims)
            self._claimable_at(entry, until)
            claims.append(Claim(entry.record, entry.claim))
        return claims

    def next_due(self) -> float | None:
        """When the first one can be claimed."""
        entry = self._first()
        return _at(entry) if entry else None

    def extend(self, claims: Iterable[Claim], until: float) -> None:
        for claim in claims:
            if entry := self._claimed(claim):
                self._claimable_at(entry, until)

    def settle(self, settlements: Iterable[Settlement]) -> None:
        for settlement in settlements:
            if entry := self._claimed(settlement.claim):
                self._settle(entry, settlement)

    def count(self, now: float) -> Counts:
        found = dict.fromkeys(State, 0)
        oldest: float | None = None
        for entry in self._entries.values():
            found[entry.state(now)] += 1
            if not entry.dead:
                created = entry.record.created
                oldest = created if oldest is None else min(oldest, created)
        return Counts(found[State.WAITING], found[State.CLAIMED], found[State.DEAD], oldest)

    def browse(self, state: State | None, limit: int, after: str, now: float) -> list[Kept]:
        """In the order of the ids: it stays the same although some of them go."""
        kept = (self._kept(self._entries[key], now) for key in sorted(self._entries) if key > after)
        return list(itertools.islice((one for one in kept if state in (None, one.state)), limit))

    def find(self, record_id: str, now: float) -> Kept | None:
        entry = self._entries.get(record_id)
        return self._kept(entry, now) if entry else None

    def retry(self, record_ids: Iterable[str], now: float) -> int:
        found = self._unclaimed(record_ids, now)
        for entry in found:
            attempts = 0 if entry.dead else entry.record.attempts
            entry.record = replace(entry.record, due=now, attempts=attempts)
            if entry.dead and entry.record.lane:
                self._join_lane(entry)
            entry.dead = False
            self._wait(entry)
        return len(found)

    def drop(self, record_ids: Iterable[str], now: float) -> int:
        found = self._unclaimed(record_ids, now)
        for entry in found:
            self._forget(entry)
        return len(found)

    # One record

    def _settle(self, entry: _Entry, settlement: Settlement) -> None:
        match settlement:
            case Done():
                self._forget(entry)
            case Again():
                entry.record = settlement.record()
                self._wait(entry)
            case Dead():
                entry.record = settlement.record()
                entry.dead, entry.at, entry.claim = True, None, None
                self._leave_lane(entry)

    def _wait(self, entry: _Entry) -> None:
        """Claimable when it is due, if it is the first of its lane."""
        entry.claim = None
        lane = self._lanes.get(entry.record.lane)
        if lane is None or next(iter(lane.values())) is entry:
            self._claimable_at(entry, max(entry.record.due, entry.record.created))
        else:
            entry.at = None

    def _forget(self, entry: _Entry) -> None:
        del self._entries[entry.record.id]
        entry.at = None
        self._leave_lane(entry)

    def _claimable_at(self, entry: _Entry, at: float) -> None:
        entry.at = at
        if len(self._claimable) > 2 * len(self._entries) + _FEW:
            self._claimable = [one for one in self._claimable if one[2].at == one[0]]
            heapq.heapify(self._claimable)
        heapq.heappush(self._claimable, (at, entry.position, entry))

    def _first(self) -> _Entry | None:
        heap = self._claimable
        while heap and heap[0][2].at != heap[0][0]:
            heapq.heappop(heap)
        return heap[0][2] if heap else None

    def _claimed(self, claim: Claim) -> _Entry | None:
        """The record of a claim that nobody has taken over."""
        entry = self._entries.get(claim.record.id)
        return entry if entry and entry.claim == claim.receipt else None

    def _unclaimed(self, record_ids: Iterable[str], now: float) -> Sequence[_Entry]:
        found = (self._entries.get(record_id) for record_id in dict.fromkeys(record_ids))
        return [entry for entry in found if entry and entry.state(now) is not State.CLAIMED]

    def _kept(self, entry: _Entry, now: float) -> Kept:
        return Kept(entry.record, entry.state(now))

    # Lanes

    def _join_lane(self, entry: _Entry) -> None:
        """Back to its place; whoever was waiting at the head steps back behind it."""
        alive = self._lanes.pop(entry.record.lane, {})
        alive[entry.record.id] = entry
        in_order = sorted(alive.values(), key=lambda one: one.position)
        self._lanes[entry.record.lane] = {one.record.id: one for one in in_order}
        for other in in_order:
            if other.position > entry.position and other.claim is None:
                other.at = None

    def _leave_lane(self, entry: _Entry) -> None:
        lane = self._lanes.get(entry.record.lane)
        if lane is None or lane.pop(entry.record.id, None) is None:
            return
        if not lane:
            del self._lanes[entry.record.lane]
            return
        head = next(iter(lane.values()))
        if head.at is None:
            self._wait(head)


def _at(entry: _Entry) -> float:
    assert entry.at is not None  # noqa: S101 - whatever is in the heap has a time
    return entry.at
