"""Each request ends once, and those who listen are told before its sender is."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from apns_connector.apns.events import (
    Events,
    NotificationAnswered,
    NotificationFailed,
    NotificationResent,
    NotificationSent,
)
from apns_connector.apns.notification import Notification
from apns_connector.apns.outcomes import Outcomes
from apns_connector.apns.reasons import REASONS
from apns_connector.apns.refusal import Refusal
from apns_connector.apns.request import request_for
from apns_connector.apns.response import Response
from apns_connector.errors import NotSent, OutcomeUnknown

BY_KEY = SimpleNamespace(certified=False, topic_for=lambda push_type: None)


@pytest.fixture
def request_():
    notification = Notification(device_token="ab", payload={"aps": {}}, topic="a")
    return request_for(notification, BY_KEY, 10.0, Future())


@pytest.fixture
def seen():
    return []


@pytest.fixture
def outcomes(seen):
    events = Events()
    events.add(seen.append)
    return Outcomes(events, on_rejection=None)


def test_an_answer_is_told_and_given(outcomes, request_, seen):
    response = Response(request_.notification, 200)
    outcomes.sent(request_, 3)
    outcomes.answer(request_, response)
    assert seen == [NotificationSent(request_.notification, 3), NotificationAnswered(response)]
    assert request_.waiter.result() is response


def test_a_resend_is_told_with_its_reason(outcomes, request_, seen):
    outcomes.resent(request_, "refused")
    assert seen == [NotificationResent(request_.notification, "refused")]
    assert not request_.waiter.done()


def test_a_rejection_is_shown_first_and_an_acceptance_never(request_):
    shown = []
    outcomes = Outcomes(Events(), shown.append)
    outcomes.answer(request_, Response(request_.notification, 200))
    assert shown == []
    rejection = Response(request_.notification, 410, body=b'{"reason":"Unregistered"}')
    outcomes.answer(request_, rejection)
    assert shown == [rejection]


def test_a_connection_that_was_refused_answers_for_each_request(outcomes, request_):
    outcomes.refuse(request_, REASONS["BadCertificateEnvironment"])
    assert request_.waiter.result().reason == "BadCertificateEnvironment"


def test_all_that_wait_fail_each_with_an_error_of_its_own(outcomes, request_, seen):
    outcomes.fail_all([request_], Refusal(NotSent, "closed"))
    error = request_.waiter.exception()
    assert isinstance(error, NotSent)
    assert error.apns_id == request_.notification.apns_id
    assert seen == [NotificationFailed(request_.notification, error)]


def test_what_may_have_been_processed_before_fails_as_unknown(outcomes, request_):
    request_.written = "sent, but the connection was lost"
    outcomes.fail(request_, NotSent("closed"))
    assert isinstance(request_.waiter.exception(), OutcomeUnknown)


def test_what_apple_rejected_for_now_and_could_not_be_sent_again_ends_rejected(outcomes, request_):
    request_.rejection = Response(request_.notification, 503, body=b'{"reason":"Shutdown"}')
    outcomes.fail(request_, NotSent("closed"))
    assert request_.waiter.result() is request_.rejection
