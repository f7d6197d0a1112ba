from __future__ import annotations

import pytest

from apns_connector.delivery.record import Again, Claim, Dead, Done, Record
from apns_connector.delivery.retry import Outcome, RetryPolicy, Verdict, decide

POLICY = RetryPolicy(attempts=3, first=2.0, most=60.0)
NOW = 1_700_000_000.0


def claim(attempts: int = 0) -> Claim:
    return Claim(Record(b"", 0.0, attempts=attempts))


def after(outcome: Outcome, attempts: int = 0, chance: float = 0.0, policy: RetryPolicy = POLICY):
    return decide(claim(attempts), outcome, policy, NOW, chance)


def test_waiting_times_double_up_to_the_longest():
    assert [POLICY.delay(failed, 0.0) for failed in (1, 2, 3, 5, 6, 7)] == [2, 4, 8, 32, 60, 60]
    assert POLICY.delay(100_000, 0.0) == 60


def test_chance_shortens_them_by_up_to_a_quarter():
    assert POLICY.delay(2, 1.0) == 3.0
    assert POLICY.delay(2, 0.5) == 3.5


def test_what_is_delivered_is_done():
    assert isinstance(after(Outcome(Verdict.DELIVERED)), Done)


def test_what_may_succeed_is_tried_again_later():
    again = after(Outcome(Verdict.AGAIN, "503"), attempts=1)
    assert isinstance(again, Again)
    assert (again.due, again.reason, again.counts) == (NOW + 4.0, "503", True)
    assert again.record().attempts == 2


def test_until_the_attempts_are_used_up():
    dead = after(Outcome(Verdict.AGAIN, "503"), attempts=2)
    assert isinstance(dead, Dead)
    assert dead.reason == "503 (3 attempts)"


def test_without_a_limit_there_is_always_another_attempt():
    forever = RetryPolicy(attempts=0)
    assert isinstance(after(Outcome(Verdict.AGAIN), attempts=10_000, policy=forever), Again)


@pytest.mark.parametrize(
    ("verdict", "attempts"), [(Verdict.AGAIN, 1), (Verdict.AGAIN, 2), (Verdict.HOPELESS, 0)]
)
def test_what_was_achieved_is_kept_with_the_living_and_the_dead(verdict, attempts):
    settled = after(Outcome(verdict, "503", body=b"the rest"), attempts)
    assert isinstance(settled, Again | Dead)
    assert settled.record().body == b"the rest"


def test_an_attempt_that_does_not_count_uses_none_up():
    again = after(Outcome(Verdict.AGAIN, counts=False), attempts=2)
    assert isinstance(again, Again)
    assert again.record().attempts == 2


def test_who_asks_to_be_left_alone_is():
    again = after(Outcome(Verdict.AGAIN, after=500.0))
    assert isinstance(again, Again)
    assert again.due == NOW + 500.0
    sooner = after(Outcome(Verdict.AGAIN, after=0.5))
    assert isinstance(sooner, Again)
    assert sooner.due == NOW + 2.0


@pytest.mark.parametrize("attempts", [0, 2])
def test_what_is_hopeless_is_dead_at_once(attempts):
    dead = after(Outcome(Verdict.HOPELESS, "400 BadTopic"), attempts)
    assert isinstance(dead, Dead)
    assert dead.reason == "400 BadTopic"
