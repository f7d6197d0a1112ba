"""A message that comes out of a store may come again: its notifications keep their ids, and those
that have their final answers are not sent again."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest

from apns_connector.errors import MediationError, NotSent
from apns_connector.mediation.attempt import Answer, Attempt
from apns_connector.operations.dispatch_live_activity import DispatchLiveActivity
from apns_connector.operations.dispatch_to_channel import DispatchToChannel
from apns_connector.operations.dispatch_to_device import DispatchToDevice
from apns_connector.operations.dispatch_to_devices import DispatchToDevices
from apns_connector.operations.failure import OperationError
from apns_connector.operations.from_store import UNMARKED, Mark, marks_of, refuse_expired

RECORD = "0191d3a0-0000-7000-8000-000000000001"
CREATED = 1_690_000_000.5
A, B, C = "ab" * 32, "cd" * 32, "ef" * 32
OK = (200, b"")
GONE = (410, b'{"reason":"Unregistered","timestamp":1700000000123}')
BUSY = (503, b'{"reason":"ServiceUnavailable"}')
WRONG = (400, b'{"reason":"BadTopic"}')
SENT_BEFORE = Answer(200)


@pytest.fixture
def kept(called):
    """``kept("dispatchToDevice", …)``: as ``called``, on a message of the record RECORD; ``after``
    is the message of the attempt before."""

    def build(operation, after=None, **parameters):
        message = called(operation, **parameters)
        earlier = {} if after is None else after.exchange.attempt.answers
        message.exchange.attempt = Attempt(RECORD, CREATED, earlier)
        return message

    return build


@pytest.fixture
def attempt(kept, apple):
    """Calls an operation, and says what it sent and which code it failed with."""

    def call(operation, *answers, after=None, **parameters):
        clients = apple(*answers)
        message = kept(operation.name, after, **parameters)
        message.replace_json({})
        try:
            asyncio.run(operation(clients).mediate(message))
        except MediationError:
            return message, clients.sent, message.properties.get("ERROR_CODE")
        return message, clients.sent, None

    return call


def to(*tokens):
    return {"deviceTokens": json.dumps(tokens), "alert": "Hi"}


def tokens_of(sent):
    return [notification.device_token for notification in sent]


# Ids


def ids(message, *contents, copied=False):
    message.copied = copied
    return [marks_of(message, lambda said=said: said, [A])[0].apns_id for said in contents]


def test_a_message_that_comes_from_no_store_has_no_say(message):
    assert marks_of(message(), lambda: b"", [A, B]) == [UNMARKED, UNMARKED]
    assert UNMARKED.apns_id == ""


def test_the_first_id_is_that_of_the_record_and_others_follow_from_it(kept):
    first = ids(kept("x"), b"one", b"two", b"three")
    assert ids(kept("x"), b"one", b"two", b"three") == first
    assert first[0] == RECORD
    assert len(set(first)) == 3
    assert all(str(uuid.UUID(apns_id)) == apns_id for apns_id in first)


def test_the_ids_of_copies_do_not_depend_on_which_of_them_comes_first(kept):
    one, two = ids(kept("x"), b"one", b"two", copied=True)
    assert ids(kept("x"), b"two", b"one", copied=True) == [two, one]
    assert RECORD not in (one, two)


def test_nor_does_that_of_the_message_itself(kept):
    message = kept("x")
    copy = message.clone()
    ids(copy, b"one", copied=True)
    assert ids(message, b"two") == [RECORD]


def test_two_that_are_alike_have_an_id_each(kept):
    assert len(set(ids(kept("x"), b"one", b"one", b"one", copied=True))) == 3


def test_a_push_carries_the_id_of_its_record(attempt):
    for _ in range(2):
        _, (sent,), _ = attempt(DispatchToDevice, deviceToken=A, alert="Hi")
        assert sent.apns_id == RECORD


def test_an_id_that_is_given_wins(attempt):
    mine = "11111111-1111-4111-8111-111111111111"
    _, (sent,), _ = attempt(DispatchToDevice, deviceToken=A, alert="Hi", apnsId=mine)
    assert sent.apns_id == mine


def test_each_of_many_devices_has_its_own_the_same_in_each_attempt(attempt):
    _, sent, _ = attempt(DispatchToDevices, **to(A, B))
    _, again, _ = attempt(DispatchToDevices, **to(A, B))
    assert [one.apns_id for one in sent] == [one.apns_id for one in again]
    assert sent[0].apns_id == RECORD != sent[1].apns_id


def test_a_broadcast_carries_the_id_of_its_record(attempt):
    given = {"event": "update", "contentState": '{"a": 1}', "channelId": "dHN0LXNyY2gtY2hubA=="}
    _, (sent,), _ = attempt(DispatchToChannel, topic="com.example.app", **given)
    assert sent.apns_id == RECORD


# Expiration


def test_a_notification_that_has_expired_in_its_store_is_refused():
    mark = Mark(RECORD, b"key", Attempt(RECORD, CREATED))
    with pytest.raises(OperationError, match="has expired at 2023-11-14T22:13:20Z"):
        refuse_expired([mark], 1_700_000_000, 1_700_000_001.0)
    with pytest.raises(OperationError, match="has expired"):
        refuse_expired([mark], -(10**15), 1_700_000_001.0)


def test_one_that_has_not_or_never_does_is_sent():
    mark = Mark(RECORD, b"key", Attempt(RECORD, CREATED))
    refuse_expired([mark], 1_700_000_001, 1_700_000_001.0)
    refuse_expired([mark], 0, 1_700_000_001.0)
    refuse_expired([mark], None, 1_700_000_001.0)
    refuse_expired([UNMARKED], 1, 1_700_000_001.0)


def test_one_that_has_arrived_cannot_be_too_late():
    answered = Mark(RECORD, b"key", Attempt(RECORD, CREATED, {b"key": SENT_BEFORE}))
    refuse_expired([answered], 1, 1_700_000_001.0)


def test_nothing_that_has_expired_is_sent(attempt):
    for operation, whom in ((DispatchToDevice, {"deviceToken": A}), (DispatchToDevices, to(A))):
        given = {"alert": "Hi", "expiration": "1", **whom}
        message, sent, code = attempt(operation, **given)
        assert (sent, code) == ([], "APNS_000001")
        assert "has expired" in message.properties.get("ERROR_DETAIL")


# Answers


def test_what_was_accepted_is_not_sent_again_and_tells_the_same(attempt):
    first, _, _ = attempt(DispatchToDevice, deviceToken=A, alert="Hi")
    again, sent, code = attempt(DispatchToDevice, after=first, deviceToken=A, alert="Hi")
    assert (sent, code) == ([], None)
    assert again.json == first.json
    assert again.properties.get("apns.id") == RECORD


def test_a_token_that_is_gone_is_told_again_with_its_time(attempt):
    first, _, code = attempt(DispatchToDevice, GONE, deviceToken=A, alert="Hi")
    again, sent, same = attempt(DispatchToDevice, after=first, deviceToken=A, alert="Hi")
    assert (sent, same) == ([], code)
    for name in ("ERROR_DETAIL", "apns.status", "apns.reason", "apns.timestamp"):
        assert again.properties.get(name) == first.properties.get(name) is not None


@pytest.mark.parametrize("answer", [BUSY, (429, b'{"reason":"TooManyRequests"}'), NotSent("no")])
def test_what_may_succeed_yet_is_sent_again(attempt, answer):
    first, _, code = attempt(DispatchToDevice, answer, deviceToken=A, alert="Hi")
    assert code is not None
    _, (sent,), code = attempt(DispatchToDevice, after=first, deviceToken=A, alert="Hi")
    assert (sent.apns_id, code) == (RECORD, None)


@pytest.mark.parametrize("change", [{"deviceToken": B}, {"alert": "Ho"}, {"collapseId": "c"}])
def test_another_notification_is_sent(attempt, change):
    first, _, _ = attempt(DispatchToDevice, deviceToken=A, alert="Hi")
    given = {"deviceToken": A, "alert": "Hi", **change}
    assert len(attempt(DispatchToDevice, after=first, **given)[1]) == 1


def test_of_many_devices_only_those_without_an_answer_get_it_again(attempt):
    first, sent, code = attempt(DispatchToDevices, OK, GONE, BUSY, **to(A, B, C))
    assert (tokens_of(sent), code) == ([A, B, C], "APNS_000004")
    assert (first.properties.get("apns.status"), first.json["accepted"]) == ("503", 1)

    second, again, code = attempt(DispatchToDevices, BUSY, after=first, **to(A, B, C))
    assert (tokens_of(again), code) == ([C], "APNS_000004")
    assert again[0].apns_id == sent[2].apns_id

    last, again, code = attempt(DispatchToDevices, OK, after=second, **to(A, B, C))
    assert (tokens_of(again), code) == ([C], None)
    assert (last.json["accepted"], last.json["failed"]) == (2, 1)
    ids_told = [device["apnsId"] for device in last.json["devices"]]
    assert ids_told == [notification.apns_id for notification in sent]


def test_the_order_of_the_devices_does_not_matter(attempt):
    first, _, _ = attempt(DispatchToDevices, OK, BUSY, OK, **to(A, B, C))
    _, sent, _ = attempt(DispatchToDevices, after=first, **to(C, B, A))
    assert tokens_of(sent) == [B]


def test_what_will_never_succeed_is_no_failure_beside_what_has(attempt):
    message, _, code = attempt(DispatchToDevices, OK, WRONG, **to(A, B))
    assert code is None
    assert attempt(DispatchToDevices, after=message, **to(A, B))[1] == []


def test_when_none_was_accepted_the_failure_with_most_promise_is_told(attempt):
    told = [
        attempt(DispatchToDevices, *answers, **to(A, B))[0].properties.get("apns.reason")
        for answers in ((GONE, WRONG), (WRONG, BUSY), (BUSY, GONE), (GONE, GONE))
    ]
    assert told == ["BadTopic", "ServiceUnavailable", "ServiceUnavailable", "Unregistered"]


def test_a_device_that_nobody_answered_for_makes_the_message_come_again(attempt):
    message, _, code = attempt(DispatchToDevices, OK, NotSent("no way"), **to(A, B))
    assert (code, message.properties.get("apns.reason")) == ("APNS_000004", "NotSent")
    assert tokens_of(attempt(DispatchToDevices, after=message, **to(A, B))[1]) == [B]


def test_an_activity_is_of_the_time_at_which_its_message_was_kept(attempt):
    """And so it is the same in each attempt."""
    given = {"event": "update", "contentState": '{"a": 1}', "topic": "com.example.app"}
    first, (sent,), _ = attempt(DispatchLiveActivity, deviceToken=A, **given)
    assert sent.payload["aps"]["timestamp"] == int(CREATED)
    assert attempt(DispatchLiveActivity, after=first, deviceToken=A, **given)[1] == []
