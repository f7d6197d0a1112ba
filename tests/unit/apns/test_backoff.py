from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.apns.backoff import FIRST_SECONDS, MOST_SECONDS, Backoff, seconds


@pytest.mark.parametrize(
    ("failures", "chance", "wait"),
    [(1, 0.0, 0.05), (2, 0.0, 0.1), (3, 0.5, 0.3), (4, 0.0, 0.4), (5, 0.0, 0.5), (99, 0, 0.5)],
)
def test_the_wait_doubles_up_to_a_limit(failures, chance, wait):
    assert seconds(failures, chance) == pytest.approx(wait)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_the_wait_lies_in_the_upper_half_of_its_range(failures, chance):
    ceiling = (
        min(MOST_SECONDS, FIRST_SECONDS * 2 ** (failures - 1)) if failures < 50 else MOST_SECONDS
    )
    assert ceiling / 2 <= seconds(failures, chance) <= ceiling


def test_without_failures_there_is_no_wait():
    assert Backoff().wait(1000.0) == 0.0


def test_a_failure_is_waited_for_from_the_time_at_which_it_happened():
    backoff = Backoff()
    backoff.failed(100.0, 0.0)
    assert backoff.wait(100.0) == pytest.approx(0.05)
    assert backoff.wait(100.03) == pytest.approx(0.02)


def test_who_comes_long_after_many_failures_need_not_wait():
    backoff = Backoff()
    for _ in range(50):
        backoff.failed(100.0, 0.9)
    assert backoff.wait(100.0) > 0.5
    assert backoff.wait(101.0) == 0.0


def test_a_success_wipes_the_failures_out():
    backoff = Backoff()
    backoff.failed(100.0, 0.9)
    backoff.succeeded()
    assert backoff.failures == 0
    assert backoff.wait(100.0) == 0.0
