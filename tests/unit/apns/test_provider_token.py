"""The schedule of provider tokens, over any sequence of times at which somebody asks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.apns.provider_token import (
    GRID_SECONDS,
    Use,
    may_replace,
    may_update,
    on_grid,
    replacement,
    scheduled,
)

MINUTE = 60
HOUR = 60 * MINUTE
# The start of a period of half an hour.
START = 1_700_001_000

starts = st.floats(START, START + 24 * HOUR)
# Much traffic, hardly any, and everything between.
pauses = st.one_of(st.floats(0, 1), st.floats(0, 5 * MINUTE), st.floats(0, 3 * HOUR))


def asked(start, pauses, use=None):
    """(now, the token in use then) of one process."""
    now = start
    for pause in (0.0, *pauses):
        now += pause
        use = scheduled(use, now)
        yield now, use


def changes(uses):
    """The distinct tokens, in the order in which they were used."""
    found = []
    for use in uses:
        if not found or found[-1].issued_at != use.issued_at:
            found.append(use)
    return found


def assert_twenty_minutes_apart(uses):
    for earlier, later in pairwise(uses):
        assert later.since - earlier.since >= 20 * MINUTE


# By example


def test_the_token_of_a_period_is_as_old_as_the_period():
    assert on_grid(START) == on_grid(START + 1799.9) == START
    assert on_grid(START + 1800) == START + 1800


def test_who_uses_a_token_from_the_start_of_its_period_leaves_it_at_the_end():
    use = Use(START, START + 0.5)
    assert scheduled(use, START + 1799.9) is use
    assert scheduled(use, START + 1800) == Use(START + 1800, START + 1800)


def test_who_starts_late_is_late_three_times_and_then_follows_the_grid():
    late = START + 29 * MINUTE
    found = changes(use for _, use in asked(late, [1.0] * (2 * HOUR)))
    assert [(use.since - START) / MINUTE for use in found] == [29, 49, 69, 90, 120]
    assert [(use.issued_at - START) / MINUTE for use in found] == [0, 30, 60, 90, 120]


def test_a_connection_may_be_shown_another_token_after_twenty_minutes():
    assert not may_update(START, START + 1199.9)
    assert may_update(START, START + 1200)


@pytest.mark.parametrize(
    ("put_back", "kept"), [(1, True), (600, True), (601, False), (86_400, False)]
)
def test_a_clock_that_is_put_back_a_little_does_not_bring_the_last_token_back(put_back, kept):
    use = Use(START, START)
    assert (scheduled(use, START - put_back) is use) == kept


def test_a_token_from_before_a_long_pause_is_not_used_again():
    assert scheduled(Use(START, START + 1799), START + 3001).issued_at == START + 1800


@pytest.mark.parametrize(
    ("now", "minutes"), [(START + 25 * 60 + 59, 25), (START + 60, 1), (START + 29 * 60, 29)]
)
def test_a_replacement_is_rounded_to_the_minute_so_that_processes_agree(now, minutes):
    assert replacement(Use(START, START), now) == Use(START + minutes * MINUTE, now)


@pytest.mark.parametrize("now", [START, START + 0.4, START + 1, START + 59.9])
def test_a_replacement_within_the_first_minute_is_another_token_all_the_same(now):
    assert replacement(Use(START, START), now).issued_at == max(START + 1, int(now))


def test_a_replacement_that_was_of_no_help_is_not_followed_by_another():
    assert may_replace(None, START)
    assert not may_replace(START, START + 1199)
    assert may_replace(START, START + 1200)
    assert may_replace(START, START - 1)  # the clock has been put back


# Whenever somebody asks


@given(starts, st.lists(pauses))
def test_no_token_is_ever_older_than_fifty_minutes(start, pauses):
    for now, use in asked(start, pauses):
        assert 0 <= now - use.issued_at < 50 * MINUTE


@given(starts, st.lists(pauses))
def test_two_tokens_are_at_least_twenty_minutes_apart(start, pauses):
    assert_twenty_minutes_apart(changes(use for _, use in asked(start, pauses)))


@given(starts, st.lists(pauses), st.floats(-9 * MINUTE, 9 * MINUTE))
def test_a_clock_that_is_wrong_by_nine_minutes_does_no_harm(start, pauses, wrong):
    """``wrong``: what is to be added to our clock to have Apple's."""
    found = list(asked(start, pauses))
    for now, use in found:
        assert -10 * MINUTE < now + wrong - use.issued_at < 60 * MINUTE
    assert_twenty_minutes_apart(changes(use for _, use in found))


@given(starts, st.lists(st.tuples(pauses, st.floats(-4 * MINUTE, 4 * MINUTE))))
def test_a_clock_that_jumps_never_brings_an_old_token_back(start, steps):
    """``steps``: how long nobody asked, and how far the clock is out then."""
    use, real = None, start
    for pause, out in steps:
        real += pause
        following = scheduled(use, real + out)
        assert use is None or following.issued_at >= use.issued_at
        assert -10 * MINUTE <= real - following.issued_at + out < 50 * MINUTE
        assert real - following.issued_at < 60 * MINUTE
        use = following


@given(starts, st.lists(pauses))
def test_all_tokens_lie_on_the_grid(start, pauses):
    assert all(use.issued_at % GRID_SECONDS == 0 for _, use in asked(start, pauses))


# Several processes


@given(starts, st.floats(0, 30 * MINUTE))
def test_processes_that_start_within_one_period_agree(start, later):
    within = min(start + later, on_grid(start) + GRID_SECONDS - 0.001)
    assert scheduled(None, start).issued_at == scheduled(None, within).issued_at


@given(starts, st.floats(0, 24 * HOUR), st.lists(pauses), st.lists(pauses))
def test_at_any_time_two_processes_use_the_same_token_or_neighbours(start, later, ones, others):
    one, other = list(asked(start, ones)), list(asked(start + later, others))
    for now, use in one:
        at_that_time = [(then, theirs) for then, theirs in other if then <= now]
        if at_that_time:
            theirs = scheduled(at_that_time[-1][1], now)
            assert abs(theirs.issued_at - use.issued_at) in (0, GRID_SECONDS)


@settings(deadline=None)  # the speed of a busy machine is not what is tested
@given(starts, st.integers(5, 60))
def test_two_hours_after_its_start_a_busy_process_uses_the_token_of_the_period(start, every):
    for now, use in asked(start, [every] * (4 * HOUR // every)):
        if now - start >= 2 * HOUR:
            assert use.issued_at == on_grid(now)


# Tokens that Apple calls expired


@given(starts, st.lists(st.tuples(pauses, st.booleans()), min_size=1))
def test_refusals_break_no_rule_but_by_one_replacement_in_twenty_minutes(start, steps):
    """``steps``: how long nobody asked, and whether Apple then refuses the token."""
    now, use, replaced_at = start, None, None
    planned, replaced = [], []
    for pause, refused in steps:
        now += pause
        following = scheduled(use, now)
        if use is not None and following.issued_at != use.issued_at:
            planned.append((use, following))
        use = following
        if refused and may_replace(replaced_at, now):
            use, replaced_at = replacement(use, now), now
            assert use.issued_at != following.issued_at
            replaced.append(use)
        assert -2 <= now - use.issued_at < 50 * MINUTE
    for earlier, later in planned:
        assert later.since - earlier.since >= 20 * MINUTE
        assert later.issued_at > earlier.issued_at
        assert later.issued_at % GRID_SECONDS == 0
    assert_twenty_minutes_apart(replaced)


@settings(deadline=None)
@given(starts, st.integers(5, 60))
def test_two_hours_after_a_replacement_the_process_agrees_with_the_others_again(start, every):
    replaced = replacement(scheduled(None, start), start)
    for now, use in asked(start, [every] * (4 * HOUR // every), replaced):
        if now - start >= 2 * HOUR:
            assert use.issued_at == on_grid(now)


@settings(deadline=None)
@given(starts, st.floats(0, 39 * MINUTE))
def test_a_clock_that_is_slow_by_39_minutes_is_helped_by_replacements(start, slow):
    """Apple refuses by its own clock; every refusal finds a token that Apple takes.

    With a clock that is slower still, no token lives for the 20 minutes it has to be kept.
    """
    use, replaced_at = None, None
    for second in range(0, 6 * HOUR, 30):
        now = start + second
        use = scheduled(use, now)
        if now + slow - use.issued_at > HOUR:
            assert may_replace(replaced_at, now)
            use, replaced_at = replacement(use, now), now
        assert now + slow - use.issued_at <= HOUR
