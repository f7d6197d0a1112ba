"""Each request ends once, and those who listen are told before its sender is."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from apns_connector.apns.batch import Batch
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
    outcomes.sent([request_], 3)
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


class Stream(Batch):
    """Counts how often it is told."""

    def __init__(self) -> None:
        super().__init__(100, 10.0)
        self.told: list[list[Response]] = []

    def settle(self, outcomes) -> None:
        self.told.append([outcome.notification for outcome in outcomes])
        super().settle(outcomes)


def asked(*waiters):
    notifications = [Notification(device_token="ab", payload={}, topic="a") for _ in waiters]
    return [
        request_for(notification, BY_KEY, 10.0, waiter)
        for notification, waiter in zip(notifications, waiters, strict=True)
    ]


def test_each_that_was_accepted_gets_its_own_answer_and_a_stream_its_own_together():
    first, second, alone, gone = Stream(), Stream(), Future(), Future()
    gone.cancel()
    requests = asked(first, first, alone, first, second, gone)
    blocks = [b"\x88%d" % number for number in range(6)]
    Outcomes(Events(), None).accept(list(zip(requests, blocks, strict=True)))
    told = [request.notification for request in requests]
    assert first.told == [[told[0], told[1], told[3]]]
    assert second.told == [[told[4]]]
    response = alone.result()
    assert (response.notification, response.status, response.block) == (told[2], 200, b"\x882")
    assert gone.cancelled()


def test_listeners_are_told_of_each_that_was_accepted(outcomes, seen):
    stream, alone = Stream(), Future()
    requests = asked(stream, alone)
    outcomes.accept([(request, b"\x88") for request in requests])
    assert [event.response.notification for event in seen] == [r.notification for r in requests]
    assert alone.result() is seen[1].response
    assert stream.told == [[requests[0].notification]]
