from __future__ import annotations

from concurrent.futures import Future

import pytest

from apns_connector.apns.notification import Notification
from apns_connector.apns.request import Request, constant_fields, varying_fields
from apns_connector.apns.response import Response
from apns_connector.errors import NotificationError, NotSent, PayloadError


def notification(**fields):
    return Notification(
        **{"device_token": "ABcd", "payload": {"aps": {}}, "topic": "com.example.app", **fields}
    )


def test_it_holds_what_goes_on_the_wire():
    request = Request(notification(), None, 10.0, Future())
    assert request.path == b"/3/device/ABcd"
    assert request.body == b'{"aps":{}}'
    assert request.constant == ((b"apns-topic", b"com.example.app"), (b"apns-push-type", b"alert"))


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (("a", "alert", None), ((b"apns-topic", b"a"), (b"apns-push-type", b"alert"))),
        (("a", None, None), ((b"apns-topic", b"a"),)),
        (("a", None, 5), ((b"apns-topic", b"a"), (b"apns-priority", b"5"))),
        (
            ("a", "background", None),
            ((b"apns-topic", b"a"), (b"apns-push-type", b"background"), (b"apns-priority", b"5")),
        ),
    ],
)
def test_constant_fields_are_those_that_are_given(given, fields):
    assert constant_fields(*given) == fields


def test_varying_fields_are_those_that_are_given():
    apns_id = "123e4567-e89b-12d3-a456-42665544000a"
    assert varying_fields(notification(apns_id=apns_id)) == ((b"apns-id", apns_id.encode()),)
    assert varying_fields(notification(apns_id=apns_id, expiration=0, collapse_id="game")) == (
        (b"apns-id", apns_id.encode()),
        (b"apns-expiration", b"0"),
        (b"apns-collapse-id", b"game"),
    )


def test_the_topic_of_the_certificate_stands_in_for_one_that_is_absent():
    of_certificate = Request(notification(topic=None), "com.example.certificate", 10.0, Future())
    assert of_certificate.constant[0] == (b"apns-topic", b"com.example.certificate")
    own = Request(notification(), "com.example.certificate", 10.0, Future())
    assert own.constant[0] == (b"apns-topic", b"com.example.app")


def test_without_any_topic_nothing_is_sent():
    with pytest.raises(NotificationError, match="A topic is needed") as refused:
        Request(notification(topic=None), None, 10.0, Future())
    assert refused.value.field == "topic"


def test_a_payload_that_is_too_long_is_refused_before_anything_is_sent():
    with pytest.raises(PayloadError):
        Request(notification(payload=b"x" * 4097), None, 10.0, Future())


def test_the_first_ending_counts():
    waiter: Future[Response] = Future()
    request = Request(notification(), None, 10.0, waiter)
    response = Response(request.notification, 200)
    request.answer(response)
    request.answer(Response(request.notification, 500))
    request.fail(NotSent("late"))
    assert waiter.result() is response


def test_a_request_that_nobody_waits_for_may_end_all_the_same():
    waiter: Future[Response] = Future()
    waiter.cancel()
    request = Request(notification(), None, 10.0, waiter)
    request.answer(Response(request.notification, 200))
    request.fail(NotSent("late"))
    assert waiter.cancelled()


def test_its_repr_holds_neither_token_nor_payload():
    request = Request(notification(device_token="ab" * 32, payload=b"secret"), None, 1.0, Future())
    assert "ab" * 32 not in repr(request)
    assert "secret" not in repr(request)
