from __future__ import annotations

from apns_connector.delivery.record import Again, Dead, Done, Record
from apns_connector.delivery.stores.memory_records import MemoryRecords

NOW = 1_700_000_000.0


def record(name: str, **values: object) -> Record:
    return Record(**{"body": b"", "created": NOW, "id": name, **values})  # type: ignore[arg-type]


def test_it_knows_when_there_is_something_to_claim():
    records = MemoryRecords()
    assert records.next_due() is None
    records.add([record("later", due=NOW + 50), record("sooner", due=NOW + 20)])
    assert records.next_due() == NOW + 20
    records.claim(1, NOW + 20, NOW + 30)
    assert records.next_due() == NOW + 30, "the lease is over before the other is due"
    records.extend(records.claim(1, NOW + 30, NOW + 40), NOW + 99)
    assert records.next_due() == NOW + 50


def test_it_tells_which_records_are_new():
    records = MemoryRecords()
    records.add([record("a")])
    assert list(records.unknown([record("a"), record("b"), record("b")])) == ["b"]


def test_a_record_that_nobody_waited_for_longer_than_since_it_came_is_not_due_before():
    records = MemoryRecords()
    records.add([record("tried", due=NOW + 1), record("new", created=NOW + 2, due=0.0)])
    claims = records.claim(2, NOW + 5, NOW + 60)
    assert [claim.record.id for claim in claims] == ["tried", "new"]


def test_what_lost_its_claim_waits_for_one_before_it_that_came_back():
    records = MemoryRecords()
    records.add([record("first", lane="a"), record("second", lane="a")])
    (first,) = records.claim(1, NOW, NOW + 60)
    records.settle([Dead(first, "why")])
    (second,) = records.claim(1, NOW, NOW + 10)
    assert second.record.id == "second"
    records.retry(["first"], NOW)
    (again,) = records.claim(1, NOW + 20, NOW + 60)
    assert again.record.id == "first"
    assert records.claim(1, NOW + 20, NOW + 60) == []
    records.settle([Done(again)])
    assert [one.record.id for one in records.claim(2, NOW + 20, NOW + 60)] == ["second"]


def test_what_comes_and_goes_leaves_nothing_behind():
    records = MemoryRecords()
    for number in range(20_000):
        records.add([record(str(number), lane="lane" if number % 2 else "")])
        (claim,) = records.claim(1, NOW, NOW + 3600 + number)
        records.settle([Again(claim, NOW)])
        (claim,) = records.claim(1, NOW, NOW + 3600 + number)
        records.settle([Done(claim)])
    assert len(records) == 0
    assert len(records._claimable) < 2_000
    assert records._lanes == {}
