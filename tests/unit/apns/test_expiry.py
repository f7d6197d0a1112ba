from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apns_connector.apns.certificate import Certificate
from apns_connector.apns.expiry import ExpiryReminder, warning

ENDS = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NAMED = "The certificate for com.example.app"


@pytest.fixture
def certificate(issue, ec_key):
    return Certificate(ec_key, issue(ec_key, ends=ENDS))


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (30 * DAY + timedelta(seconds=1), None),
        (30 * DAY, f"{NAMED} expires on 2026-06-30, in 30 days: renew it"),
        (2 * DAY - timedelta(seconds=1), f"{NAMED} expires on 2026-06-30, in 1 day: renew it"),
        (timedelta(hours=23), f"{NAMED} expires on 2026-06-30, in less than a day: renew it"),
        (timedelta(0), f"{NAMED} expires on 2026-06-30, in less than a day: renew it"),
        (-timedelta(seconds=1), f"{NAMED} expired on 2026-06-30: Apple refuses it; renew it"),
    ],
)
def test_it_is_told_from_thirty_days_before_on(certificate, left, sentence):
    assert warning(certificate, ENDS - left) == sentence


def test_a_certificate_without_a_topic_is_told_as_well(issue, ec_key):
    certificate = Certificate(ec_key, issue(ec_key, uid=None, ends=ENDS))
    assert warning(certificate, ENDS - 9 * DAY) == (
        "The certificate expires on 2026-06-30, in 9 days: renew it"
    )


def test_who_asks_all_the_time_is_told_once_a_day(certificate):
    reminder = ExpiryReminder()
    start = ENDS - 40 * DAY
    minutes = range(0, 42 * 24 * 60, 10)
    told = [
        minute for minute in minutes if reminder.remind(certificate, start + minute * DAY / 1440)
    ]
    assert told == [day * 24 * 60 for day in range(10, 42)]


def test_each_certificate_is_told_for_itself(certificate, issue, ec_key):
    other = Certificate(ec_key, issue(ec_key, uid="com.example.other", ends=ENDS))
    reminder = ExpiryReminder()
    assert reminder.remind(certificate, ENDS - DAY)
    assert reminder.remind(other, ENDS - DAY)
    assert not reminder.remind(certificate, ENDS - DAY)
    assert not reminder.remind(other, ENDS - DAY)


def test_a_clock_that_is_put_back_does_not_silence_it(certificate):
    reminder = ExpiryReminder()
    assert reminder.remind(certificate, ENDS + 100 * DAY)
    assert reminder.remind(certificate, ENDS - 20 * DAY)
