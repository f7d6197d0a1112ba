from __future__ import annotations

import logging

import pytest

from apns_connector.delivery.outage import Outage
from apns_connector.errors import StoreUnavailable

AWAY = StoreUnavailable("S", "it is away")


def test_waiting_times_double_up_to_the_longest():
    outage = Outage("asking", first=0.5, most=3.0)
    assert [outage.failed(AWAY) for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_a_success_begins_anew():
    outage = Outage("asking", first=0.5)
    outage.failed(AWAY)
    outage.failed(AWAY)
    outage.over()
    assert (outage.failures, outage.failed(AWAY)) == (0, 0.5)


def test_after_thousands_of_failures_it_is_still_a_number():
    outage = Outage("asking", most=30.0)
    assert [outage.failed(AWAY) for _ in range(5000)][-1] == 30.0


def test_it_is_told_when_it_begins_and_when_it_is_over(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    outage = Outage("asking")
    outage.over()
    outage.failed(AWAY)
    outage.failed(AWAY)
    outage.over()
    assert [record.getMessage() for record in caplog.records] == [
        "asking fails, and is tried again: Message store 'S': it is away",
        "asking works again, after 2 failures",
    ]


def test_a_failure_that_nobody_expected_is_told_with_its_origin(caplog: pytest.LogCaptureFixture):
    Outage("asking").failed(RuntimeError("a bug"))
    assert "RuntimeError: a bug" in caplog.text
