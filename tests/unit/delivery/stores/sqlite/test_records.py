"""The statements, against the same decisions in plain Python: MemoryRecords."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from apns_connector.delivery.record import Again, Claim, Dead, Done, Record, Settlement, State
from apns_connector.delivery.stores.memory_records import MemoryRecords
from apns_connector.delivery.stores.sqlite.file import SCHEMA
from apns_connector.delivery.stores.sqlite.records import SqliteRecords

NOW = 1_700_000_000.0
MANY = 10**9
few = st.integers(0, 4)


def in_memory(name: str = "S", limit: int = MANY, connection: Any = None) -> SqliteRecords:
    connection = connection or sqlite3.connect(":memory:", isolation_level=None)
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        for statement in SCHEMA:
            connection.execute(statement)
    return SqliteRecords(connection, name, limit)


class BothAgree(RuleBasedStateMachine):
    """Whatever is done to both, they hold the same and give out the same."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.number = 0
        self.sqlite = in_memory()
        self.memory = MemoryRecords()
        self.claims: list[tuple[Claim, Claim]] = []

    @rule(lane=st.sampled_from(["", "", "a", "b"]), delay=few, again=st.booleans())
    def put(self, lane, delay, again):
        self.number += not again
        record = Record(b"", self.now, f"{self.number:03}", lane, due=self.now + delay * 10)
        assert self.sqlite.put([[record]]) == [True]
        self.memory.add(self.memory.unknown([record]).values())

    @rule(limit=st.integers(1, 5), lease=st.integers(1, 3))
    def claim(self, limit, lease):
        # No two leases end at the same moment: whose record comes first then is left open.
        self.number += 1
        until = self.now + lease * 10 + self.number / 1000
        first, second = (
            sorted(records.claim(limit, self.now, until), key=lambda claim: claim.record.id)
            for records in (self.sqlite, self.memory)
        )
        assert [claim.record for claim in first] == [claim.record for claim in second]
        self.claims += zip(first, second, strict=True)

    @rule(which=st.lists(few), what=st.lists(st.sampled_from(["done", "again", "dead"])))
    def settle(self, which, what):
        chosen = {n: how for n, how in zip(which, what, strict=False) if n < len(self.claims)}
        for side, records in enumerate((self.sqlite, self.memory)):
            records.settle([self.settled(self.claims[n][side], chosen[n]) for n in chosen])
        if what[:1] != ["done"]:  # else they may be settled once more, or when they are lost
            self.claims = [pair for n, pair in enumerate(self.claims) if n not in chosen]

    def settled(self, claim: Claim, how: str) -> Settlement:
        if how == "done":
            return Done(claim)
        return Again(claim, self.now + 10, "why") if how == "again" else Dead(claim, "why")

    @rule(which=few, lease=st.integers(1, 3))
    def extend(self, which, lease):
        self.number += 1
        until = self.now + lease * 10 + self.number / 1000
        for side, records in enumerate((self.sqlite, self.memory)):
            records.extend([pair[side] for pair in self.claims[which : which + 1]], until)

    @rule(which=st.lists(st.integers(0, 30), max_size=4), drop=st.booleans())
    def help(self, which, drop):
        ids = [f"{number:03}" for number in which]
        if drop:
            assert self.sqlite.drop(ids, self.now) == self.memory.drop(ids, self.now)
        else:
            assert self.sqlite.retry(ids, self.now) == self.memory.retry(ids, self.now)

    @rule(seconds=st.integers(1, 25))
    def wait(self, seconds):
        self.now += seconds

    @invariant()
    def they_hold_the_same(self):
        for state in (None, *State):
            first = self.sqlite.browse(state, 100, "", self.now)
            assert first == self.memory.browse(state, 100, "", self.now)
        first, second = self.sqlite.count(self.now), self.memory.count(self.now)
        assert (first.waiting, first.claimed, first.dead) == (
            second.waiting,
            second.claimed,
            second.dead,
        )
        assert self.sqlite.kept() == len(self.memory)


TestBothAgree = BothAgree.TestCase
TestBothAgree.settings = settings(max_examples=60, stateful_step_count=40)


def records(count: int) -> list[Record]:
    return [Record(b"", NOW) for _ in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 63, 64, 65, 200])
def test_any_number_is_put_at_once(count):
    kept = in_memory()
    sent = records(count)
    assert kept.put([sent]) == [True]
    assert kept.kept() == count
    claims = kept.claim(MANY, NOW, NOW + 1)
    assert [claim.record for claim in claims] == sent


def test_batches_that_have_no_room_leave_it_to_others():
    kept = in_memory(limit=5)
    assert kept.put([records(3), records(3), records(2), records(1)]) == [True, False, True, False]
    assert kept.kept() == 5


def test_stores_in_one_file_know_nothing_of_each_other():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    one = in_memory("one", connection=connection)
    other = in_memory("other", connection=connection)
    sent = [Record(b"", NOW, lane="a"), Record(b"", NOW, lane="a")]
    one.put([sent])
    other.put([sent[1:]])
    assert (one.kept(), other.kept()) == (2, 1)
    assert [claim.record for claim in other.claim(5, NOW, NOW + 60)] == sent[1:]
    assert [claim.record for claim in one.claim(5, NOW, NOW + 60)] == sent[:1]
    assert other.drop([sent[0].id], NOW) == 0
    assert other.find(sent[0].id, NOW) is None
    assert other.browse(None, 10, "", NOW)[0].record == sent[1]
    assert one.count(NOW).waiting == 1
    assert SqliteRecords(connection, "one", MANY).kept() == 2
