"""apns.dispatchToDevice: parameters become a notification, Apple's answer becomes a result."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from lxml import etree

from apns_connector.apns import Notification, Proxy
from apns_connector.errors import MediationError
from apns_connector.operations.dispatch_to_device import DispatchToDevice
from apns_connector.operations.result import NAMESPACE

TOKEN = "ab" * 32
REJECTED = (400, b'{"reason":"BadTopic"}')


def dispatch(message, clients):
    assert asyncio.run(DispatchToDevice(clients).mediate(message)) is True
    return message


def sent(message, apple) -> Notification:
    """What Apple gets of it."""
    clients = apple()
    dispatch(message, clients)
    (notification,) = clients.sent
    return notification


def failure(message, apple) -> tuple[str, str]:
    clients = apple()
    with pytest.raises(MediationError):
        dispatch(message, clients)
    assert clients.sent == []
    get = message.properties.get
    return get("ERROR_CODE"), get("ERROR_MESSAGE").partition(" - Error Code")[0]


# ---- as the original connector ------------------------------------------------------------------


def test_a_success_goes_on_with_the_result_as_the_whole_envelope(complete, apple):
    message = dispatch(complete(), apple())
    assert etree.tostring(message.envelope).decode() == (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soapenv:Body><apns:dispatchToDeviceResult xmlns:apns="{NAMESPACE}">'
        "<apns:successful>true</apns:successful></apns:dispatchToDeviceResult>"
        "</soapenv:Body></soapenv:Envelope>"
    )


def test_properties_set_by_hand_are_sent_as_the_original_sent_them(complete, apple):
    notification = sent(complete(sound="ding", badge="2"), apple)
    assert notification.device_token == TOKEN
    assert notification.payload == {"aps": {"alert": "Hello iOS", "sound": "ding", "badge": 2}}
    assert (notification.topic, notification.push_type) == (None, "alert")
    assert (notification.priority, notification.expiration) == (None, None)


def test_the_outcome_is_told_in_properties(complete, apple):
    message, clients = complete(), apple()
    dispatch(message, clients)
    assert message.properties.get("apns.status") == "200"
    assert message.properties.get("apns.id") == clients.sent[0].apns_id
    assert message.properties.get("apns.reason") is None


def test_a_rejection_is_a_failure_with_apples_reason(complete, apple):
    message = complete()
    with pytest.raises(MediationError, match=r"Error Code : <APNS_000004>"):
        dispatch(message, apple((410, b'{"reason":"Unregistered","timestamp":1700000000123}')))
    get = message.properties.get
    assert (get("apns.status"), get("apns.reason")) == ("410", "Unregistered")
    assert get("ERROR_CODE") == "APNS_000004"


@pytest.mark.parametrize("answer", [(200, b""), REJECTED])
def test_no_element_of_a_dispatch_leaks_into_the_next_one_on_the_message(complete, apple, answer):
    message = complete(sound="default", badge="3")
    with suppress(MediationError):
        dispatch(message, apple(answer))
    for name in ("deviceToken", "alert", "sound", "badge"):
        assert message.properties.get(f"apns.{name}") is None
    assert message.properties.get("apns.destination") == "sandbox"


def test_the_log_shows_the_end_of_the_device_token_and_no_more(complete, apple, caplog):
    message, clients = complete(), apple((410, b'{"reason":"Unregistered"}'))
    with pytest.raises(MediationError):
        dispatch(message, clients)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("dispatchToDevice failed with APNS_000004: 410 Unregistered: ")
    assert f"(device token …{TOKEN[-8:]}, apns-id {clients.sent[0].apns_id}, " in line
    assert TOKEN not in line


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        (
            {"deviceToken": None},
            "APNS_000001",
            "Mandatory property apns.deviceToken is missing.",
        ),
        ({"deviceToken": "  "}, "APNS_000001", "Device token is empty"),
        (
            {"deviceToken": "xyz"},
            "APNS_000001",
            "The device token holds something other than hexadecimal digits",
        ),
        ({"deviceToken": "xyz", "destination": None}, "APNS_000001", "The device token holds"),
        ({"alert": True, "deviceToken": None}, "APNS_000001", "Property <apns.alert> is not a"),
        ({"badge": "x", "deviceToken": None}, "APNS_000001", "Property <apns.badge> is not an"),
    ],
)
def test_mistakes_are_told_in_the_order_of_the_original(complete, apple, changes, code, sentence):
    told = failure(complete(**changes), apple)
    assert told[0] == code
    assert told[1].startswith(sentence)


# ---- beyond the original ------------------------------------------------------------------------


def test_the_template_s_parameters_are_sent(called, apple):
    message = called("dispatchToDevice", deviceToken=TOKEN, alert="Hello", title="News")
    notification = sent(message, apple)
    assert notification.payload == {
        "aps": {"alert": {"title": "News", "body": "Hello"}, "badge": 0}
    }


def test_a_json_message_is_answered_in_json(called, apple):
    message, clients = called("dispatchToDevice", deviceToken=TOKEN, alert="Hello"), apple()
    message.replace_json({"request": 1})
    dispatch(message, clients)
    apns_id = clients.sent[0].apns_id
    assert message.json == {"success": True, "status": 200, "apnsId": apns_id}


def test_an_alert_that_was_shortened_is_told_in_the_xml_as_well(called, apple):
    message = called("dispatchToDevice", deviceToken=TOKEN, alert="a" * 5000, fitToSize="true")
    clients = apple()
    dispatch(message, clients)
    assert len(clients.sent[0].payload["aps"]["alert"]) < 4096
    result = message.payload
    assert [etree.QName(child).localname for child in result] == ["successful", "cut"]
    assert int(result[1][0].text) > 900


def test_the_topic_of_the_operation_goes_before_that_of_the_init(called, apple):
    init = {"topic": "com.example.app"}
    given = {"deviceToken": TOKEN, "alert": "Hello"}
    assert sent(called("dispatchToDevice", init, **given), apple).topic == "com.example.app"
    other = called("dispatchToDevice", init, **given, topic="com.example.other")
    assert sent(other, apple).topic == "com.example.other"


def test_the_apns_id_stays_when_the_topic_comes_from_the_init(called, apple):
    apns_id = "12345678-1234-1234-1234-123456789abc"
    message = called("dispatchToDevice", {"topic": "a.b"}, deviceToken=TOKEN, apnsId=apns_id)
    assert sent(message, apple).apns_id == apns_id


def test_timeout_and_proxy_of_the_init_count(called, apple):
    clients = apple()
    init = {"timeout": "2.5", "proxy": "http://proxy:3128"}
    dispatch(called("dispatchToDevice", init, deviceToken=TOKEN, alert="Hello"), clients)
    assert clients.timeouts == [2.5]
    assert clients.asked[0][2] == Proxy("proxy", 3128)
