"""apns.unregisteredDevices: pages from the oldest on, cleared at once or by the next call."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from apns_connector.apns import Unregistered
from apns_connector.errors import MediationError
from apns_connector.operations.unregistered_devices import UnregisteredDevices
from apns_connector.operations.unregistered_file import UnregisteredFile

SEEN = datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    """With three device tokens, A first."""
    kept = UnregisteredFile(tmp_path / "data/unregistered.db")
    for number, digits in enumerate(("aa", "bb", "cc")):
        since = None if number else SEEN - timedelta(hours=1)
        topic = None if number else "com.example.app"
        kept.add(Unregistered(digits * 32, topic, "Unregistered", since, SEEN))
    kept.close()
    yield kept
    kept.close()


@pytest.fixture
def page(called, apple, file):
    """``page(limit="2")``: the result of one call."""

    def call(**given):
        message = called("unregisteredDevices", {"destination": None}, **given)
        message.replace_json({})
        asyncio.run(UnregisteredDevices(apple(unregistered=file)).mediate(message))
        return message.json

    return call


def tokens(result) -> str:
    return " ".join(device["deviceToken"][:2] for device in result["devices"])


def test_each_device_is_told_with_all_that_apple_said(page):
    result = page()
    assert (result["success"], result["left"]) == (True, 0)
    assert result["devices"][0] == {
        "deviceToken": "aa" * 32,
        "topic": "com.example.app",
        "reason": "Unregistered",
        "invalidSince": "2026-01-02T02:04:05.678Z",
        "seenAt": "2026-01-02T03:04:05.678Z",
    }
    assert result["devices"][1] == {
        "deviceToken": "bb" * 32,
        "reason": "Unregistered",
        "seenAt": "2026-01-02T03:04:05.678Z",
    }


def test_reading_alone_removes_nothing(page):
    assert tokens(page()) == tokens(page()) == "aa bb cc"


def test_a_page_ends_at_the_limit_and_tells_how_many_are_left(page):
    result = page(limit="2")
    assert (tokens(result), result["left"]) == ("aa bb", 1)


def test_what_an_earlier_page_handed_out_is_cleared_by_the_next_call(page):
    first = page(limit="2")
    second = page(limit="2", clearUpTo=str(first["upTo"]))
    assert (tokens(second), second["left"]) == ("cc", 0)
    assert page(clearUpTo=str(second["upTo"]))["devices"] == []


def test_what_is_handed_out_may_be_cleared_at_once(page):
    result = page(limit="2", clear="true")
    assert (tokens(result), result["left"]) == ("aa bb", 1)
    assert tokens(page()) == "cc"


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "many"])
def test_a_limit_that_is_none_is_refused(called, apple, file, limit):
    message = called("unregisteredDevices", limit=limit)
    with pytest.raises(MediationError):
        asyncio.run(UnregisteredDevices(apple(unregistered=file)).mediate(message))
    assert message.properties.get("ERROR_CODE") == "APNS_000001"


def test_a_gateway_that_keeps_none_says_so(called, apple):
    message = called("unregisteredDevices")
    with pytest.raises(MediationError):
        asyncio.run(UnregisteredDevices(apple()).mediate(message))
    assert message.properties.get("ERROR_CODE") == "APNS_000007"
    assert "set apns.unregistered_file" in message.properties.get("ERROR_DETAIL")


def test_a_file_that_cannot_be_used_is_told(called, apple, tmp_path):
    (tmp_path / "other.db").write_text("no data base at all, but long enough to look at it" * 20)
    broken = UnregisteredFile(tmp_path / "other.db")
    message = called("unregisteredDevices")
    with pytest.raises(MediationError):
        asyncio.run(UnregisteredDevices(apple(unregistered=broken)).mediate(message))
    assert "other.db cannot be used" in message.properties.get("ERROR_DETAIL")
