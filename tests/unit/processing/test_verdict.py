"""The verdict on a record is decided by what Apple said, and by what the flow left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from apns_connector.apns.reasons import REASONS, Action
from apns_connector.delivery.retry import Outcome, Verdict
from apns_connector.mediation.attempt import Answer, Attempt
from apns_connector.mediation.configuration import read_deployment
from apns_connector.mediation.message import Message
from apns_connector.processing.verdict import (
    DELIVERED,
    Failure,
    arrived,
    failure_on,
    forget_earlier_failures,
    judge,
    together,
    told_missing,
)

TOKEN = "ab" * 32


@pytest.fixture
def message(tmp_path: Path) -> Message:
    (tmp_path / "synapse-configs/default").mkdir(parents=True)
    return Message.from_json({}, configuration=read_deployment(tmp_path, classes={}))


def by_answer(status: int, reason: str) -> Outcome:
    code = REASONS[reason].code if reason in REASONS else "APNS_000007"
    return judge(Failure(code, f"{status} {reason}: …", status, reason))


def test_a_flow_without_failure_has_delivered():
    assert judge(None) == Outcome(Verdict.DELIVERED)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(410, "Unregistered"), (410, "ExpiredToken"), (400, "BadDeviceToken")],
)
def test_a_token_that_is_gone_ends_it_as_a_delivery_does(status, reason):
    outcome = by_answer(status, reason)
    assert outcome.verdict is Verdict.DELIVERED
    assert reason in outcome.reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [(429, "TooManyRequests"), (500, "InternalServerError"), (403, "ExpiredProviderToken")],
)
def test_what_may_work_later_is_tried_again_and_counts(status, reason):
    assert by_answer(status, reason) == Outcome(Verdict.AGAIN, f"{status} {reason}: …")


@pytest.mark.parametrize("reason", ["ServiceUnavailable", "Shutdown", "SomethingNew"])
def test_an_apple_that_is_not_available_is_an_outage(reason):
    assert by_answer(503, reason) == Outcome(Verdict.AGAIN, f"503 {reason}: …", counts=False)


def test_too_many_provider_tokens_are_waited_out():
    outcome = by_answer(429, "TooManyProviderTokenUpdates")
    assert (outcome.verdict, outcome.after, outcome.counts) == (Verdict.AGAIN, 1200.0, False)


@pytest.mark.parametrize("row", REASONS.values(), ids=lambda row: row.name)
def test_every_reason_that_another_attempt_does_not_mend_is_hopeless(row):
    mended = {Action.WAIT, Action.NEW_CONNECTION, Action.NEW_TOKEN, Action.FORGET_TOKEN}
    hopeless = by_answer(row.status, row.name).verdict is Verdict.HOPELESS
    assert hopeless == (row.action not in mended)


def test_an_unknown_reason_is_judged_by_its_status():
    assert by_answer(400, "Invented").verdict is Verdict.HOPELESS
    assert by_answer(500, "Invented").verdict is Verdict.AGAIN


def test_what_nobody_answered_counts_as_no_attempt():
    unreachable = Outcome(Verdict.AGAIN, "Not sent", counts=False)
    assert judge(Failure("APNS_000004", "Not sent")) == unreachable
    assert judge(Failure("APNS_000001", "Not sent", None, "NotSent")) == unreachable


def test_a_parameter_or_payload_that_is_wrong_stays_so():
    assert judge(Failure("APNS_000001", "no token")) == Outcome(Verdict.HOPELESS, "no token")
    assert judge(Failure("APNS_000006", "too long")) == Outcome(Verdict.HOPELESS, "too long")


def test_other_failures_of_a_flow_are_tried_again_and_count():
    for code in ("APNS_000002", "APNS_000003", "401000", "0"):
        assert judge(Failure(code, "why")) == Outcome(Verdict.AGAIN, "why")


def test_a_failure_is_read_from_the_message(message):
    assert failure_on(message) is None
    for name, value in {
        "ERROR_CODE": "APNS_000004",
        "ERROR_MESSAGE": "APNs rejected",
        "ERROR_DETAIL": f"503 Shutdown: for {TOKEN}\nat <apns.dispatchToDevice>",
        "apns.status": "503",
        "apns.reason": "Shutdown",
    }.items():
        message.properties.set(name, value)
    failure = failure_on(message)
    assert failure == Failure("APNS_000004", f"503 Shutdown: for …{TOKEN[-8:]}", 503, "Shutdown")


def test_what_is_told_holds_no_secret(message):
    message.secrets.add("open sesame")
    message.properties.set("ERROR_CODE", 0)
    message.properties.set("ERROR_MESSAGE", "open sesame is wrong " * 100)
    failure = failure_on(message)
    assert failure is not None
    assert failure.sentence.startswith("*** is wrong")
    assert len(failure.sentence) == 300


def test_a_failure_without_words_has_its_code(message):
    message.properties.set("ERROR_CODE", 101503)
    assert failure_on(message) == Failure("101503", "ERROR_CODE 101503")


def test_failures_of_the_flow_before_the_store_are_forgotten(message):
    message.properties.set("ERROR_CODE", "APNS_000004")
    message.properties.set("apns.status", "503")
    message.properties.set("mine", "stays")
    forget_earlier_failures(message)
    assert message.properties.default == {"mine": "stays"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, False),
        (Answer(200), True),
        (Answer(410, "Unregistered", 7), True),
        (Answer(400, "BadDeviceToken"), True),
        (Answer(400, "BadTopic"), False),
    ],
)
def test_a_notification_has_arrived_when_nobody_is_left_to_send_it_to(answer, expected):
    assert arrived(answer) is expected


def an_attempt(*answers: Answer | None) -> Attempt:
    attempt = Attempt("id", 0.0)
    for number, answer in enumerate(answers):
        key = attempt.next_key(b"%d" % number)
        if answer is not None:
            attempt.answers[key] = answer
    return attempt


def test_of_several_notifications_it_is_told_how_many_are_missing():
    busy = Outcome(Verdict.AGAIN, "503 Shutdown", counts=False)
    attempt = an_attempt(Answer(200), None, Answer(400, "BadTopic"))
    told = "2 of 3 notifications not delivered: 503 Shutdown"
    assert told_missing(busy, attempt) == Outcome(Verdict.AGAIN, told, counts=False)


def test_otherwise_the_reason_is_enough():
    busy = Outcome(Verdict.AGAIN, "503 Shutdown")
    assert told_missing(busy, None) == busy
    assert told_missing(busy, an_attempt(None)) == busy
    assert told_missing(busy, an_attempt(Answer(200), Answer(200))) == busy
    assert told_missing(DELIVERED, an_attempt(None, None)) == DELIVERED


def test_of_several_branches_what_may_still_be_delivered_decides():
    done, hopeless = Outcome(Verdict.DELIVERED), Outcome(Verdict.HOPELESS, "no")
    again, outage = Outcome(Verdict.AGAIN, "later"), Outcome(Verdict.AGAIN, "away", counts=False)
    assert together([]) == done
    assert together([done, done]) == done
    assert together([done, hopeless]) == hopeless
    assert together([hopeless, outage, done]) == outage
    assert together([outage, again]) == again
