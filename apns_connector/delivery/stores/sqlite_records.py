"""The statements of a SQLite store. Whoever calls them has begun a transaction.

Each is one statement for any number of records: SQLite lets other threads run within each of its
steps, and getting the interpreter back costs more than the step.
"""

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

_COLUMNS = "id, lane, label, created, due, attempts, reason, body"
_ROW = "(?,?,?,?,?,?,?,?,?,?)"
# SQLite takes 32,766 parameters, and before 3.32 it took 999.
_MOST_ROWS = 64

_INSERT = f"INSERT INTO record (store, at, {_COLUMNS}) VALUES "  # noqa: S608 - our own names
_CLAIM = f"""
UPDATE record SET at = :until, token = :token WHERE position IN (
    SELECT position FROM record WHERE store = :store AND at <= :now
    ORDER BY at, token, position LIMIT :limit
) RETURNING position, {_COLUMNS}
"""  # noqa: S608 - our own names
_CLAIMED = "token = ? AND position IN (SELECT value FROM json_each(?))"
_EXTEND = f"UPDATE record SET at = ? WHERE {_CLAIMED}"  # noqa: S608 - our own names
_DONE = f"DELETE FROM record WHERE {_CLAIMED}"  # noqa: S608 - our own names
_AGAIN_OR_DEAD = """
UPDATE record SET at = ?, due = ?, attempts = ?, reason = ?, token = NULL
WHERE position = ? AND token = ?
"""
# The first of each lane that is alive, if it stands behind nobody any more.
_OPEN_LANES = """
UPDATE record SET at = max(due, created) WHERE at = 9e999 AND position IN (
    SELECT (
        SELECT min(position) FROM record AS first
        WHERE first.store = :store AND first.lane = value AND first.lane <> ''
        AND first.at IS NOT NULL
    ) FROM json_each(:lanes)
)
"""
_CLOSE_LANES = """
UPDATE record SET at = 9e999
WHERE store = :store AND lane IN (SELECT value FROM json_each(:lanes)) AND lane <> ''
AND at IS NOT NULL AND (token IS NULL OR at <= :now)
"""
_UNCLAIMED = """
store = :store AND id IN (SELECT value FROM json_each(:ids))
AND (at IS NULL OR token IS NULL OR at <= :now)
"""
_RETRY = f"""
UPDATE record SET attempts = CASE WHEN at IS NULL THEN 0 ELSE attempts END, due = :now,
at = CASE WHEN lane = '' THEN :now ELSE 9e999 END, token = NULL
WHERE {_UNCLAIMED} RETURNING lane
"""  # noqa: S608 - our own names
_DROP = f"DELETE FROM record WHERE {_UNCLAIMED} RETURNING lane"  # noqa: S608 - our own names
_STATE = f"""
CASE WHEN at IS NULL THEN '{State.DEAD}'
WHEN token IS NOT NULL AND at > :now THEN '{State.CLAIMED}' ELSE '{State.WAITING}' END
"""
_BROWSE = f"""
SELECT {_STATE} AS state, {_COLUMNS} FROM record
WHERE store = :store AND id > :after AND (:state IS NULL OR state = :state)
ORDER BY id LIMIT :limit
"""  # noqa: S608 - our own names
_BROWSE_DEAD = f"""
SELECT '{State.DEAD}', {_COLUMNS} FROM record
WHERE store = :store AND id > :after AND at IS NULL ORDER BY id LIMIT :limit
"""  # noqa: S608 - our own names
_FIND = f"SELECT {_STATE}, {_COLUMNS} FROM record WHERE store = :store AND id = :id"  # noqa: S608
_COUNT_DEAD = "SELECT count(*) FROM record WHERE store = :store AND at IS NULL"
_COUNT_CLAIMED = """
SELECT count(*) FROM record WHERE store = :store AND at > :now AND token IS NOT NULL
"""
_OLDEST = """
SELECT created FROM record WHERE store = :store AND at IS NOT NULL ORDER BY position LIMIT 1
"""
_KNOWN = """
SELECT id FROM record WHERE store = ? AND id IN (SELECT value FROM json_each(?))
"""


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
        statement = "SELECT records FROM store WHERE number = ?"
        return int(self._connection.execute(statement, (self._store,)).fetchone()[0])

    def _put_if_there_is_room(self, batch: Sequence[Record]) -> bool:
        ids = {record.id for record in batch}
        known = self._connection.execute(_KNOWN, (self._store, json.dumps(list(ids))))
        if len(ids) - len(known.fetchall()) > self.limit - self.kept():
            return False
        self._insert(batch)
        return True

    def _insert(self, records: Sequence[Record]) -> None:
        added = 0
        for part in _in_parts(records):
            statement = _INSERT + ",".join([_ROW] * len(part)) + " ON CONFLICT DO NOTHING"
            added += self._connection.execute(statement, self._values(part)).rowcount
        self._change_kept(added)
        self._open_lanes({record.lane for record in records})

    def _values(self, records: Sequence[Record]) -> list[object]:
        store, values = self._store, list[object]()
        for one in records:
            at = math.inf if one.lane else _due(one)
            values += (store, at, one.id, one.lane, one.label)
            values += (one.created, one.due, one.attempts, one.reason, one.body)
        return values

    def _change_kept(self, by: int) -> None:
        statement = "UPDATE store SET records = records + ? WHERE number = ?"
        if by:
            self._connection.execute(statement, (by, self._store))

    # Claiming and settling

    def claim(self, limit: int, now: float, until: float) -> list[Claim]:
        token = random.getrandbits(63)  # nobody has to guess it: it only tells claims apart
        asked = {"store": self._store, "limit": limit, "now": now, "until": until, "token": token}
        found = self._connection.execute(_CLAIM, asked).fetchall()
        claims = [Claim(_record(row[1:]), (row[0], token)) for row in found]
        return sorted(claims, key=lambda one: (_due(one.record), one.receipt))

    def extend(self, claims: Iterable[Claim], until: float) -> None:
        for token, positions in _by_token(claims):
            self._connection.execute(_EXTEND, (until, token, positions))

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
        deleted = sum(self._connection.execute(_DONE, each).rowcount for each in _by_token(done))
        self._change_kept(-deleted)
        if others:
            self._connection.executemany(_AGAIN_OR_DEAD, others)
        self._open_lanes(lanes)

    def _open_lanes(self, lanes: Collection[str]) -> None:
        named = [lane for lane in lanes if lane]
        if named:
            asked = {"store": self._store, "lanes": json.dumps(named)}
            self._connection.execute(_OPEN_LANES, asked)

    # Looking and helping

    def count(self, now: float) -> Counts:
        asked = {"store": self._store, "now": now}
        dead, claimed = (
            self._connection.execute(statement, asked).fetchone()[0]
            for statement in (_COUNT_DEAD, _COUNT_CLAIMED)
        )
        oldest = self._connection.execute(_OLDEST, asked).fetchone()
        return Counts(self.kept() - dead - claimed, claimed, dead, oldest[0] if oldest else None)

    def browse(self, state: State | None, limit: int, after: str, now: float) -> list[Kept]:
        """In the order of the ids: it stays the same although some of them go."""
        asked = {"store": self._store, "after": after, "limit": limit, "now": now, "state": state}
        statement = _BROWSE_DEAD if state is State.DEAD else _BROWSE
        return [_kept(row) for row in self._connection.execute(statement, asked)]

    def find(self, record_id: str, now: float) -> Kept | None:
        asked = {"store": self._store, "id": record_id, "now": now}
        row = self._connection.execute(_FIND, asked).fetchone()
        return _kept(row) if row else None

    def retry(self, record_ids: Collection[str], now: float) -> int:
        asked = {"store": self._store, "ids": json.dumps(list(record_ids)), "now": now}
        lanes = [lane for (lane,) in self._connection.execute(_RETRY, asked).fetchall()]
        if any(lanes):  # one that comes back may stand before the one that is waiting
            asked = {"store": self._store, "lanes": json.dumps(lanes), "now": now}
            self._connection.execute(_CLOSE_LANES, asked)
            self._open_lanes(set(lanes))
        return len(lanes)

    def drop(self, record_ids: Collection[str], now: float) -> int:
        asked = {"store": self._store, "ids": json.dumps(list(record_ids)), "now": now}
        lanes = [lane for (lane,) in self._connection.execute(_DROP, asked).fetchall()]
        self._change_kept(-len(lanes))
        self._open_lanes(set(lanes))
        return len(lanes)


def _due(record: Record) -> float:
    """Nobody has waited for longer than since he came: ``due`` may be 0."""
    return max(record.due, record.created)


def _number_of(connection: sqlite3.Connection, name: str) -> int:
    find = "SELECT number FROM store WHERE name = ?"
    row = connection.execute(find, (name,)).fetchone()
    if row is None:
        connection.execute("INSERT INTO store (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
        row = connection.execute(find, (name,)).fetchone()
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
    return at, record.due, record.attempts, record.reason, *settlement.claim.receipt


def _kept(row: tuple[object, ...]) -> Kept:
    return Kept(_record(row[1:]), State(str(row[0])))


def _record(row: tuple[object, ...]) -> Record:
    """Of the columns in ``_COLUMNS``."""
    id_, lane, label, created, due, attempts, reason, body = row
    return Record(body, created, id_, lane, label, due, attempts, reason)  # type: ignore[arg-type]
