from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest

from apns_connector.apns.broadcast import Broadcast
from apns_connector.apns.feedback import (
    Feedback,
    Unregistered,
    find_unregistered,
    still_registered,
)
from apns_connector.apns.notification import Notification
from apns_connector.apns.reasons import REASONS
from apns_connector.apns.response import Response

TOKEN = "0123456789abcdef" * 4
APPLE_SAYS = datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)
NOW = datetime(2023, 11, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def answer(body: bytes, status: int = 410, **fields) -> Response:
    given = {"device_token": TOKEN, "payload": {"aps": {}}, "topic": "com.example.app", **fields}
    return Response(Notification(**given), status, b"", body)


def gone(
    token: str = TOKEN,
    topic: str | None = "com.example.app",
    since: datetime | None = APPLE_SAYS,
    seen_at: datetime = NOW,
) -> Unregistered:
    return Unregistered(token, topic, "Unregistered", since, seen_at)


# What Apple said


def test_unregistered_with_its_time_is_taken_from_the_answer():
    response = answer(b'{"reason":"Unregistered","timestamp":1700000000123}')
    assert find_unregistered(response, seen_at=NOW) == gone()


@pytest.mark.parametrize("status", [410, 400])
def test_an_expired_token_is_gone_under_either_status_and_without_a_time(status):
    response = answer(b'{"reason":"ExpiredToken"}', status)
    assert find_unregistered(response, seen_at=NOW) == Unregistered(
        TOKEN, "com.example.app", "ExpiredToken", None, NOW
    )


def test_an_accepted_notification_says_nothing_of_the_kind():
    assert find_unregistered(answer(b"", 200), seen_at=NOW) is None


@pytest.mark.parametrize("reason", sorted(REASONS.keys() - {"Unregistered", "ExpiredToken"}))
def test_no_other_reason_takes_a_device_token_away(reason):
    response = answer(b'{"reason":"%b"}' % reason.encode(), REASONS[reason].status)
    assert find_unregistered(response, seen_at=NOW) is None


def test_a_broadcast_has_no_device_token_to_take_away():
    sent = Broadcast(channel_id="QQ==", bundle_id="com.example.app", payload=b"{}")
    response = Response(sent, 410, b"", b'{"reason":"Unregistered"}')
    assert find_unregistered(response, seen_at=NOW) is None


def test_a_410_that_is_not_apples_takes_no_device_token_away():
    assert find_unregistered(answer(b"Gone\n"), seen_at=NOW) is None


@pytest.mark.parametrize(("named", "found"), [("a.b", "a.b"), (None, "own.topic")])
def test_the_senders_topic_counts_where_the_notification_names_none(named, found):
    response = answer(b'{"reason":"Unregistered"}', topic=named)
    assert find_unregistered(response, seen_at=NOW, topic="own.topic").topic == found


def test_the_device_token_is_spelled_as_it_was_sent():
    response = answer(b'{"reason":"Unregistered"}', device_token=TOKEN.upper())
    unregistered = find_unregistered(response, seen_at=NOW)
    assert unregistered.device_token == TOKEN.upper()
    assert unregistered.key == gone().key


def test_it_shows_the_last_eight_digits_of_the_device_token_alone():
    shown = repr(gone())
    assert shown == (
        "Unregistered(…89abcdef, topic='com.example.app', Unregistered, "
        "invalid_since=2023-11-14T22:13:20.123000+00:00, seen_at=2023-11-15T00:00:00+00:00)"
    )
    assert "invalid_since=None" in repr(gone(since=None))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"seen_at": datetime(2023, 1, 1)}, "seen_at has no time zone"),
        ({"since": datetime(2023, 1, 1)}, "invalid_since has no time zone"),
        ({"token": "\u0661\u0662"}, "device_token holds more than ASCII"),
        ({"topic": "\ud800"}, "topic holds more than ASCII"),
    ],
)
def test_what_apple_cannot_have_said_is_refused(fields, problem):
    with pytest.raises(ValueError, match=problem):
        gone(**fields)


# The rule


@pytest.mark.parametrize(
    ("registered_at", "kept"),
    [
        (APPLE_SAYS - HOUR, False),
        (APPLE_SAYS, False),
        (APPLE_SAYS + timedelta(milliseconds=1), True),
        (APPLE_SAYS.astimezone(timezone(timedelta(hours=9))), False),
    ],
)
def test_a_token_registered_after_apples_time_is_kept(registered_at, kept):
    assert still_registered(registered_at, gone()) is kept


def test_the_rule_goes_by_apples_time_and_not_by_when_we_heard_it():
    assert still_registered(NOW - HOUR, gone(seen_at=NOW))


@pytest.mark.parametrize(("registered_at", "kept"), [(NOW, False), (NOW + HOUR, True)])
def test_without_apples_time_the_time_of_the_answer_counts(registered_at, kept):
    assert still_registered(registered_at, gone(since=None, seen_at=NOW)) is kept


def test_a_registration_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="registered_at has no time zone"):
        still_registered(datetime(2023, 1, 1), gone())


# The collection


def collect(*entries: Unregistered, capacity: int = 10) -> Feedback:
    feedback = Feedback(capacity)
    for entry in entries:
        feedback.add(entry)
    return feedback


def test_it_keeps_one_entry_for_each_device_token_and_topic():
    feedback = collect(gone("aa"), gone("bb"), gone("aa", "other.app"), gone("aa"), gone("AA"))
    assert list(feedback) == [gone("aa"), gone("bb"), gone("aa", "other.app")]
    assert len(feedback) == 3


def test_later_news_replaces_earlier_and_moves_to_the_end():
    later = gone("aa", since=APPLE_SAYS + HOUR)
    assert list(collect(gone("aa"), gone("bb"), later)) == [gone("bb"), later]


@pytest.mark.parametrize("since", [APPLE_SAYS - HOUR, APPLE_SAYS])
def test_old_news_changes_nothing(since):
    feedback = collect(gone("aa"), gone("bb"), gone("aa", since=since, seen_at=NOW + HOUR))
    assert list(feedback) == [gone("aa"), gone("bb")]


def test_looking_removes_nothing_and_draining_everything():
    feedback = collect(gone("aa"), gone("bb"))
    assert list(feedback) == list(feedback) == [gone("aa"), gone("bb")]
    assert list(feedback.drain()) == [gone("aa"), gone("bb")]
    assert len(feedback) == 0


def test_what_a_loop_breaks_off_at_stays():
    feedback = collect(gone("aa"), gone("bb"), gone("cc"))
    for unregistered in feedback.drain():
        if unregistered == gone("bb"):
            break
    assert list(feedback) == [gone("bb"), gone("cc")]


def test_what_a_loop_fails_with_stays():
    feedback = collect(gone("aa"), gone("bb"))

    def remove_from_data_base() -> None:
        for _ in feedback.drain():
            raise OSError

    with pytest.raises(OSError):
        remove_from_data_base()
    assert list(feedback) == [gone("aa"), gone("bb")]


def test_later_news_that_comes_while_draining_stays():
    feedback = collect(gone("aa"), gone("bb"))
    later = gone("aa", since=APPLE_SAYS + HOUR)
    for unregistered in feedback.drain():
        if unregistered == gone("aa"):
            feedback.add(later)
            feedback.add(gone("cc"))
    assert list(feedback) == [later, gone("cc")]


def test_beyond_its_capacity_the_oldest_is_forgotten_counted_and_said_once(caplog):
    with caplog.at_level(logging.WARNING):
        feedback = collect(*(gone(digits) for digits in ("aa", "bb", "cc", "dd")), capacity=2)
    assert list(feedback) == [gone("cc"), gone("dd")]
    assert feedback.forgotten == 2
    assert [record.getMessage() for record in caplog.records] == [
        "more than 2 unregistered device tokens that nobody took: the oldest are forgotten until "
        "Apple names them again"
    ]


def test_a_collection_that_holds_nothing_is_refused():
    with pytest.raises(ValueError, match="must be above zero"):
        Feedback(0)


def test_its_repr_shows_no_device_token():
    assert repr(collect(gone("aa"), gone("bb"))) == "Feedback(2 device tokens)"
