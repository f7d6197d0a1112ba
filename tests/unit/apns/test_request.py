from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from apns_connector.apns.broadcast import Broadcast
from apns_connector.apns.notification import Notification
from apns_connector.apns.ordinary_frames import ID_BYTES, PATH_BYTES
from apns_connector.apns.request import constant_fields, request_for
from apns_connector.apns.response import Response
from apns_connector.errors import NotificationError, NotSent, OutcomeUnknown, PayloadError

BY_KEY = SimpleNamespace(certified=False, topic_for=lambda push_type: None)
BY_CERTIFICATE = SimpleNamespace(certified=True, topic_for={"alert": "com.example.certificate"}.get)


def notification(**fields):
    return Notification(
        **{"device_token": "ABcd", "payload": {"aps": {}}, "topic": "com.example.app", **fields}
    )


def test_it_holds_what_goes_on_the_wire():
    request = request_for(notification(), BY_KEY, 10.0, Future())
    assert request.path == b"/3/device/ABcd"
    assert request.body == b'{"aps":{}}'
    assert request.constant == ((b"apns-topic", b"com.example.app"), (b"apns-push-type", b"alert"))


@pytest.mark.parametrize(
    ("fields", "ordinary"),
    [
        ({}, True),
        ({"push_type": "background", "priority": 5}, True),
        ({"payload": b"{" + b" " * 4094 + b"}"}, True),
        ({"device_token": "ab" * 31}, False),
        ({"device_token": "ab" * 33}, False),
        ({"device_token": "ab"}, False),
        ({"expiration": 0}, False),
        ({"collapse_id": "a"}, False),
    ],
)
def test_an_ordinary_one_has_the_layout_that_is_written_at_once(fields, ordinary):
    sent = notification(**{"device_token": "ab" * 32, **fields})
    request = request_for(sent, BY_KEY, 1.0, Future())
    usual = (len(request.path), len(request.apns_id), request.more) == (PATH_BYTES, ID_BYTES, ())
    assert usual is ordinary
    assert request.ordinary_size == (len(request.body) if ordinary else 0)


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
    assert constant_fields(*given, False) == fields


def test_varying_fields_are_those_that_are_given():
    apns_id = "123e4567-e89b-12d3-a456-42665544000a"

    def varying(**fields):
        given = notification(apns_id=apns_id, **fields)
        return request_for(given, BY_KEY, 10.0, Future()).varying

    assert varying() == ((b"apns-id", apns_id.encode()),)
    assert varying(expiration=0, collapse_id="game") == (
        (b"apns-id", apns_id.encode()),
        (b"apns-expiration", b"0"),
        (b"apns-collapse-id", b"game"),
    )


def test_the_topic_of_the_certificate_stands_in_for_one_that_is_absent():
    of_certificate = request_for(notification(topic=None), BY_CERTIFICATE, 10.0, Future())
    assert of_certificate.constant[0] == (b"apns-topic", b"com.example.certificate")
    own = request_for(notification(), BY_CERTIFICATE, 10.0, Future())
    assert own.constant[0] == (b"apns-topic", b"com.example.app")


def test_without_any_topic_nothing_is_sent():
    with pytest.raises(NotificationError, match="A topic is needed") as refused:
        request_for(notification(topic=None), BY_KEY, 10.0, Future())
    assert refused.value.field == "topic"


def test_a_payload_that_is_too_long_is_refused_before_anything_is_sent():
    with pytest.raises(PayloadError):
        request_for(notification(payload=b"x" * 4097), BY_KEY, 10.0, Future())


def test_the_first_ending_counts():
    waiter: Future[Response] = Future()
    request = request_for(notification(), BY_KEY, 10.0, waiter)
    response = Response(request.notification, 200)
    request.answer(response)
    request.answer(Response(request.notification, 500))
    request.fail(NotSent("late"))
    assert waiter.result() is response


def test_a_request_that_nobody_waits_for_may_end_all_the_same():
    waiter: Future[Response] = Future()
    waiter.cancel()
    request = request_for(notification(), BY_KEY, 10.0, waiter)
    request.answer(Response(request.notification, 200))
    request.fail(NotSent("late"))
    assert waiter.cancelled()


def test_its_repr_holds_neither_token_nor_payload():
    request = request_for(
        notification(device_token="ab" * 32, payload=b"secret"), BY_KEY, 1.0, Future()
    )
    assert "ab" * 32 not in repr(request)
    assert "secret" not in repr(request)


def test_a_push_type_that_takes_a_key_is_refused_with_a_certificate():
    widget = notification(
        push_type="widgets",
        topic="com.example.app.push-type.widgets",
        payload={"aps": {"content-changed": True}},
    )
    request_for(widget, BY_KEY, 10.0, Future())
    with pytest.raises(NotificationError, match="signing key"):
        request_for(widget, BY_CERTIFICATE, 10.0, Future())


def test_what_may_have_been_processed_once_ends_unknown_whatever_became_of_it_later():
    request = request_for(notification(), BY_KEY, 10.0, Future())
    error = NotSent("the server is away")
    assert request.outcome(error) is error
    request.written = "sent, but the connection was lost"
    outcome = request.outcome(error)
    assert isinstance(outcome, OutcomeUnknown)
    assert outcome.cause == "sent, but the connection was lost; then again, but the server is away"
    request.fail(outcome)
    assert outcome.apns_id == request.notification.apns_id
    assert request.outcome(outcome) is outcome


# Broadcasts

CHANNEL = "dHN0LXNyY2gtY2hubA=="


def broadcast(**fields):
    given = {
        "channel_id": CHANNEL,
        "bundle_id": "com.example.app",
        "payload": {"aps": {"timestamp": 1, "event": "end"}},
        **fields,
    }
    return Broadcast(**given)


@pytest.mark.parametrize("sender", [BY_KEY, BY_CERTIFICATE])
def test_a_broadcast_names_its_channel_in_a_header_and_no_topic(sender):
    apns_id = "123e4567-e89b-12d3-a456-42665544000a"
    sent = broadcast(apns_id=apns_id, priority=5, expiration=1_700_000_000)
    request = request_for(sent, sender, 10.0, Future())
    assert request.path == b"/4/broadcasts/apps/com.example.app"
    assert request.constant == ((b"apns-push-type", b"liveactivity"), (b"apns-priority", b"5"))
    assert request.varying == (
        (b"apns-request-id", apns_id.encode()),
        (b"apns-channel-id", CHANNEL.encode()),
        (b"apns-expiration", b"1700000000"),
    )
    assert request.body == b'{"aps":{"timestamp":1,"event":"end"}}'
    assert request.notification is sent
    assert request.ordinary_size == 0


def test_priority_and_expiration_of_a_broadcast_are_always_sent():
    request = request_for(broadcast(), BY_KEY, 10.0, Future())
    assert (b"apns-priority", b"10") in request.constant
    assert (b"apns-expiration", b"0") in request.varying


def test_a_broadcast_may_be_longer_than_a_notification():
    assert request_for(broadcast(payload=b"x" * 5120), BY_KEY, 1.0, Future()).body == b"x" * 5120
    with pytest.raises(PayloadError) as refused:
        request_for(broadcast(payload=b"x" * 5121), BY_KEY, 1.0, Future())
    assert (refused.value.size, refused.value.limit) == (5121, 5120)
    with pytest.raises(PayloadError, match="empty"):
        request_for(broadcast(payload=b""), BY_KEY, 1.0, Future())
