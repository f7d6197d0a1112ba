"""apns.dispatchToDevice: properties become a notification, Apple's answer becomes a result."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from lxml import etree

from apns_connector.apns import PRODUCTION, SANDBOX, Response
from apns_connector.errors import MediationError, NotificationError
from apns_connector.operations.dispatch_to_device import DispatchToDevice, read_notification
from apns_connector.operations.failure import NAMESPACE, OperationError

TOKEN = "ab" * 32


class Answering:
    """The clients of a gateway, and Apple behind them: every notification gets this answer."""

    def __init__(self, status: int = 200, body: bytes = b"", error: Exception | None = None):
        self.status, self.body, self.error = status, body, error
        self.sent: list[object] = []

    def destination(self, name):
        return {"sandbox": SANDBOX, "production": PRODUCTION}[name]

    async def certificate(self, content, password, name):
        return content, password

    async def client(self, certificate, destination):
        return self

    async def send(self, notification):
        self.sent.append(notification)
        if self.error is not None:
            raise self.error
        return Response(notification, self.status, body=self.body)


def dispatch(message, clients: Answering) -> bool:
    return asyncio.run(DispatchToDevice(clients).mediate(message))


def test_a_success_goes_on_with_the_result_as_the_whole_envelope(complete):
    message = complete()
    assert dispatch(message, Answering()) is True
    assert etree.tostring(message.envelope).decode() == (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soapenv:Body><apns:dispatchToDeviceResult xmlns:apns="{NAMESPACE}">'
        "<apns:successful>true</apns:successful></apns:dispatchToDeviceResult>"
        "</soapenv:Body></soapenv:Envelope>"
    )


def test_the_outcome_is_told_in_properties(complete):
    message, clients = complete(), Answering()
    dispatch(message, clients)
    assert message.properties.get("apns.status") == "200"
    assert message.properties.get("apns.id") == clients.sent[0].apns_id
    assert message.properties.get("apns.reason") is None


def test_a_rejection_is_a_failure_with_status_reason_id_and_timestamp_to_branch_on(complete):
    message = complete()
    clients = Answering(410, b'{"reason":"Unregistered","timestamp":1700000000123}')
    with pytest.raises(MediationError, match=r"Error Code : <APNS_000004>"):
        dispatch(message, clients)
    get = message.properties.get
    assert (get("apns.status"), get("apns.reason")) == ("410", "Unregistered")
    assert get("apns.timestamp") == "1700000000123"
    assert get("apns.id") == clients.sent[0].apns_id
    assert get("ERROR_CODE") == "APNS_000004"


def test_the_outcome_of_an_earlier_dispatch_is_not_left_for_the_next(complete):
    message = complete()
    with pytest.raises(MediationError):
        dispatch(message, Answering(400, b'{"reason":"BadTopic"}'))
    message.properties.set("apns.deviceToken", "no hex")
    with pytest.raises(MediationError):
        dispatch(message, Answering())
    assert message.properties.get("apns.reason") is None
    assert message.properties.get("apns.status") is None


@pytest.mark.parametrize("answer", [Answering(), Answering(400, b'{"reason":"BadTopic"}')])
def test_no_element_of_a_dispatch_leaks_into_the_next_one_on_the_message(complete, answer):
    message = complete(sound="default", badge="3")
    with suppress(MediationError):
        dispatch(message, answer)
    for name in ("deviceToken", "alert", "sound", "badge"):
        assert message.properties.get(f"apns.{name}") is None
    assert message.properties.get("apns.destination") == "sandbox"


def test_the_log_says_why_a_push_failed_and_which_one_it_was(complete, caplog):
    message, clients = complete(), Answering(410, b'{"reason":"Unregistered"}')
    with pytest.raises(MediationError):
        dispatch(message, clients)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("dispatchToDevice failed with APNS_000004: 410 Unregistered: ")
    assert f"(device token …{TOKEN[-8:]}, apns-id {clients.sent[0].apns_id}, " in line
    assert line.endswith(f"message {message.message_id})")
    assert TOKEN not in line


def test_an_unexpected_error_is_unknown_to_the_flow_and_known_to_the_log(complete, caplog):
    message = complete()
    with pytest.raises(MediationError):
        dispatch(message, Answering(error=ZeroDivisionError("a mistake of ours")))
    assert message.properties.get("ERROR_CODE") == "APNS_000007"
    assert message.properties.get("ERROR_MESSAGE") == "Unknown error - Error Code : <APNS_000007>"
    assert "a mistake of ours" in caplog.text


def test_alert_and_sound_are_left_out_when_absent_and_the_badge_is_0(complete):
    assert read_notification(complete(alert=None)).payload == {"aps": {"badge": 0}}
    assert read_notification(complete(alert="")).payload == {"aps": {"badge": 0}}


def test_all_that_is_given_is_in_the_payload(complete):
    notification = read_notification(complete(sound="ding", badge="2"))
    assert notification.payload == {"aps": {"alert": "Hello iOS", "sound": "ding", "badge": 2}}


def test_a_device_token_may_be_written_in_groups_and_in_capitals(complete):
    notification = read_notification(complete(deviceToken=" <ABAB-ABAB " + "AB" * 28 + ">"))
    assert notification.device_token == TOKEN


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        (None, r"Mandatory property apns\.deviceToken is missing\."),
        ("  ", "Device token is empty"),
    ],
)
def test_a_device_token_is_required(complete, token, sentence):
    with pytest.raises(OperationError, match=sentence):
        read_notification(complete(deviceToken=token))


def test_a_device_token_that_is_none_is_refused_by_the_notification(complete):
    with pytest.raises(NotificationError, match="hexadecimal"):
        read_notification(complete(deviceToken="xyz"))
