"""What one acknowledgement may stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from apns_connector.delivery.stores.rabbitmq.tags import Tags


def delivered(*tags: int) -> Tags:
    found = Tags()
    for tag in tags:
        found.delivered(tag)
    return found


@pytest.mark.parametrize(
    ("settled", "up_to", "others"),
    [
        ([], 0, []),
        ([1], 0, [1]),
        ([1, 2, 3], 3, []),
        ([3, 1, 2, 5], 3, [5]),
        ([2, 3, 4], 0, [2, 3, 4]),
        ([5, 4, 3, 2, 1], 5, []),
    ],
)
def test_the_first_ones_go_together_and_all_others_alone(settled, up_to, others):
    tags = delivered(1, 2, 3, 4, 5)
    assert tags.settle(settled) == (up_to, others)
    assert len(tags) == 5 - len(settled)


def test_what_was_settled_before_is_in_nobodys_way():
    tags = delivered(1, 2, 3, 4, 5)
    tags.settle([1, 3])
    assert tags.settle([2, 4]) == (4, [])


def test_what_is_settled_twice_harms_nobody():
    tags = delivered(1, 2, 3, 4)
    tags.settle([2])
    assert tags.settle([1, 2, 3]) == (3, [])
    assert tags.settle([1, 2, 3]) == (0, [])
    assert len(tags) == 1


def test_one_that_never_arrived_is_not_settled_along():
    tags = delivered(1, 2, 4, 5)
    assert tags.settle([1, 2, 4]) == (2, [4])
    assert tags.settle([5]) == (0, [5])
    assert len(tags) == 1


@given(some.permutations(range(1, 30)), some.lists(some.integers(1, 8), min_size=29))
def test_each_is_settled_once_and_no_other_one_along(order, sizes):
    tags, unsettled = delivered(*range(1, 30)), set(range(1, 30))
    for size in sizes:
        lot, order = order[:size], order[size:]
        up_to, others = tags.settle(lot)
        heard = {tag for tag in unsettled if tag <= up_to} | set(others)
        assert heard == set(lot)
        unsettled -= heard
    assert not unsettled
    assert len(tags) == 0
