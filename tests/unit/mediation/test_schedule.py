"""When tasks run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.deployment.resolvers import Resolvers
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.reading import Language, Reader
from apns_connector.mediation.schedule import (
    Calendar,
    Interval,
    Once,
    Schedule,
    schedule_from_element,
)

START = datetime(2024, 1, 1, tzinfo=UTC)


def seconds(schedule: Schedule, runs: int, now: float) -> float | None:
    """When to run next, and what time it is, in seconds since the start."""
    found = schedule.next(START, runs, START + timedelta(seconds=now))
    return None if found is None else (found - START).total_seconds()


@pytest.mark.parametrize(
    ("runs", "now", "due"),
    [
        (0, 0, 0),
        (1, 0, 5),
        (1, 3, 5),
        (2, 5, 10),
        (2, 5.001, 10),
        (1, 12, 15),  # the first run took so long that two are left out
        (1, 10, 10),
    ],
)
def test_an_interval_begins_at_once_and_leaves_out_what_it_missed(
    runs: int, now: float, due: float
) -> None:
    assert seconds(Interval(5), runs, now) == due


def test_a_count_ends_an_interval() -> None:
    assert seconds(Interval(5, count=2), 1, 0) == 5
    assert seconds(Interval(5, count=2), 2, 5) is None


def test_once_is_once() -> None:
    assert seconds(Once(), 0, 0) == 0
    assert seconds(Once(), 1, 0) is None


def schedule(trigger: str) -> Schedule:
    resolvers = Resolvers({"EVERY": "7"}, {}, {})
    language = Language(MEDIATORS, NOT_SUPPORTED, operation_from_element, resolve=resolvers.resolve)
    element = xml.parse(f"<task xmlns='{xml.SYNAPSE}'>\n{trigger}</task>".encode())
    return schedule_from_element(element, Reader("t.xml", language))


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ("", Once()),
        ("<trigger once='true'/>", Once()),
        ("<trigger count='1'/>", Once()),
        ("<trigger interval='5'/>", Interval(5)),
        ("<trigger interval='5' count='3'/>", Interval(5, 3)),
        ("<trigger interval='5' count='-1'/>", Interval(5)),
        ("<trigger interval='5' once='true'/>", Once()),
        ("<trigger interval='$SYSTEM:EVERY'/>", Interval(7)),
    ],
)
def test_a_trigger_is_a_schedule(trigger: str, expected: Schedule) -> None:
    assert schedule(trigger) == expected


def test_a_cron_trigger_is_a_calendar() -> None:
    found = schedule("<trigger cron='0 0 12 * * ?'/>")
    assert isinstance(found, Calendar)
    upcoming = found.next(START, 0, START)
    assert upcoming is not None
    assert upcoming.astimezone().hour == 12


@pytest.mark.parametrize(
    ("trigger", "complaint"),
    [
        ("<trigger/>", "needs interval"),
        ("<trigger count='2'/>", "needs interval"),
        ("<trigger interval='soon'/>", "interval 'soon' is no number above zero"),
        ("<trigger interval='0'/>", "interval '0' is no number above zero"),
        ("<trigger interval='5' count='0'/>", "count '0' is no number above zero"),
        ("<trigger cron='0 0 12 * * ?' interval='5'/>", "cron stands alone"),
        ("<trigger cron='0 0 12 * * ?' once='true'/>", "cron stands alone"),
        ("<trigger cron='noon'/>", "'noon' has 1 fields"),
        ("<trigger interval='$SYSTEM:NONE'/>", "has no value"),
    ],
)
def test_a_trigger_that_makes_no_sense_is_told_with_its_line(trigger: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as refused:
        schedule(trigger)
    assert (refused.value.file, refused.value.line) == ("t.xml", 2)
