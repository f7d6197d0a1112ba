"""SimpleDateFormat patterns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.dates import format_date, parse_date

MOMENT = datetime(2026, 3, 9, 0, 7, 5, 42_000, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-03-09T00:07:05.042+05:30"),
        ("d/M/yy", "9/3/26"),
        ("EEE, EEEE MMM MMMM", "Mon, Monday Mar March"),
        ("h hh k K a", "12 12 24 0 AM"),
        ("D u", "68 1"),
        ("Z X XX", "+0530 +05 +0530"),
        ("''yyyy''", "'2026'"),
        ("'it''s' yyyy", "it's 2026"),
    ],
)
def test_a_pattern_is_followed(pattern: str, text: str) -> None:
    assert format_date(MOMENT, pattern) == text


def test_utc_has_a_letter() -> None:
    assert format_date(datetime(2026, 1, 1, 13, tzinfo=UTC), "h a z XXX") == "1 PM UTC Z"


def test_the_default_is_javas_short_form() -> None:
    assert format_date(MOMENT) == "3/9/26 12:07 AM"


def test_a_letter_that_is_not_known_is_named() -> None:
    with pytest.raises(MediationError, match="'G'"):
        format_date(MOMENT, "G yyyy")


@pytest.mark.parametrize(
    ("text", "pattern", "moment"),
    [
        ("2026-03-09T00:07:05.042+05:30", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", MOMENT),
        ("09/03/26 12:07:05 am", "dd/MM/yy hh:mm:ss a", datetime(2026, 3, 9, 0, 7, 5)),
        ("Mon, 9 March 2026 3 PM", "EEE, d MMMM yyyy h a", datetime(2026, 3, 9, 15)),
        ("2026-03-09Z", "yyyy-MM-ddX", datetime(2026, 3, 9, tzinfo=UTC)),
        ("23:59 -0130", "HH:mm Z",
         datetime(1970, 1, 1, 23, 59, tzinfo=timezone(timedelta(hours=-1, minutes=-30)))),
        ("24", "kk", datetime(1970, 1, 1)),
    ],
)  # fmt: skip
def test_a_text_is_read_after_its_pattern(text: str, pattern: str, moment: datetime) -> None:
    assert parse_date(text, pattern) == moment


@pytest.mark.parametrize(
    ("text", "pattern", "problem"),
    [
        ("2026-3-9", "yyyy-MM-dd", "has not the form yyyy-MM-dd"),
        ("2026-02-30", "yyyy-MM-dd", "does not exist"),
        ("9 Mrz 2026", "d MMM yyyy", "does not exist"),
        ("x", "Q", "'Q' cannot be read"),
    ],
)
def test_a_text_that_is_no_such_date_is_told(text: str, pattern: str, problem: str) -> None:
    with pytest.raises(MediationError, match=problem):
        parse_date(text, pattern)
