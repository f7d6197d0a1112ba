"""What is sent again, and after how long."""

from __future__ import annotations

import pytest

from apns_connector.apns.notification import Notification
from apns_connector.apns.resending import Resending, pause_after_return
from apns_connector.apns.response import Response


def rejected(status: int, reason: str) -> Response:
    body = b'{"reason":"%s"}' % reason.encode()
    return Response(Notification(device_token="ab", payload={}), status, body=body)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, "TooManyRequests"),
        (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
        (503, "Shutdown"),
        (400, "IdleTimeout"),
        (502, "not Apple's words"),
    ],
)
def test_what_apple_rejects_for_now_is_sent_again_after_a_pause(status, reason):
    assert Resending().after_rejection(rejected(status, reason), 1, 0.0) == 0.25


def test_the_pause_doubles_up_to_eight_seconds():
    response = rejected(429, "TooManyRequests")
    pauses = [Resending().after_rejection(response, tries, 1.0) for tries in range(1, 8)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "BadDeviceToken"),
        (410, "Unregistered"),
        (413, "PayloadTooLarge"),
        (403, "InvalidProviderToken"),
        (429, "TooManyProviderTokenUpdates"),
    ],
)
def test_what_no_waiting_mends_is_final(status, reason):
    assert Resending().after_rejection(rejected(status, reason), 1, 0.5) is None


def test_a_caller_who_wants_to_know_at_once_gets_every_rejection():
    response = rejected(429, "TooManyRequests")
    assert Resending(rejected=False).after_rejection(response, 1, 0.5) is None


def test_what_came_back_without_an_answer_goes_again_at_once_three_times():
    assert [pause_after_return(returns, 1.0) for returns in (1, 2, 3)] == [0.0, 0.0, 0.0]
    assert [pause_after_return(returns, 1.0) for returns in (4, 5, 6, 40)] == [0.1, 0.2, 0.4, 1.0]
