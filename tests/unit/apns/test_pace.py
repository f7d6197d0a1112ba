"""No more is under way than a server answers in time."""

from __future__ import annotations

import pytest

from apns_connector.apns.pace import LastRate, Pace


def after(pace: Pace, rate: float, seconds: float, start: float = 0.0) -> int:
    """The limit after outcomes have come at ``rate`` for so many ``seconds``."""
    for tick in range(int(seconds * 20)):
        pace.settled(int(rate / 20), start + tick / 20)
    return pace.limit


def test_it_begins_low_and_grows_with_each_outcome():
    pace = Pace(2000, 10.0)
    assert pace.limit == 100
    pace.settled(60, 0.0)
    assert pace.limit == 160


def test_a_server_that_is_fast_enough_gets_the_most():
    assert after(Pace(2000, 10.0), rate=1000, seconds=5) == 2000


@pytest.mark.parametrize("rate", [20, 100, 200])
def test_a_slow_server_gets_what_it_answers_within_half_the_time(rate):
    assert after(Pace(2000, 10.0), rate, seconds=30) == pytest.approx(rate * 5, rel=0.3)


def test_a_server_that_becomes_slow_gets_less():
    pace = Pace(2000, 10.0)
    after(pace, rate=1000, seconds=5)
    assert after(pace, rate=100, seconds=2, start=5.0) < 700


def test_some_are_always_under_way():
    pace = Pace(2000, 10.0)
    pace.settled(1, 0.0)
    pace.settled(1, 60.0)
    assert pace.limit == 10


def test_no_more_than_the_most_from_the_first():
    assert Pace(5, 10.0).limit == 5
    pace = Pace(5, 10.0)
    pace.settled(1, 0.0)
    pace.settled(1, 60.0)
    assert pace.limit == 5


def test_the_next_stream_begins_with_what_the_last_one_has_seen():
    pace = Pace(2000, 10.0)
    after(pace, rate=200, seconds=5)
    assert Pace(2000, 10.0, pace.rate).limit == pytest.approx(1000, rel=0.3)
    assert Pace(2000, 10.0, rate=5).limit == 100
    assert Pace(50, 10.0, pace.rate).limit == 50


def test_a_rate_is_forgotten_after_a_while():
    last = LastRate()
    assert last.at(5.0) == 0.0
    last.note(200.0, 5.0)
    assert last.at(64.0) == 200.0
    assert last.at(66.0) == 0.0
