"""A judge who finds nothing would let everything pass."""

from __future__ import annotations

from tests.acceptance.delivery.judge import Arrival, judge


def test_what_was_accepted_and_never_arrived_is_lost():
    assert judge([1, 2, 3], [Arrival(1, "a"), Arrival(3, "c")]).lost == {2}


def test_what_arrived_without_having_been_accepted_is_no_matter():
    judgement = judge([1], [Arrival(1, "a"), Arrival(2, "b")])
    assert (judgement.lost, judgement.doubled, judgement.split) == (set(), {}, set())


def test_a_record_that_arrived_twice_is_doubled():
    judgement = judge([1, 2], [Arrival(1, "a", 5), Arrival(2, "b", 6), Arrival(1, "a", 7)])
    assert judgement.doubled == {"a": [5, 7]}
    assert judgement.split == set()


def test_a_push_that_became_two_records_is_split():
    assert judge([1], [Arrival(1, "a"), Arrival(1, "b")]).split == {1}
