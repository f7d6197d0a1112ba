"""Leases that the store sees to itself, and what it remembers."""

from __future__ import annotations

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.rabbitmq.claims import Claims, Memory

ONE, OTHER = Record(b"1", 0.0), Record(b"2", 0.0)


def test_a_lease_ends_at_its_time():
    claims = Claims[str]()
    claims.add(ONE, "one", until=10.0)
    claims.add(OTHER, "other", until=11.0)
    assert claims.expired(9.9) == []
    assert claims.expired(10.0) == ["one"]
    assert claims.expired(10.0) == []
    assert list(claims) == [OTHER]


def test_an_extended_lease_ends_later():
    claims = Claims[str]()
    claim = claims.add(ONE, "one", until=10.0)
    claims.extend(claim, 20.0)
    assert claims.expired(19.0) == []
    assert claims.expired(20.0) == ["one"]


def test_a_lost_claim_is_neither_extended_nor_released():
    claims = Claims[str]()
    claim = claims.add(ONE, "one", until=10.0)
    claims.expired(10.0)
    claims.extend(claim, 20.0)
    assert claims.release(claim) is None
    assert len(claims) == 0


def test_a_claim_of_a_lost_connection_means_nothing_to_the_next():
    before, after = Claims[str](), Claims[str]()
    lost = before.add(ONE, "one", until=10.0)
    after.add(ONE, "one again", until=10.0)
    assert after.release(lost) is None
    assert len(after) == 1


def test_what_could_not_be_settled_is_claimed_for_as_long_as_before():
    claims = Claims[str]()
    claim = claims.add(ONE, "one", until=10.0)
    held = claims.release(claim)
    assert held is not None
    assert claims.expired(99.0) == []
    claims.restore(claim, held)
    assert claims.expired(9.0) == []
    assert claims.expired(10.0) == ["one"]


def test_a_memory_has_the_last_only():
    memory = Memory(most=2)
    for one in ("a", "b", "c"):
        memory.add(one)
    assert [one in memory for one in ("a", "b", "c")] == [False, True, True]
    memory.discard("c")
    memory.discard("never there")
    assert "c" not in memory
