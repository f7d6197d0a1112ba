"""apns.dispatchToDevices: one notification to many, and the outcome of each in its order."""

from __future__ import annotations

import asyncio
import json

import pytest
from lxml import etree

from apns_connector.errors import MediationError, NotSent, OutcomeUnknown
from apns_connector.operations.dispatch_to_devices import DispatchToDevices

A, B, C = "ab" * 32, "cd" * 32, "ef" * 32
GONE = (410, b'{"reason":"Unregistered","timestamp":1700000000123}')
OK = (200, b"")


def dispatch(message, clients):
    assert asyncio.run(DispatchToDevices(clients).mediate(message)) is True
    return message


def result(message, clients):
    message.replace_json({})
    return dispatch(message, clients).json


@pytest.fixture
def to(called):
    """``to(A, B)``: a message on which the operation is called with these device tokens."""

    def build(*tokens, **given):
        return called("dispatchToDevices", deviceTokens=json.dumps(tokens), alert="Hello", **given)

    return build


def test_all_get_the_same_and_each_an_id_of_its_own(to, apple):
    clients = apple()
    dispatch(to(A, B, init={"topic": "com.example.app", "timeout": "3"}), clients)
    first, second = clients.sent
    assert (first.device_token, second.device_token) == (A, B)
    assert first.payload == second.payload == {"aps": {"alert": "Hello", "badge": 0}}
    assert first.topic == second.topic == "com.example.app"
    assert first.apns_id != second.apns_id
    assert clients.timeouts == [3.0, 3.0]


def test_the_result_has_each_device_in_the_order_given(to, apple):
    clients = apple(OK, GONE, OutcomeUnknown("cut"))
    found = result(to(A, B, C), clients)
    assert (found["success"], found["accepted"], found["failed"]) == (False, 1, 2)
    ids = [notification.apns_id for notification in clients.sent]
    assert found["devices"][0] == {
        "index": 0, "deviceToken": A, "status": 200, "apnsId": ids[0],
    }  # fmt: skip
    assert found["devices"][1] == {
        "index": 1,
        "deviceToken": B,
        "status": 410,
        "reason": "Unregistered",
        "apnsId": ids[1],
        "timestamp": 1_700_000_000_123,
        "errorCode": "APNS_000004",
        "errorDetail": "410 Unregistered: The device token is no longer active for the topic: the "
        "app was removed. Invalid since 2023-11-14T22:13:20Z (timestamp 1700000000123).",
    }
    assert found["devices"][2] == {
        "index": 2,
        "deviceToken": C,
        "reason": "OutcomeUnknown",
        "apnsId": ids[2],
        "errorCode": "APNS_000004",
        "errorDetail": "It may or may not have been delivered: cut",
    }


def test_all_accepted_is_a_success(to, apple):
    message = to(A, B)
    found = result(message, apple())
    assert (found["success"], found["accepted"], found["failed"]) == (True, 2, 0)
    assert message.properties.get("apns.accepted") == "2"
    assert message.properties.get("apns.failed") == "0"


def test_the_same_is_told_as_xml(to, apple):
    message = dispatch(to(A, B), apple(OK, GONE))
    names = [etree.QName(child).localname for child in message.payload]
    assert names == ["successful", "accepted", "failed", "devices"]
    assert message.payload[0].text == "false"
    devices = message.payload[3]
    assert [etree.QName(child).localname for child in devices] == ["device", "device"]
    assert devices[0][1].text == A


def test_what_is_no_device_token_fails_for_itself_and_is_not_sent(to, apple):
    clients = apple()
    found = result(to("no token", B), clients)
    assert [one.device_token for one in clients.sent] == [B]
    assert found["devices"][0] == {
        "index": 0,
        "deviceToken": "no token",
        "reason": "NotificationError",
        "errorCode": "APNS_000001",
        "errorDetail": "The device token holds something other than hexadecimal digits",
    }
    assert found["devices"][1]["status"] == 200


def test_a_failure_of_some_is_told_in_one_line_of_the_log(to, apple, caplog):
    message = dispatch(to(A, B, C), apple(OK, GONE, GONE))
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("2 of 3 notifications were not accepted: 2 x 410 Unregistered: ")
    assert line.endswith(f"(message {message.message_id})")
    assert A not in line


def test_a_failure_of_all_is_a_fault_and_still_tells_of_each(to, apple, caplog):
    message = to(A, B)
    message.replace_json({})
    with pytest.raises(MediationError, match="APNS_000004"):
        dispatch(message, apple(GONE, NotSent("refused")))
    get = message.properties.get
    assert get("ERROR_CODE") == "APNS_000004"
    assert get("ERROR_MESSAGE").startswith("None of 2 notifications was accepted")
    assert "1 x 410 Unregistered: " in get("ERROR_DETAIL")
    assert "1 x Not sent, so safe to send again: refused" in get("ERROR_DETAIL")
    assert get("apns.failed") == "2"
    assert message.json["error"]["code"] == "APNS_000004"
    assert [device["deviceToken"] for device in message.json["devices"]] == [A, B]
    assert A not in caplog.text
    assert "(2 device tokens, " in caplog.text


def test_a_fault_in_xml_tells_of_each_as_well(to, apple):
    message = to(A)
    with pytest.raises(MediationError):
        dispatch(message, apple(GONE))
    names = [etree.QName(child).localname for child in message.payload]
    assert names == ["errorMessage", "errorCode", "accepted", "failed", "devices"]


def test_only_the_most_frequent_kinds_of_failures_are_told(to, apple):
    message = to(*(f"{number:064x}" for number in range(7)))
    with pytest.raises(MediationError):
        dispatch(message, apple(*(NotSent(f"reason {number}") for number in range(7))))
    assert message.properties.get("ERROR_DETAIL").count("Not sent") == 5
    assert message.properties.get("ERROR_DETAIL").endswith("; …")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"alert": "a" * 5000}, "APNS_000006"),
        ({"pushType": "voip", "topic": "a b\x00"}, "APNS_000001"),
        ({"priority": "7"}, "APNS_000001"),
    ],
)
def test_what_is_wrong_for_all_is_told_once_and_nothing_is_sent(called, apple, given, code):
    clients = apple()
    message = called("dispatchToDevices", deviceTokens=f"{A} {B}", **given)
    with pytest.raises(MediationError):
        dispatch(message, clients)
    assert message.properties.get("ERROR_CODE") == code
    assert clients.sent == []


def test_the_log_of_a_failure_says_nothing_of_device_tokens_that_cannot_be_read(
    called, apple, caplog
):
    with pytest.raises(MediationError):
        dispatch(called("dispatchToDevices"), apple())
    assert "deviceTokens is missing. (apns-id None, " in caplog.text


def test_when_none_was_accepted_the_properties_tell_what_speaks_for_another_attempt(to, apple):
    busy = (429, b'{"reason":"TooManyRequests"}')
    for answers, told in (
        ((GONE, busy), ("429", "TooManyRequests")),
        ((GONE, NotSent("no network")), (None, "NotSent")),
        ((GONE, GONE), ("410", "Unregistered")),
    ):
        message = to(A, B)
        with pytest.raises(MediationError):
            dispatch(message, apple(*answers))
        properties = message.properties
        assert (properties.get("apns.status"), properties.get("apns.reason")) == told
