"""What the APNs client says, told to the client of the API."""

import pytest

from apns_connector.apns import Notification, Response
from apns_connector.errors import (
    CredentialsError,
    NotificationError,
    NotSent,
    OutcomeUnknown,
    PayloadError,
)
from apns_connector.rest.answers import Outcome
from apns_connector.rest.outcomes import (
    CREDENTIALS_FAILED,
    nothing_happened,
    outcome_of,
    problem_of,
    summary,
)

ID = "123e4567-e89b-12d3-a456-42665544000a"


@pytest.fixture
def notification(token):
    return Notification(device_token=token, payload={"aps": {}}, apns_id=ID)


def test_what_is_accepted_has_its_id_and_nothing_else(notification):
    assert outcome_of(Response(notification, 200)) == Outcome(outcome="accepted", apns_id=ID)


def test_a_rejection_has_what_apple_said(notification):
    said = Response(notification, 410, body=b'{"reason":"Unregistered","timestamp":1700000000000}')
    outcome = outcome_of(said)
    assert (outcome.outcome, outcome.status, outcome.reason) == ("rejected", 410, "Unregistered")
    assert (outcome.timestamp, outcome.apns_id) == (1_700_000_000_000, ID)
    assert "no longer active" in (outcome.detail or "")


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (400, "BadDeviceToken", 422),
        (400, "PayloadEmpty", 422),
        (400, "TopicDisallowed", 502),
        (403, "InvalidProviderToken", 502),
        (403, "ExpiredProviderToken", 502),
        (410, "Unregistered", 410),
        (410, "ExpiredToken", 410),
        (413, "PayloadTooLarge", 413),
        (429, "TooManyRequests", 429),
        (500, "InternalServerError", 503),
        (503, "Shutdown", 503),
        (400, "SomethingNew", 422),
        (500, "SomethingNew", 503),
    ],
)
def test_the_status_of_a_rejection_says_who_has_to_do_something(
    notification, status, reason, expected
):
    said = Response(notification, status, body=f'{{"reason":"{reason}"}}'.encode())
    told = problem_of(outcome_of(said))
    assert (told.status, told.outcome, told.reason) == (expected, "rejected", reason)


@pytest.mark.parametrize(
    ("error", "word", "status"),
    [
        (NotSent("no connection", ID), "notSent", 503),
        (OutcomeUnknown("no answer", ID), "unknown", 504),
    ],
)
def test_what_was_not_answered_is_told_with_its_cause(error, word, status):
    outcome = outcome_of(error)
    assert outcome == Outcome(outcome=word, apns_id=ID, detail=error.cause)
    told = problem_of(outcome)
    assert (told.status, told.outcome, told.apns_id) == (status, word, ID)


def test_credentials_that_apple_refuses_are_told_to_the_log_alone(notification, caplog):
    error = CredentialsError("credentials/push.p12 is revoked")
    error.notification = notification
    outcome = outcome_of(error)
    assert outcome == Outcome(outcome="notSent", apns_id=ID, detail=CREDENTIALS_FAILED)
    assert problem_of(outcome).status == 502
    assert "credentials/push.p12 is revoked" in caplog.text


@pytest.mark.parametrize(
    ("error", "pointer"),
    [
        (NotificationError("topic", "no"), "#/topic"),
        (NotificationError("push_type", "no"), "#/pushType"),
        (NotificationError("device_token", "no"), "#/deviceToken"),
        (PayloadError("no"), "#/payload"),
    ],
)
def test_what_is_not_valid_names_the_member(error, pointer):
    outcome = outcome_of(error)
    assert (outcome.outcome, outcome.pointer, outcome.detail) == ("invalid", pointer, "no")
    told = problem_of(outcome)
    assert (told.status, told.outcome, told.errors[0].pointer) == (422, None, pointer)


def test_a_list_is_summed_up():
    outcomes = [Outcome(outcome="accepted"), Outcome(outcome="invalid"), Outcome(outcome="unknown")]
    told = summary(outcomes)
    assert (told.accepted, told.failed, told.notifications) == (1, 2, outcomes)


@pytest.mark.parametrize(
    ("words", "nothing"),
    [
        (["notSent", "invalid"], True),
        (["notSent", "accepted"], False),
        (["rejected"], False),
        (["unknown"], False),
    ],
)
def test_a_request_may_be_sent_again_when_nothing_reached_apple(words, nothing):
    assert nothing_happened([Outcome(outcome=word) for word in words]) is nothing
