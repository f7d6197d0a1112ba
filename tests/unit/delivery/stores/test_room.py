"""Whether there is room, without counting each time."""

from __future__ import annotations

from apns_connector.delivery.stores.room import Room


def test_nothing_is_certain_before_the_first_count():
    assert not Room(1000).takes(1)


def test_after_a_count_an_eighth_of_what_is_free_goes_without_another():
    room = Room(1000)
    assert room.counted(198, [2], now=0.0) == [True]
    assert room.takes(60)
    assert room.takes(40)
    assert not room.takes(1)


def test_near_the_limit_each_put_is_counted():
    room = Room(10)
    assert room.counted(3, [1], now=0.0) == [True]
    assert not room.takes(1)


def test_of_those_that_come_together_each_is_taken_whole_or_not_at_all():
    assert Room(10).counted(4, [3, 4, 2, 1, 1], now=0.0) == [True, False, True, True, False]


def test_what_adds_nothing_needs_no_room():
    assert Room(10).counted(10, [0, 1], now=0.0) == [True, False]


def test_a_store_with_more_than_its_limit_takes_nothing():
    room = Room(10)
    assert room.counted(15, [1], now=0.0) == [False]
    assert not room.takes(1)


def test_a_big_store_that_is_full_is_not_counted_again_at_once():
    room = Room(1_000_000)
    room.counted(1_000_000, [1], now=5.0)
    assert room.known_full(5.9)
    assert not room.known_full(6.1)


def test_a_small_one_is():
    room = Room(100)
    room.counted(100, [1], now=5.0)
    assert not room.known_full(5.001)


def test_what_becomes_free_here_is_worth_another_count():
    room = Room(1_000_000)
    room.counted(1_000_000, [1], now=5.0)
    room.freed()
    assert not room.known_full(5.1)
