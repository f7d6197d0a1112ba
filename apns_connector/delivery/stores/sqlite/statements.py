"""The statements of a SQLite store.

Each is one statement for any number of records: SQLite lets other threads run within each of its
steps, and getting the interpreter back costs more than the step.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from apns_connector.delivery.record import State

_COLUMNS = "id, lane, label, created, due, attempts, reason, body"
_ROW = "(?,?,?,?,?,?,?,?,?,?)"

_INSERT = f"INSERT INTO record (store, at, {_COLUMNS}) VALUES "  # noqa: S608 - our own names
# Two statements: what RETURNING gives, SQLite would write down for itself before.
CLAIMABLE = f"""
SELECT position, {_COLUMNS} FROM record WHERE store = :store AND at <= :now
ORDER BY at, token, position LIMIT :limit
"""  # noqa: S608 - our own names
CLAIM = """
UPDATE record SET at = ?, token = ? WHERE position IN (SELECT value FROM json_each(?))
"""
_CLAIMED = "token = ? AND position IN (SELECT value FROM json_each(?))"
EXTEND = f"UPDATE record SET at = ? WHERE {_CLAIMED}"  # noqa: S608 - our own names
DONE = f"DELETE FROM record WHERE {_CLAIMED}"  # noqa: S608 - our own names
AGAIN_OR_DEAD = """
UPDATE record SET at = ?, due = ?, attempts = ?, reason = ?, body = coalesce(?, body), token = NULL
WHERE position = ? AND token = ?
"""
# The first of each lane that is alive, if it stands behind nobody any more.
OPEN_LANES = """
UPDATE record SET at = max(due, created) WHERE at = 9e999 AND position IN (
    SELECT (
        SELECT min(position) FROM record AS first
        WHERE first.store = :store AND first.lane = value AND first.lane <> ''
        AND first.at IS NOT NULL
    ) FROM json_each(:lanes)
)
"""
CLOSE_LANES = """
UPDATE record SET at = 9e999
WHERE store = :store AND lane IN (SELECT value FROM json_each(:lanes)) AND lane <> ''
AND at IS NOT NULL AND (token IS NULL OR at <= :now)
"""
_UNCLAIMED = """
store = :store AND id IN (SELECT value FROM json_each(:ids))
AND (at IS NULL OR token IS NULL OR at <= :now)
"""
RETRY = f"""
UPDATE record SET attempts = CASE WHEN at IS NULL THEN 0 ELSE attempts END, due = :now,
at = CASE WHEN lane = '' THEN :now ELSE 9e999 END, token = NULL
WHERE {_UNCLAIMED} RETURNING lane
"""  # noqa: S608 - our own names
DROP = f"DELETE FROM record WHERE {_UNCLAIMED} RETURNING lane"  # noqa: S608 - our own names
_STATE = f"""
CASE WHEN at IS NULL THEN '{State.DEAD}'
WHEN token IS NOT NULL AND at > :now THEN '{State.CLAIMED}' ELSE '{State.WAITING}' END
"""
BROWSE = f"""
SELECT {_STATE} AS state, {_COLUMNS} FROM record
WHERE store = :store AND id > :after AND (:state IS NULL OR state = :state)
ORDER BY id LIMIT :limit
"""  # noqa: S608 - our own names
BROWSE_DEAD = f"""
SELECT '{State.DEAD}', {_COLUMNS} FROM record
WHERE store = :store AND id > :after AND at IS NULL ORDER BY id LIMIT :limit
"""  # noqa: S608 - our own names
FIND = f"""
SELECT {_STATE}, {_COLUMNS} FROM record WHERE store = :store AND id = :id
"""  # noqa: S608 - our own names
COUNT_DEAD = "SELECT count(*) FROM record WHERE store = :store AND at IS NULL"
COUNT_CLAIMED = """
SELECT count(*) FROM record WHERE store = :store AND at > :now AND token IS NOT NULL
"""
# In the order in which they were put, from the first: an index would be sorted as a whole.
OLDEST = """
SELECT created FROM record NOT INDEXED WHERE store = :store AND at IS NOT NULL
ORDER BY position LIMIT 1
"""
KNOWN = """
SELECT id FROM record WHERE store = ? AND id IN (SELECT value FROM json_each(?))
"""


KEPT = "SELECT records FROM store WHERE number = ?"
CHANGE_KEPT = "UPDATE store SET records = records + ? WHERE number = ?"
NUMBER = "SELECT number FROM store WHERE name = ?"
ADD_STORE = "INSERT INTO store (name) VALUES (?) ON CONFLICT DO NOTHING"


@cache
def insert(rows: int) -> str:
    """So many records; those whose id is there already are passed over."""
    return _inserted([_ROW] * rows)


@cache
def insert_usual(rows: int) -> str:
    """So many that are in no lane, are due at once and have not been attempted: their store, once,
    and of each id, created, label and body."""
    values = "(?1, ?{1}, ?{0}, '', ?{2}, ?{1}, 0, 0, '', ?{3})"
    return _inserted([values.format(*range(2 + 4 * row, 6 + 4 * row)) for row in range(rows)])


def _inserted(rows: Iterable[str]) -> str:
    return _INSERT + ",".join(rows) + " ON CONFLICT DO NOTHING"
