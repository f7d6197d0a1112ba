"""Cron expressions in the way of Quartz."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.cron import parse_cron

MONDAY = "2024-01-01 12:00:00"
BERLIN = ZoneInfo("Europe/Berlin")


def following(source: str, moment: str, count: int = 1) -> list[str]:
    """The next times after a moment, all in UTC."""
    cron = parse_cron(source, UTC)
    found: list[str] = []
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    for _ in range(count):
        upcoming = cron.next_after(at)
        assert upcoming is not None
        at = upcoming
        found.append(str(at)[:19])
    return found


@pytest.mark.parametrize(
    ("source", "moment", "times"),
    [
        ("* * * * * ?", MONDAY, ["2024-01-01 12:00:01"]),
        ("0 * * * * ?", MONDAY, ["2024-01-01 12:01:00"]),
        ("0/15 * * * * ?", MONDAY, ["2024-01-01 12:00:15", "2024-01-01 12:00:30"]),
        ("*/20 * * * * ?", MONDAY, ["2024-01-01 12:00:20", "2024-01-01 12:00:40"]),
        ("5,10 * * * * ?", MONDAY, ["2024-01-01 12:00:05", "2024-01-01 12:00:10"]),
        ("10-20/10 0 * * * ?", MONDAY, ["2024-01-01 12:00:10", "2024-01-01 12:00:20"]),
        ("0 30 9 * * ?", MONDAY, ["2024-01-02 09:30:00", "2024-01-03 09:30:00"]),
        ("0 0 22-1 * * ?", MONDAY, ["2024-01-01 22:00:00", "2024-01-01 23:00:00",
                                    "2024-01-02 00:00:00", "2024-01-02 01:00:00",
                                    "2024-01-02 22:00:00"]),
        ("0 0 12 * * ?", MONDAY, ["2024-01-02 12:00:00"]),
        ("0 0 0 29 2 ?", MONDAY, ["2024-02-29 00:00:00", "2028-02-29 00:00:00"]),
        ("0 0 0 31 * ?", MONDAY, ["2024-01-31 00:00:00", "2024-03-31 00:00:00"]),
        ("0 0 0 1 jan,JUL ?", MONDAY, ["2024-07-01 00:00:00", "2025-01-01 00:00:00"]),
        ("0 0 0 ? * 1", MONDAY, ["2024-01-07 00:00:00"]),
        ("0 0 0 ? * SUN", MONDAY, ["2024-01-07 00:00:00"]),
        ("0 0 0 ? * MON-FRI", "2024-01-05 00:00:00", ["2024-01-08 00:00:00"]),
        ("0 0 0 ? * FRI-MON", MONDAY, ["2024-01-05 00:00:00", "2024-01-06 00:00:00",
                                       "2024-01-07 00:00:00", "2024-01-08 00:00:00"]),
        ("0 0 0 * * *", MONDAY, ["2024-01-02 00:00:00"]),
        ("0 0 0 L * ?", MONDAY, ["2024-01-31 00:00:00", "2024-02-29 00:00:00"]),
        ("0 0 0 L-3 * ?", MONDAY, ["2024-01-28 00:00:00"]),
        ("0 0 0 LW * ?", "2024-03-01 00:00:00", ["2024-03-29 00:00:00"]),
        ("0 0 0 15W 6 ?", MONDAY, ["2024-06-14 00:00:00"]),  # the 15th is a Saturday
        ("0 0 0 1W 6 ?", MONDAY, ["2024-06-03 00:00:00"]),  # the 1st is a Saturday
        ("0 0 0 31W 3 ?", MONDAY, ["2024-03-29 00:00:00"]),  # the 31st is a Sunday
        ("0 0 0 16W 6 ?", MONDAY, ["2024-06-17 00:00:00"]),  # the 16th is a Sunday
        ("0 0 0 ? * L", MONDAY, ["2024-01-06 00:00:00"]),
        ("0 0 0 ? * 6L", MONDAY, ["2024-01-26 00:00:00", "2024-02-23 00:00:00"]),
        ("0 0 0 ? * FRI#2", MONDAY, ["2024-01-12 00:00:00", "2024-02-09 00:00:00"]),
        ("0 0 0 ? * 2#5", MONDAY, ["2024-01-29 00:00:00", "2024-04-29 00:00:00"]),
        ("0 0 0 1 1 ? 2030", MONDAY, ["2030-01-01 00:00:00"]),
        ("0 0 0 1 1 ? 2030-2040/5", MONDAY, ["2030-01-01 00:00:00", "2035-01-01 00:00:00"]),
    ],
)  # fmt: skip
def test_the_next_times_are_those_of_quartz(source: str, moment: str, times: list[str]) -> None:
    assert following(source, moment, len(times)) == times


def test_after_the_last_time_there_is_none() -> None:
    cron = parse_cron("0 0 0 1 1 ? 2020", UTC)
    assert cron.next_after(datetime(2024, 1, 1, tzinfo=UTC)) is None


def test_times_are_those_of_the_zone_and_come_in_order_when_the_clocks_change() -> None:
    cron = parse_cron("0 30 * * * ?", BERLIN)
    at = datetime(2024, 10, 26, 23, 45, tzinfo=UTC)  # 01:45 in Berlin; at 03:00 it is 02:00 again
    hours = []
    for _ in range(4):
        upcoming = cron.next_after(at)
        assert upcoming is not None
        assert upcoming > at
        at = upcoming
        hours.append(f"{at:%H:%M%z}")
    assert hours[0] == "02:30+0200"
    assert hours[-1] == "05:30+0100"


def test_a_time_that_the_clocks_jump_over_is_made_up_for() -> None:
    cron = parse_cron("0 30 2 * * ?", BERLIN)
    upcoming = cron.next_after(datetime(2024, 3, 31, 0, 0, tzinfo=UTC))  # 02:30 does not exist
    assert upcoming is not None
    assert upcoming.astimezone(UTC) == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("* * * * *", "has 5 fields; it needs 6 or 7"),
        ("60 * * * * ?", "seconds: 60 is not between 0 and 59"),
        ("x * * * * ?", "seconds: 'X' is no number"),
        ("0/0 * * * * ?", "seconds: a step of 0"),
        ("0 0 0 0 * ?", "day of month: 0 is not between 1 and 31"),
        ("0 0 0 ? * 0", "day of week: 0 is not between 1 and 7"),
        ("0 0 0 ? * 8", "day of week: 8 is not between 1 and 7"),
        ("0 0 0 ? * ?", "are both '[?]'"),
        ("0 0 0 1 * 2", "are both given"),
        ("0 0 0 1 13 ?", "month: 13 is not between 1 and 12"),
        ("0 0 0 1 1 ? 3000", "year: 3000 is not between 1970 and 2099"),
        ("0 0 0 ? * FOOL", "day of week: 'FOO' is no number"),
    ],
)
def test_what_quartz_refuses_is_refused(source: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        parse_cron(source)
