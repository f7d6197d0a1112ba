"""The pool grows while streams or windows are the limit and more connections help."""

from __future__ import annotations

import pytest

from apns_connector.apns.pool import Bound, Load, Sizing

LOOK = 0.125  # a sum of which is exact


def load(**changes: float) -> Load:
    """An eighth of a second in which all streams of one connection were taken."""
    values = {
        "waiting": 100,
        "connections": 1,
        "window_bound": 0,
        "answers": 100,
        "seconds": LOOK,
        "cpu_seconds": 0.01,
    }
    return Load(**{**values, **changes})


def looks(sizing: Sizing, seconds: float, **changes: float) -> int:
    """What it wants after looking for so long."""
    for _ in range(round(seconds / LOOK)):
        wanted = sizing.wanted(load(**changes))
    return wanted


def test_one_connection_is_enough_while_nobody_waits():
    sizing = Sizing()
    assert looks(sizing, 5, waiting=0) == 1
    assert sizing.bound is Bound.NOTHING


def test_it_doubles_while_streams_are_the_limit():
    sizing = Sizing()
    assert looks(sizing, 0.375) == 1
    assert looks(sizing, 0.125) == 2
    assert sizing.bound is Bound.STREAMS


def test_it_grows_while_windows_are_the_limit_and_says_so():
    sizing = Sizing()
    assert looks(sizing, 0.5, connections=1, window_bound=1) == 2
    assert sizing.bound is Bound.WINDOW


def test_it_does_not_grow_while_the_processor_is_the_limit():
    sizing = Sizing()
    assert looks(sizing, 5, cpu_seconds=0.12) == 1
    assert sizing.bound is Bound.CPU


def test_it_grows_to_its_most_and_no_further():
    sizing = Sizing(most=6)
    wanted = [looks(sizing, 3, connections=n, answers=100 * n) for n in (1, 2, 4, 6)]
    assert wanted == [2, 4, 6, 6]


def test_new_connections_are_given_time_before_they_are_judged():
    sizing = Sizing()
    looks(sizing, 0.5)
    assert looks(sizing, 0.5, connections=2, answers=0) == 2
    assert looks(sizing, 0.5, connections=2, answers=200) == 4


def test_it_goes_back_when_more_brought_nothing_and_tries_again_only_after_a_while():
    sizing = Sizing()
    assert looks(sizing, 0.5) == 2
    assert looks(sizing, 1.0, connections=2, answers=105) == 1
    assert looks(sizing, 9.5) == 1
    assert looks(sizing, 1.0) == 2


def test_each_time_in_vain_it_waits_twice_as_long():
    sizing = Sizing()
    for hold in (10, 20, 40):
        assert looks(sizing, 0.5) == 2
        assert looks(sizing, 1.0, connections=2, answers=105) == 1
        assert looks(sizing, hold - 0.5) == 1
        looks(sizing, 0.5)


@pytest.mark.parametrize(("gain", "kept"), [(1.5, 8), (1.2, 2)])
def test_twice_as_many_must_bring_a_third_more(gain, kept):
    sizing = Sizing()
    assert looks(sizing, 0.5, connections=2) == 4
    assert looks(sizing, 1.0, connections=4, answers=int(100 * gain)) == kept


def test_those_that_do_not_come_about_are_waited_for_and_then_done_without():
    sizing = Sizing()
    assert looks(sizing, 0.5) == 2
    assert looks(sizing, 4.5) == 2
    assert looks(sizing, 1.0) == 1


def test_one_that_was_lost_is_wanted_again_at_once():
    sizing = Sizing()
    looks(sizing, 0.5)
    looks(sizing, 1.0, connections=2, answers=200)
    looks(sizing, 1.0, connections=4, answers=400)
    assert looks(sizing, 0.125, connections=3, answers=300) == 8


def test_what_idle_connections_there_are_left_is_what_it_wants():
    sizing = Sizing()
    looks(sizing, 0.5)
    looks(sizing, 1.0, connections=2, answers=200)
    assert looks(sizing, 0.125, connections=1, waiting=0) == 1
    assert looks(sizing, 0.375) == 1


def test_nothing_is_learned_while_there_is_no_connection():
    sizing = Sizing()
    assert looks(sizing, 30, connections=0, answers=0) == 1
    assert sizing.bound is Bound.CONNECTION
    assert looks(sizing, 0.5) == 2


# Against a server that takes its time


def simulate(delay: float, handshake: float, *, capped: bool = False, seconds: float = 20) -> int:
    """How many connections there are after so many ``seconds``, when each allows 100 streams, an
    answer takes ``delay`` and a connection ``handshake``; ``capped``: more bring nothing."""
    sizing, now = Sizing(), 0.0
    waves = [0.0]  # when each connection began to send
    opening: list[float] = []
    while now < seconds:
        now += LOOK
        waves += [at for at in opening if at <= now]
        opening = [at for at in opening if at > now]
        sending = waves[:1] if capped else waves
        answers = sum(
            100 * (int((now - begun) / delay) - int(max(0.0, now - LOOK - begun) / delay))
            for begun in sending
        )
        wanted = sizing.wanted(load(connections=len(waves), answers=answers))
        del waves[wanted:]
        while len(waves) + len(opening) < wanted:
            opening.append(max([now, *opening]) + handshake)
    return len(waves)


@pytest.mark.parametrize("delay", [0.02, 0.08, 0.15, 0.3])
@pytest.mark.parametrize("round_trips", [0, 2, 4])
def test_it_reaches_its_most_however_far_away_the_server_is(delay, round_trips):
    assert simulate(delay, delay * round_trips) == 8


@pytest.mark.parametrize("delay", [0.02, 0.08, 0.15])
def test_it_stays_with_one_where_more_bring_nothing(delay):
    assert simulate(delay, delay, capped=True) == 1
