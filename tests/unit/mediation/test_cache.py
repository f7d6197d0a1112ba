"""The timed cache."""

from __future__ import annotations

import pytest

from apns_connector.mediation.cache import TimedCache


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_value_is_made_once_until_its_time_is_over() -> None:
    clock, made = Clock(), iter("abc")
    cache: TimedCache[str] = TimedCache(10, clock=clock)
    assert cache.get("k", lambda _: next(made)) == "a"
    clock.now = 9.9
    assert cache.get("k", lambda _: next(made)) == "a"
    clock.now = 10.0
    assert cache.get("k", lambda _: next(made)) == "b"


def test_what_is_absent_is_remembered_too() -> None:
    made = iter([None, "later"])
    cache: TimedCache[str | None] = TimedCache(10, clock=Clock())
    assert cache.get("k", lambda _: next(made)) is None
    assert cache.get("k", lambda _: next(made)) is None


def test_a_failure_is_not_remembered() -> None:
    cache: TimedCache[str] = TimedCache(10, clock=Clock())

    def fail(key: str) -> str:
        raise ValueError(key)

    with pytest.raises(ValueError, match="k"):
        cache.get("k", fail)
    assert cache.get("k", str.upper) == "K"


def test_it_never_holds_more_than_its_size() -> None:
    cache: TimedCache[str] = TimedCache(10, size=3, clock=Clock())
    for number in range(10):
        cache.get(str(number), str)
        assert len(cache._entries) <= 3


def test_it_says_until_when_a_value_is_believed() -> None:
    clock = Clock()
    clock.now = 5.0
    cache: TimedCache[str] = TimedCache(10, clock=clock)
    assert cache.believed_until("k") < clock.now
    cache.get("k", str)
    clock.now = 6.0
    cache.get("k", str)
    assert cache.believed_until("k") == 15.0
