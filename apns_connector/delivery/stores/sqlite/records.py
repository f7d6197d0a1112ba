"""The records of a store in a SQLite file. Whoever uses them has begun a transaction."""

from __future__ import annotations

import json
import math
import random
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence

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
from apns_connector.delivery.stores.sqlite import statements as sql

# In one statement: SQLite takes 32,766 parameters, and before 3.32 it took 999.
_MOST_ROWS = 64


class SqliteRecords:
    """The records of one store; ``limit``: how many it takes. ``now``: seconds since 1970.

    Raises sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection, name: str, limit: int) -> None:
        self._connection = connection
        self.limit = limit
        self._store = _number_of(connection, name)

    # Putting

    def put(self, batches: Sequence[Sequence[Record]]) -> list[bool]:
        """Keep each batch, or nothing of it where that would be more than the limit."""
        room = self.limit - self.kept()
        if sum(map(len, batches)) <= room:
            self._insert([record for batch in batches for record in batch])
            return [True] * len(batches)
        return [self._put_if_there_is_room(batch) for batch in batches]

    def kept(self) -> int:
        """How many records there are, in any state."""
        return int(self._connection.execute(sql.KEPT, (self._store,)).fetchone()[0])

    def _put_if_there_is_room(self, batch: Sequence[Record]) -> bool:
        ids = {record.id for record in batch}
        known = self._connection.execute(sql.KNOWN, (self._store, json.dumps(list(ids))))
        if len(ids) - len(known.fetchall()) > self.limit - self.kept():
            return False
        self._insert(batch)
        return True

    def _insert(self, records: Sequence[Record]) -> None:
        added = 0
        for part in _in_parts(records):
            added += self._connection.execute(*self._insertion(part)).rowcount
        self._change_kept(added)
        self._open_lanes({record.lane for record in records})

    def _insertion(self, records: Sequence[Record]) -> tuple[str, list[object]]:
        """A statement and its values. Most new records are alike but for a few of them, and each
        value has its price."""
        values: list[object]
        if any(one.lane or one.due or one.attempts or one.reason for one in records):
            store, values = self._store, []
            for one in records:
                at = math.inf if one.lane else _due(one)
                values += (store, at, one.id, one.lane, one.label)
                values += (one.created, one.due, one.attempts, one.reason, one.body)
            return sql.insert(len(records)), values
        values = [self._store]
        for one in records:
            values += (one.id, one.created, one.label, one.body)
        return sql.insert_usual(len(records)), values

    def _change_kept(self, by: int) -> None:
        if by:
            self._connection.execute(sql.CHANGE_KEPT, (by, self._store))

    # Claiming and settling

    def claim(self, limit: int, now: float, until: float) -> list[Claim]:
        token = random.getrandbits(63)  # nobody has to guess it: it only tells claims apart
        asked = {"store": self._store, "limit": limit, "now": now}
        found = self._connection.execute(sql.CLAIMABLE, asked).fetchall()
        if found:
            positions = json.dumps([row[0] for row in found])
            self._connection.execute(sql.CLAIM, (until, token, positions))
        claims = [Claim(_record(row[1:]), (row[0], token)) for row in found]
        return sorted(claims, key=lambda one: (_due(one.record), one.receipt))

    def extend(self, claims: Iterable[Claim], until: float) -> None:
        for token, positions in _by_token(claims):
            self._connection.execute(sql.EXTEND, (until, token, positions))

    def settle(self, settlements: Iterable[Settlement]) -> None:
        done: list[Claim] = []
        others: list[tuple[object, ...]] = []
        lanes: set[str] = set()
        for one in settlements:
            if isinstance(one, Done):
                done.append(one.claim)
            else:
                others.append(_as_it_is_now(one))
            lanes.add(one.claim.record.lane)
        deleted = sum(self._connection.execute(sql.DONE, each).rowcount for each in _by_token(done))
        self._change_kept(-deleted)
        if others:
            self._connection.executemany(sql.AGAIN_OR_DEAD, others)
        self._open_lanes(lanes)

    def _open_lanes(self, lanes: Collection[str]) -> None:
        named = [lane for lane in lanes if lane]
        if named:
            asked = {"store": self._store, "lanes": json.dumps(named)}
            self._connection.execute(sql.OPEN_LANES, asked)

    # Looking and helping

    def count(self, now: float) -> Counts:
        asked = {"store": self._store, "now": now}
        dead, claimed = (
            self._connection.execute(statement, asked).fetchone()[0]
            for statement in (sql.COUNT_DEAD, sql.COUNT_CLAIMED)
        )
        oldest = self._connection.execute(sql.OLDEST, asked).fetchone()
        return Counts(self.kept() - dead - claimed, claimed, dead, oldest[0] if oldest else None)

    def browse(self, state: State | None, limit: int, after: str, now: float) -> list[Kept]:
        """In the order of the ids: it stays the same although some of them go."""
        asked = {"store": self._store, "after": after, "limit": limit, "now": now, "state": state}
        statement = sql.BROWSE_DEAD if state is State.DEAD else sql.BROWSE
        return [_kept(row) for row in self._connection.execute(statement, asked)]

    def find(self, record_id: str, now: float) -> Kept | None:
        asked = {"store": self._store, "id": record_id, "now": now}
        row = self._connection.execute(sql.FIND, asked).fetchone()
        return _kept(row) if row else None

    def retry(self, record_ids: Collection[str], now: float) -> int:
        asked = {"store": self._store, "ids": json.dumps(list(record_ids)), "now": now}
        lanes = [lane for (lane,) in self._connection.execute(sql.RETRY, asked).fetchall()]
        if any(lanes):  # one that comes back may stand before the one that is waiting
            asked = {"store": self._store, "lanes": json.dumps(lanes), "now": now}
            self._connection.execute(sql.CLOSE_LANES, asked)
            self._open_lanes(set(lanes))
        return len(lanes)

    def drop(self, record_ids: Collection[str], now: float) -> int:
        asked = {"store": self._store, "ids": json.dumps(list(record_ids)), "now": now}
        lanes = [lane for (lane,) in self._connection.execute(sql.DROP, asked).fetchall()]
        self._change_kept(-len(lanes))
        self._open_lanes(set(lanes))
        return len(lanes)


def _due(record: Record) -> float:
    """Nobody has waited for longer than since he came: ``due`` may be 0."""
    return max(record.due, record.created)


def _number_of(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute(sql.NUMBER, (name,)).fetchone()
    if row is None:
        connection.execute(sql.ADD_STORE, (name,))
        row = connection.execute(sql.NUMBER, (name,)).fetchone()
    return int(row[0])


def _in_parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """Powers of two: there are few different statements, and each is compiled once."""
    begin = 0
    while left := len(records) - begin:
        size = min(_MOST_ROWS, 1 << (left.bit_length() - 1))
        yield records[begin : begin + size]
        begin += size


def _by_token(claims: Iterable[Claim]) -> list[tuple[int, str]]:
    """The token of each claim, and the positions that it covers. What is settled together has been
    claimed together, for the most part."""
    found: dict[int, list[int]] = {}
    for claim in claims:
        position, token = claim.receipt
        found.setdefault(token, []).append(position)
    return [(token, json.dumps(positions)) for token, positions in found.items()]


def _as_it_is_now(settlement: Again | Dead) -> tuple[object, ...]:
    record = settlement.record()
    at = _due(record) if isinstance(settlement, Again) else None
    changed = record.due, record.attempts, record.reason, settlement.body
    return at, *changed, *settlement.claim.receipt


def _kept(row: tuple[object, ...]) -> Kept:
    return Kept(_record(row[1:]), State(str(row[0])))


def _record(row: tuple[object, ...]) -> Record:
    """Of the columns of a record, in the order of the statements."""
    id_, lane, label, created, due, attempts, reason, body = row
    return Record(body, created, id_, lane, label, due, attempts, reason)  # type: ignore[arg-type]
