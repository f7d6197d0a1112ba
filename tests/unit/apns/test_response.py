from __future__ import annotations

from datetime import UTC, datetime

import hpack
import pytest

from apns_connector.apns.notification import Notification
from apns_connector.apns.reasons import REASONS, Action
from apns_connector.apns.response import Response

SENT = Notification(device_token="ab" * 32, payload={"aps": {}}, topic="com.example.app")


def test_an_accepted_notification_has_no_reason():
    response = Response(SENT, 200)
    assert response.accepted
    assert response.reason is None
    assert response.explanation is None
    assert response.apns_id == SENT.apns_id


@pytest.mark.parametrize("status", [201, 204])
def test_a_channel_that_was_created_or_deleted_is_a_success(status):
    response = Response(SENT, status)
    assert response.accepted
    assert response.reason is None
    assert response.explanation is None


@pytest.mark.parametrize("status", [202, 301, 400])
def test_no_other_status_is_a_success(status):
    assert not Response(SENT, status).accepted


def test_a_rejection_has_apples_reason_and_its_explanation():
    response = Response(SENT, 400, b"", b'{"reason":"BadDeviceToken"}')
    assert not response.accepted
    assert response.reason == "BadDeviceToken"
    assert response.explanation is REASONS["BadDeviceToken"]
    assert response.invalid_since is None


def test_with_410_comes_the_time_since_when_the_token_is_invalid():
    response = Response(SENT, 410, b"", b'{"reason":"Unregistered","timestamp":1700000000123}')
    assert response.timestamp == 1_700_000_000_123
    assert response.invalid_since == datetime(2023, 11, 14, 22, 13, 20, 123000, UTC)


def test_a_reason_that_apple_has_invented_since_is_kept_verbatim():
    response = Response(SENT, 429, b"", b'{"reason":"TooManyMoons"}')
    assert response.reason == "TooManyMoons"
    assert response.explanation.action is Action.WAIT


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "status 502 without a reason"),
        (b"  \n", "status 502 without a reason"),
        (b"Bad Gateway\n", "Bad Gateway"),
        (b"[]", "[]"),
        (b'{"reason":7}', '{"reason":7}'),
        (b"{}", "{}"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'{"reason":"\xff"}', '{"reason":"\ufffd"}'),
        (b"x" * 300, "x" * 200),
    ],
)
def test_a_body_that_is_not_apples_becomes_the_reason(body, reason):
    response = Response(SENT, 502, b"", body)
    assert response.reason == reason
    assert response.body == body


@pytest.mark.parametrize("timestamp", ["null", '"1700000000123"', "1.5", "true", "[]"])
def test_a_timestamp_that_is_no_whole_number_is_left_out(timestamp):
    body = b'{"reason":"Unregistered","timestamp":%s}' % timestamp.encode()
    assert Response(SENT, 410, b"", body).timestamp is None


def test_a_timestamp_beyond_any_calendar_is_no_time():
    body = b'{"reason":"Unregistered","timestamp":999999999999999999}'
    response = Response(SENT, 410, b"", body)
    assert response.timestamp == 999_999_999_999_999_999
    assert response.invalid_since is None


def test_headers_are_decoded_when_asked_for():
    encoder = hpack.Encoder()
    encoder.header_table_size = 0
    block = encoder.encode([(":status", "200"), ("apns-unique-id", "u1")])
    response = Response(SENT, 200, block)
    assert response.headers == {":status": "200", "apns-unique-id": "u1"}
    assert response.apns_unique_id == "u1"
    assert Response(SENT, 200).apns_unique_id is None


def test_headers_that_cannot_be_decoded_leave_the_status():
    assert Response(SENT, 200, b"\x88\xff").headers == {":status": "200"}


def test_a_refused_connection_answers_for_each_request():
    response = Response.refused_connection(SENT, REASONS["BadCertificateEnvironment"])
    assert (response.status, response.reason) == (403, "BadCertificateEnvironment")
    assert not response.accepted
    assert response.explanation is REASONS["BadCertificateEnvironment"]


@pytest.mark.parametrize(
    ("response", "said"),
    [(Response(SENT, 200), "200 accepted"), (Response(SENT, 400, b"", b"no"), "400 no")],
)
def test_its_repr_tells_what_apple_said_without_the_token(response, said):
    assert repr(response).startswith(f"Response({said}, Notification(…abababab")
    assert "ab" * 32 not in repr(response)
