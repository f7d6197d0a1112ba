"""How many requests are let through."""

from __future__ import annotations

import pytest

from apns_connector.mediation.throttling import (
    Policy,
    Rate,
    Rule,
    Window,
    decide,
    read_address,
    read_range,
)


def let_through(rate: Rate, times: list[float]) -> list[bool]:
    window: Window | None = None
    decisions = []
    for now in times:
        allowed, window = decide(window, rate, now)
        decisions.append(allowed)
    return decisions


def test_so_many_are_let_through_in_one_unit() -> None:
    assert let_through(Rate(2, 10), [0, 1, 2, 9.9, 10, 11, 12]) == [
        True, True, False, False, True, True, False,
    ]  # fmt: skip


def test_a_unit_begins_with_the_first_request_behind_the_last_one() -> None:
    assert let_through(Rate(2, 10), [0, 12, 13, 21, 22]) == [True, True, True, False, True]


def test_whoever_wants_too_much_waits_for_the_time_that_is_prohibited() -> None:
    rate = Rate(1, 10, prohibited=30)
    assert let_through(rate, [0, 1, 11, 30, 31]) == [True, False, False, False, True]


def test_whoever_waits_for_less_than_the_unit_may_begin_earlier() -> None:
    assert let_through(Rate(1, 10, prohibited=2), [0, 1, 2, 3]) == [True, False, False, True]


def test_whoever_wanted_just_enough_does_not_wait() -> None:
    assert let_through(Rate(1, 10, prohibited=30), [0, 10]) == [True, True]


def test_a_rate_of_zero_lets_nobody_through() -> None:
    assert let_through(Rate(0, 10), [0, 20]) == [False, False]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("10.0.0.1", ["10.0.0.1", " 10.0.0.1 ", "::ffff:10.0.0.1"], ["10.0.0.2", "::1"]),
        ("10.0.0.1-10.0.0.3", ["10.0.0.1", "10.0.0.3"], ["10.0.0.0", "10.0.0.4"]),
        ("10.0.0.*", ["10.0.0.0", "10.0.0.255"], ["10.0.1.0"]),
        ("10.0.0.0/8", ["10.255.0.1"], ["11.0.0.0"]),
        ("2001:db8::/32", ["2001:db8::1"], ["2001:db9::1"]),
    ],
)
def test_a_range_of_addresses(text: str, inside: list[str], outside: list[str]) -> None:
    range_ = read_range(text)
    assert range_ is not None
    for address, expected in [(one, True) for one in inside] + [(one, False) for one in outside]:
        read = read_address(address)
        assert read is not None
        assert range_.contains(read) is expected


@pytest.mark.parametrize("text", ["", "example.com", "10.0.0.1-::1", "10.0.0.1-x", "10.*.*", "1/2"])
def test_what_is_no_range(text: str) -> None:
    assert read_range(text) is None


def test_a_domain_goes_before_an_address_and_others_come_last() -> None:
    def rule(name: str) -> Rule:
        return Rule(name)

    range_ = read_range("10.0.0.*")
    assert range_ is not None
    policy = Policy(
        by_domain={"example.com": rule("exact"), "*.example.org": rule("below")},
        by_ip=[(range_, rule("range"))],
        other_ip=rule("other"),
    )

    def found(ip: str | None, domain: str | None) -> str | None:
        rule = policy.rule(ip, domain)
        return None if rule is None else rule.id

    assert found("10.0.0.1", "EXAMPLE.com") == "exact"
    assert found("10.0.0.1", "www.example.com") == "exact"
    assert found("10.0.0.1", "a.b.example.org") == "below"
    assert found("10.0.0.1", "elsewhere.net") == "range"
    assert found("10.0.1.1", None) == "other"
    assert found("no address", None) == "other"
    assert found(None, None) is None


def test_the_other_domains_have_a_rule_of_their_own() -> None:
    policy = Policy(by_domain={"other": Rule("other")}, other_ip=Rule("ip"))
    assert policy.rule("10.0.0.1", "anything.net") == Rule("other")
