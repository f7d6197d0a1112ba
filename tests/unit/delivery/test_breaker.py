from __future__ import annotations

from apns_connector.delivery.breaker import (
    CLOSED,
    FEW,
    FIRST_SECONDS,
    MOST_SECONDS,
    TOLERATED,
    Breaker,
)
from apns_connector.delivery.retry import Outcome, Verdict

OUTAGE = Outcome(Verdict.AGAIN, counts=False)
REFUSED = Outcome(Verdict.AGAIN)
ANSWERED = (Outcome(Verdict.DELIVERED), Outcome(Verdict.HOPELESS))


def opened(now: float = 0.0) -> Breaker:
    breaker = CLOSED
    for _ in range(TOLERATED):
        breaker = breaker.after(OUTAGE, now)
    return breaker


def test_without_an_outage_all_there_is_room_for_is_claimed():
    assert CLOSED.room(500, 100, 0.0) == 500
    assert CLOSED.wait(0.0) is None


def test_a_few_outages_are_tolerated():
    breaker = CLOSED
    for _ in range(TOLERATED - 1):
        breaker = breaker.after(OUTAGE, 0.0)
    assert breaker.closed
    assert breaker.room(500, 0, 0.0) == 500


def test_after_several_in_a_row_nothing_is_claimed_for_a_while():
    breaker = opened(100.0)
    assert breaker.room(500, 0, 100.0) == 0
    assert breaker.wait(100.0) == FIRST_SECONDS


def test_then_a_few_are_under_way_at_a_time():
    breaker = opened()
    assert breaker.room(500, 0, FIRST_SECONDS) == FEW
    assert breaker.room(500, FEW - 1, FIRST_SECONDS) == 1
    assert breaker.room(500, FEW, FIRST_SECONDS) == 0
    assert breaker.room(500, 400, FIRST_SECONDS) == 0
    assert breaker.wait(FIRST_SECONDS) is None


def test_pauses_double_up_to_the_longest():
    breaker, now, pauses = opened(), 0.0, []
    for _ in range(10):
        pauses.append(breaker.wait(now))
        now = breaker.until
        breaker = breaker.after(OUTAGE, now)
    assert pauses[:3] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]
    assert pauses[-1] == MOST_SECONDS


def test_others_that_fail_during_the_pause_make_it_no_longer():
    breaker = opened()
    later = breaker.after(OUTAGE, FIRST_SECONDS / 2)
    assert (later.until, later.pause) == (breaker.until, breaker.pause)


def test_any_answer_closes_it():
    for outcome in ANSWERED:
        assert opened().after(outcome, 0.5) == CLOSED


def test_a_failure_of_one_record_says_nothing():
    assert opened().after(REFUSED, 0.5) == opened()
