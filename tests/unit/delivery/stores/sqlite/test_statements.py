"""How SQLite carries them out: what is asked often must not read or sort all records."""

from __future__ import annotations

import sqlite3

import pytest

from apns_connector.delivery.stores.sqlite import statements as sql
from apns_connector.delivery.stores.sqlite.file import SCHEMA

GIVEN = {
    "store": 1, "now": 2.0, "until": 3.0, "token": 4, "limit": 5, "after": "", "lanes": "[]",
    "id": "", "ids": "[]",
}  # fmt: skip


def plan_of(statement: str) -> list[str]:
    connection = sqlite3.connect(":memory:")
    for create in SCHEMA:
        connection.execute(create)
    given = GIVEN if ":store" in statement else (1,) * statement.count("?")
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", given).fetchall()
    connection.close()
    return [row[3] for row in rows]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (sql.CLAIMABLE, "claimable"),
        (sql.CLAIM, "INTEGER PRIMARY KEY"),
        (sql.COUNT_CLAIMED, "claimable"),
        (sql.COUNT_DEAD, "dead"),
        (sql.OPEN_LANES, "lane_order"),
        (sql.BROWSE, "record_id"),
        (sql.BROWSE_DEAD, "dead"),
        (sql.FIND, "record_id"),
        (sql.RETRY, "record_id"),
        (sql.DROP, "record_id"),
        (sql.DONE, "INTEGER PRIMARY KEY"),
        (sql.EXTEND, "INTEGER PRIMARY KEY"),
        (sql.AGAIN_OR_DEAD, "INTEGER PRIMARY KEY"),
    ],
)
def test_a_statement_finds_its_records_by_an_index(statement, index):
    plan = plan_of(statement.replace(":state", ":id"))
    assert any(index in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan
    assert not any(step.startswith("SCAN record") for step in plan), plan


def test_the_oldest_is_found_at_the_beginning():
    (step,) = plan_of(sql.OLDEST)
    assert step.startswith("SCAN record"), "by position, and it stops at the first"


def test_any_number_of_rows_is_one_statement():
    assert sql.insert(3).count("(?,") == 3
