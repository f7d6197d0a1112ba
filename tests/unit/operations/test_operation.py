"""What all operations do alike: result and failure, properties, log."""

from __future__ import annotations

import asyncio

import pytest
from lxml import etree

from apns_connector.apns import Notification, Response
from apns_connector.errors import ChannelRefused, MediationError, NotSent
from apns_connector.operations.failure import OperationError
from apns_connector.operations.operation import Operation, require_accepted, tell
from apns_connector.operations.result import NAMESPACE, Result

NOTIFICATION = Notification(device_token="ab" * 32, payload={"aps": {}})


class Test(Operation):
    """Does what it is told."""

    __test__ = False
    name = "test"

    def __init__(self, outcome: Result | Exception):
        super().__init__(None)
        self.outcome = outcome

    async def perform(self, message, parameters):
        tell(message, status=200, reason=None)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def subject(self, parameters):
        return f"subject {parameters.optional('subject')}"


def run(message, outcome: Result | Exception = Result({"count": 3})):  # noqa: B008 - never changed
    assert asyncio.run(Test(outcome).mediate(message)) is True
    return message


def failed(message, outcome: Exception) -> MediationError:
    with pytest.raises(MediationError) as caught:
        run(message, outcome)
    return caught.value


def test_a_success_is_the_result_as_the_whole_envelope_of_soap_11(called):
    message = run(called("test"))
    assert etree.tostring(message.envelope).decode() == (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soapenv:Body><apns:testResult xmlns:apns="{NAMESPACE}">'
        "<apns:successful>true</apns:successful><apns:count>3</apns:count>"
        "</apns:testResult></soapenv:Body></soapenv:Envelope>"
    )


def test_a_json_message_gets_the_result_as_json(called):
    message = called("test")
    message.replace_json({"request": 1})
    assert run(message).json == {"success": True, "count": 3}


def test_the_result_goes_into_the_variable_that_is_named(called):
    message = run(called("test", responseVariable="result"))
    assert message.variables["result"]["payload"] == {"success": True, "count": 3}
    assert message.payload.tag == "request"


def test_a_variable_and_the_body_may_be_asked_for(called):
    message = run(called("test", responseVariable="result", overwriteBody="true"))
    assert message.variables["result"]["payload"] is None
    assert etree.QName(message.payload).localname == "testResult"


def test_an_output_that_is_none_is_refused_before_anything_is_done(called):
    message = called("test", overwriteBody="perhaps")
    with pytest.raises(MediationError):
        run(message)
    assert message.properties.get("ERROR_CODE") == "APNS_000001"
    assert message.properties.get("apns.status") is None


def test_what_an_earlier_operation_told_is_not_left(called):
    message = called("test")
    tell(message, reason="BadTopic", channelId="abc", accepted=1, failed=2)
    run(message)
    assert message.properties.get("apns.status") == "200"
    for name in ("reason", "channelId", "accepted", "failed"):
        assert message.properties.get(f"apns.{name}") is None


def test_an_error_of_the_client_is_told_with_its_code(called):
    message = called("test")
    error = failed(message, NotSent("refused"))
    assert error.code == "APNS_000004"
    assert message.properties.get("ERROR_DETAIL") == "Not sent, so safe to send again: refused"


def test_what_apple_refuses_about_channels_is_told_in_properties_too(called):
    message = called("test")
    failed(message, ChannelRefused("no", 400, "BadChannelId", "the id", "APNS_000001"))
    get = message.properties.get
    assert (get("apns.status"), get("apns.reason"), get("apns.id")) == (
        "400",
        "BadChannelId",
        "the id",
    )


def test_an_unexpected_error_is_unknown_to_the_flow_and_known_to_the_log(called, caplog):
    message = called("test")
    failed(message, ZeroDivisionError("a mistake of ours"))
    assert message.properties.get("ERROR_CODE") == "APNS_000007"
    assert message.properties.get("ERROR_MESSAGE") == "Unknown error - Error Code : <APNS_000007>"
    assert "a mistake of ours" in caplog.text


def test_the_log_says_in_one_line_what_failed_and_which_message_it_was(called, caplog):
    message = called("test", subject="of test")
    failed(message, OperationError("APNS_000001", "Wrong", "because of that"))
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        "test failed with APNS_000001: because of that "
        f"(subject of test, apns-id None, service None, message {message.message_id})"
    )


def test_a_rejection_is_a_failure_with_all_that_apple_said_in_properties(called):
    message = called("test")
    response = Response(
        NOTIFICATION, 410, body=b'{"reason":"Unregistered","timestamp":1700000000123}'
    )
    with pytest.raises(OperationError, match="Unregistered"):
        require_accepted(message, response)
    get = message.properties.get
    assert (get("apns.status"), get("apns.reason")) == ("410", "Unregistered")
    assert get("apns.timestamp") == "1700000000123"
    assert get("apns.id") == NOTIFICATION.apns_id
