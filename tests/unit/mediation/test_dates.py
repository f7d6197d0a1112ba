"""SimpleDateFormat patterns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.dates import format_date

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
