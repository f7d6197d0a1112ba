"""A failed operation leaves ERROR_* properties and an errorResponse for the fault sequence."""

from __future__ import annotations

import pytest
from lxml import etree

from apns_connector.apns import REASONS, Notification, Response
from apns_connector.errors import (
    CredentialsError,
    DestinationError,
    NotificationError,
    NotSent,
    OutcomeUnknown,
    PayloadError,
)
from apns_connector.operations.failure import OperationError, record
from apns_connector.operations.output import Output
from apns_connector.operations.result import NAMESPACE

NOTIFICATION = Notification(device_token="ab" * 32, payload={"aps": {}}, topic="com.example.app")

# The codes promised to fault sequences, written out here a second time on purpose.
CODES = {
    "APNS_000001": "BadDeviceToken MissingDeviceToken DeviceTokenNotForTopic MissingTopic BadTopic "
    "BadCollapseId BadExpirationDate BadMessageId BadPriority InvalidPushType DuplicateHeaders "
    "BadPath MissingChannelId BadChannelId BadRequestParams MissingChannelQueueSize "
    "MissingPushType",
    "APNS_000002": "BadCertificate BadCertificateEnvironment Forbidden TopicDisallowed "
    "MissingProviderToken InvalidProviderToken ExpiredProviderToken UnrelatedKeyIdInToken "
    "BadEnvironmentKeyIdInToken BadEnvironmentKeyInToken TopicMismatch",
    "APNS_000004": "TooManyRequests TooManyProviderTokenUpdates IdleTimeout InternalServerError "
    "ServiceUnavailable Shutdown Unregistered ExpiredToken ChannelNotRegistered",
    "APNS_000006": "PayloadTooLarge PayloadEmpty BadRequestPayload",
    "APNS_000007": "MethodNotAllowed FeatureNotEnabled BroadcastFeatureNotEnabled "
    "CannotCreateChannelConfig SomethingNew",
}
ROWS = [(reason, code) for code, reasons in CODES.items() for reason in reasons.split()]


def rejection(reason: str, status: int = 400, timestamp: int | None = None) -> OperationError:
    said = f'{{"reason":"{reason}"' + (f',"timestamp":{timestamp}' if timestamp else "") + "}"
    return OperationError.from_rejection(Response(NOTIFICATION, status, body=said.encode()))


@pytest.mark.parametrize(("reason", "code"), ROWS)
def test_each_reason_of_apple_has_its_code(reason, code):
    assert rejection(reason).code == code


def test_the_table_above_knows_every_reason():
    assert {reason for reason, _ in ROWS} - {"SomethingNew"} == set(REASONS)


def test_the_detail_names_apples_status_and_reason():
    assert rejection("BadTopic").detail == "400 BadTopic: The topic is not valid."


def test_an_unknown_reason_is_kept_verbatim():
    failure = rejection("SomethingNew", status=418)
    assert failure.sentence == "APNs rejected the notification: SomethingNew"
    assert failure.detail.startswith("418 SomethingNew: ")


def test_the_detail_tells_since_when_a_token_is_invalid():
    failure = rejection("Unregistered", status=410, timestamp=1_700_000_000_123)
    assert failure.detail.endswith("Invalid since 2023-11-14T22:13:20Z (timestamp 1700000000123).")


def test_an_accepted_notification_is_no_failure():
    with pytest.raises(ValueError, match="accepted"):
        OperationError.from_rejection(Response(NOTIFICATION, 200))


@pytest.mark.parametrize(
    ("error", "code", "sentence", "detail"),
    [
        (NotificationError("topic", "A topic is needed"), 1, "A topic is needed", "A topic is"),
        (CredentialsError("Cannot decrypt"), 2, "Cannot decrypt", "Cannot decrypt"),
        (DestinationError("moon"), 3, "Destination 'moon' is not valid: ", "Destination 'moon'"),
        (NotSent("refused"), 4, "Cannot connect to APNs", "Not sent, so safe to send again: ref"),
        (OutcomeUnknown("cut"), 4, "No answer from APNs", "It may or may not have been delivered"),
        (PayloadError("Payload is too long."), 6, "Payload is too long.", "Payload is too long."),
    ],
)
def test_each_error_of_the_client_has_its_code_and_words(error, code, sentence, detail):
    failure = OperationError.from_error(error)
    assert failure.code == f"APNS_00000{code}"
    assert failure.sentence.startswith(sentence)
    assert failure.detail.startswith(detail)


def test_the_fault_sequence_finds_code_message_detail_and_exception(message):
    failed = message()
    error = record(failed, OperationError("APNS_000001", "No token", "because"))
    get = failed.properties.get
    assert get("ERROR_CODE") == "APNS_000001"
    assert get("ERROR_MESSAGE") == "No token - Error Code : <APNS_000001>"
    assert get("ERROR_DETAIL") == "because"
    assert get("ERROR_EXCEPTION") is error
    assert str(error) == "Error in sending push notification. Error Code : <APNS_000001>"


def test_characters_that_no_xml_may_hold_do_not_get_in_the_way_of_the_error(message):
    failed = message()
    record(failed, OperationError("APNS_000001", "Destination '\x00' is not valid"))
    assert "Destination '\ufffd' is not valid" in etree.tostring(failed.payload, encoding=str)


def test_values_of_an_earlier_failure_are_overwritten(message):
    failed = message()
    record(failed, OperationError("APNS_000004", "Away", "gone"))
    record(failed, OperationError("APNS_000001", "No token"))
    assert failed.properties.get("ERROR_CODE") == "APNS_000001"
    assert failed.properties.get("ERROR_DETAIL") == "No token"


def test_the_body_becomes_an_error_response_and_the_envelope_stays(message):
    failed = message()
    envelope = failed.envelope
    record(failed, OperationError("APNS_000001", "No <token>"))
    assert failed.envelope is envelope
    assert etree.tostring(failed.payload, method="c14n", exclusive=True).decode() == (
        f'<apns:errorResponse xmlns:apns="{NAMESPACE}">'
        "<apns:errorMessage>No &lt;token&gt; - Error Code : &lt;APNS_000001&gt;</apns:errorMessage>"
        "<apns:errorCode>APNS_000001</apns:errorCode></apns:errorResponse>"
    )


def test_the_body_of_a_json_message_stays_json(message):
    failed = message()
    failed.replace_json({"request": 1})
    record(failed, OperationError("APNS_000004", "Away", "gone", {"failed": 2}))
    assert failed.json == {
        "success": False,
        "failed": 2,
        "error": {"code": "APNS_000004", "message": "Away", "detail": "gone"},
    }


def test_what_the_result_tells_all_the_same_is_in_the_error_response(message):
    failed = message()
    record(failed, OperationError("APNS_000004", "Away", "gone", {"devices": [{"index": 0}]}))
    devices = failed.payload[2]
    assert etree.QName(devices).localname == "devices"
    assert devices[0][0].text == "0"


def test_a_failure_for_a_variable_leaves_the_body_alone(message):
    failed = message()
    record(failed, OperationError("APNS_000001", "No token"), Output("result"))
    assert failed.payload.tag == "request"
    assert failed.variables["result"]["payload"]["error"]["code"] == "APNS_000001"
    assert failed.properties.get("ERROR_CODE") == "APNS_000001"
