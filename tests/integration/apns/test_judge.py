"""The judge finds what is wrong: each test is a lie that it must not believe."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from apns_connector.apns import Notification, Response
from apns_connector.errors import CredentialsError, NotSent, OutcomeUnknown, PayloadError
from tests.integration.apns.judge import Kind, judge

ONE, TWO = (
    Notification(device_token=digit * 64, payload={"aps": {}}, topic="com.example.app")
    for digit in "12"
)


def response(notification, status=200):
    return Response(notification, status, body=b"" if status == 200 else b'{"reason":"Shutdown"}')


def error(notification, kind):
    failure = kind("for this test")
    failure.notification = notification
    return failure


def arrived(notification, outcome="accepted"):
    return SimpleNamespace(apns_id=notification.apns_id, outcome=outcome)


def test_sides_that_agree_are_counted():
    sent = [ONE, TWO]
    assert judge(sent, [response(ONE), response(TWO, 503)], [arrived(ONE)]) == {
        Kind.ACCEPTED: 1,
        Kind.REJECTED: 1,
        Kind.NOT_SENT: 0,
        Kind.UNKNOWN: 0,
    }


@pytest.mark.parametrize("kind", [NotSent, CredentialsError])
def test_what_was_rejected_before_or_never_left_is_not_sent(kind):
    assert judge([ONE], [error(ONE, kind)], [arrived(ONE, "rejected")])[Kind.NOT_SENT] == 1


@pytest.mark.parametrize("arrivals", [[], [arrived(ONE)], [arrived(ONE, "unanswered")]])
def test_an_unknown_one_may_have_been_accepted_or_not(arrivals):
    assert judge([ONE], [error(ONE, OutcomeUnknown)], arrivals)[Kind.UNKNOWN] == 1


def test_what_was_refused_before_it_was_accepted_is_accepted_once():
    arrivals = [arrived(ONE, "unanswered"), arrived(ONE, "rejected"), arrived(ONE)]
    assert judge([ONE], [response(ONE)], arrivals)[Kind.ACCEPTED] == 1


@pytest.mark.parametrize(
    ("outcomes", "arrivals", "words"),
    [
        ([], [], "missing"),
        ([response(ONE), response(ONE)], [arrived(ONE)], "two outcomes"),
        ([response(ONE), response(TWO)], [arrived(ONE), arrived(TWO)], "missing"),
        ([response(ONE)], [], "did not accept it"),
        ([response(ONE)], [arrived(ONE, "rejected")], "did not accept it"),
        ([response(ONE)], [arrived(ONE), arrived(ONE)], "twice"),
        ([error(ONE, OutcomeUnknown)], [arrived(ONE), arrived(ONE)], "twice"),
        ([response(ONE)], [arrived(ONE), arrived(TWO)], "nobody sent"),
        ([response(ONE, 503)], [arrived(ONE)], "reported rejected"),
        ([error(ONE, NotSent)], [arrived(ONE)], "reported not sent"),
        ([error(ONE, PayloadError)], [], "no outcome"),
    ],
)
def test_sides_that_disagree_are_found(outcomes, arrivals, words):
    with pytest.raises(AssertionError, match=words):
        judge([ONE], outcomes, arrivals)
