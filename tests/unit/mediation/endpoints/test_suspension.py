"""When an endpoint takes no messages."""

from __future__ import annotations

import pytest

from apns_connector.mediation.endpoints.suspension import (
    ACTIVE,
    Condition,
    Policy,
    State,
    after_failure,
    after_success,
    switched,
)

REFUSED, TOO_SLOW, CLOSED, PROTOCOL = 101503, 101504, 101505, 101506


def failures(policy: Policy, *codes: int, now: float = 0.0) -> Condition:
    """The condition after these failures, all at the same time."""
    condition = ACTIVE
    for code in codes:
        condition = after_failure(condition, code, policy, now)
    return condition


def test_an_active_endpoint_is_always_ready() -> None:
    assert ACTIVE.ready(0.0)
    assert ACTIVE.state is State.ACTIVE


def test_without_any_configuration_the_first_failure_suspends_for_thirty_seconds() -> None:
    condition = failures(Policy(), REFUSED, now=100.0)
    assert condition.state is State.SUSPENDED
    assert not condition.ready(129.9)
    assert condition.ready(130.0)


@pytest.mark.parametrize("code", [TOO_SLOW, CLOSED])
def test_a_timeout_leaves_the_retries_and_makes_the_endpoint_wait(code: int) -> None:
    condition = failures(Policy(retries=2, retry_delay=5.0), code, now=10.0)
    assert condition.state is State.TIMEOUT
    assert condition.retries_left == 1
    assert not condition.ready(14.0)
    assert condition.ready(15.0)


def test_when_the_retries_are_used_up_a_timeout_suspends() -> None:
    policy = Policy(retries=2)
    assert failures(policy, TOO_SLOW, TOO_SLOW).state is State.TIMEOUT
    assert failures(policy, TOO_SLOW, TOO_SLOW, TOO_SLOW).state is State.SUSPENDED


def test_after_a_suspension_a_timeout_suspends_at_once() -> None:
    condition = failures(Policy(retries=1, factor=2.0), TOO_SLOW, TOO_SLOW, TOO_SLOW)
    assert condition.state is State.SUSPENDED
    assert condition.suspended_for == 60.0


def test_another_failure_than_a_timeout_does_not_wait_for_the_retries() -> None:
    assert failures(Policy(retries=9), REFUSED).state is State.SUSPENDED


def test_the_timeout_codes_may_be_others() -> None:
    policy = Policy(retries=1, timeout_codes=frozenset({REFUSED}))
    assert failures(policy, REFUSED).state is State.TIMEOUT
    assert failures(policy, TOO_SLOW).state is State.SUSPENDED


def test_a_code_that_does_not_suspend_leaves_everything_as_it_is() -> None:
    policy = Policy(suspend_codes=frozenset({REFUSED}))
    assert failures(policy, PROTOCOL) is ACTIVE
    assert failures(policy, REFUSED).state is State.SUSPENDED


def test_a_suspension_grows_by_its_factor_up_to_its_maximum() -> None:
    policy = Policy(initial=10.0, factor=3.0, maximum=50.0)
    durations = [failures(policy, *[REFUSED] * count).suspended_for for count in (1, 2, 3, 4)]
    assert durations == [10.0, 30.0, 50.0, 50.0]


def test_the_maximum_holds_for_the_first_suspension_too() -> None:
    assert failures(Policy(initial=10.0, maximum=5.0), REFUSED).suspended_for == 5.0


def test_a_negative_duration_means_thirty_seconds() -> None:
    assert failures(Policy(initial=-5.0), REFUSED).suspended_for == 30.0


def test_a_duration_of_zero_suspends_nobody_in_effect() -> None:
    condition = failures(Policy(initial=0.0), REFUSED, REFUSED, now=7.0)
    assert condition.state is State.SUSPENDED
    assert condition.ready(7.0)


@pytest.mark.parametrize("code", [REFUSED, TOO_SLOW])
def test_a_success_makes_everything_as_new(code: int) -> None:
    assert after_success(failures(Policy(retries=1, factor=2.0), code)) == ACTIVE


def test_a_success_of_an_active_endpoint_changes_nothing() -> None:
    assert after_success(ACTIVE) is ACTIVE


def test_what_is_switched_off_stays_off_whatever_comes() -> None:
    off = switched(ACTIVE, on=False)
    assert off.state is State.OFF
    assert not off.ready(1e9)
    assert after_success(off) is off
    assert after_failure(off, REFUSED, Policy(), 0.0) is off


@pytest.mark.parametrize("code", [REFUSED, TOO_SLOW])
def test_switching_on_ends_a_suspension(code: int) -> None:
    suspended = failures(Policy(retries=1), code)
    assert switched(switched(suspended, on=False), on=True) == ACTIVE


@pytest.mark.parametrize(
    ("policy", "retried"),
    [
        (Policy(), True),
        (Policy(not_retried=frozenset({REFUSED})), False),
        (Policy(not_retried=frozenset({CLOSED})), True),
        (Policy(retried=frozenset({REFUSED})), True),
        (Policy(retried=frozenset({CLOSED})), False),
        (Policy(retried=frozenset({REFUSED}), not_retried=frozenset({REFUSED})), False),
    ],
)
def test_which_codes_let_a_group_try_another_child(policy: Policy, retried: bool) -> None:
    assert policy.retries_elsewhere(REFUSED) is retried
