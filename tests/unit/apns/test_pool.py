"""The pool grows while streams or windows are the limit and another connection helps."""

from __future__ import annotations

import pytest

from apns_connector.apns.pool import Bound, Load, Sizing


def load(**changes: float) -> Load:
    """A tenth of a second in which all streams of one connection were taken."""
    values = {
        "waiting": 100,
        "connections": 1,
        "window_bound": 0,
        "answers": 100,
        "seconds": 0.1,
        "cpu_seconds": 0.01,
    }
    return Load(**{**values, **changes})


def test_one_connection_is_enough_while_nobody_waits():
    sizing = Sizing()
    assert not sizing.grow(load(waiting=0))
    assert sizing.bound is Bound.NOTHING


def test_it_grows_while_streams_are_the_limit():
    sizing = Sizing()
    assert sizing.grow(load())
    assert sizing.bound is Bound.STREAMS


def test_it_grows_while_windows_are_the_limit_and_says_so():
    sizing = Sizing()
    assert sizing.grow(load(connections=2, window_bound=2))
    assert sizing.bound is Bound.WINDOW


def test_it_does_not_grow_while_the_processor_is_the_limit():
    sizing = Sizing()
    assert not sizing.grow(load(cpu_seconds=0.09))
    assert sizing.bound is Bound.CPU


def test_it_grows_to_its_most_and_no_further():
    sizing = Sizing(most=4)
    grown = [sizing.grow(load(connections=n, answers=100 * n)) for n in range(1, 6)]
    assert grown == [True, True, True, False, False]


def test_it_stops_for_a_while_when_the_last_connection_brought_nothing():
    sizing = Sizing()
    assert sizing.grow(load(connections=1, answers=100))
    assert not sizing.grow(load(connections=2, answers=105))
    looks = 0
    while not sizing.grow(load(connections=2, answers=105)):
        looks += 1
        assert looks < 1000, "it must look again some time"
    assert looks >= 50


def test_a_connection_that_did_not_come_about_is_tried_again():
    sizing = Sizing()
    assert sizing.grow(load(connections=1))
    assert sizing.grow(load(connections=1))


@pytest.mark.parametrize(
    ("fewer", "gain", "worth"), [(1, 1.5, True), (1, 1.2, False), (4, 1.1, True)]
)
def test_what_another_connection_must_bring_falls_with_their_number(fewer, gain, worth):
    sizing = Sizing()
    sizing.grow(load(connections=fewer, answers=1000))
    assert sizing.grow(load(connections=fewer + 1, answers=int(1000 * gain))) is worth
