"""Each rule for broadcasts, one reason at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apns_connector.simulator.behaviour import STATUS_OF
from apns_connector.simulator.broadcast_rules import judge_broadcast
from apns_connector.simulator.channel_rules import CHANNEL_STATUS_OF
from apns_connector.simulator.channels import Channels
from apns_connector.simulator.client_certificate import ClientCertificate

APP = "com.example.app"
PATH = f"/4/broadcasts/apps/{APP}"
UUID = b"123e4567-e89b-12d3-a456-426614174000"


@pytest.fixture
def channels():
    return Channels()


@pytest.fixture
def storing(channels):
    return channels.create(APP, 1)


@pytest.fixture
def plain(channels):
    """A channel that stores nothing."""
    return channels.create(APP, 0)


@pytest.fixture
def answer(request_with, policy, channels, storing, now):
    """The answer to a good broadcast with parts of it changed."""

    def answer(fields=(), *, certificate=None, policy=policy, path=PATH, **changes):
        good = {
            "apns-topic": None,
            "apns-push-type": b"liveactivity",
            "apns-channel-id": storing.encode(),
            "apns-expiration": b"0",
            "apns-priority": b"10",
        }
        request = request_with({**good, **dict(fields)}, path=path, **changes)
        return judge_broadcast(request, certificate, None, policy, channels, now).answer

    return answer


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"fields": {"apns-push-type": b"Liveactivity"}},
        {"fields": {"apns-priority": b"5"}},
        {"fields": {"apns-priority": b"1"}},
        {"fields": {"apns-expiration": b"1700000000"}},
        {"fields": {"apns-request-id": UUID}},
        {"fields": {"apns-id": UUID}},
        {"fields": {"apns-topic": b"ignored"}},
        {"body": b"x" * 5120},
    ],
)
def test_a_broadcast_that_keeps_the_rules_is_accepted(changes, answer):
    assert (answer(**changes).status, answer(**changes).reason) == (200, None)


REFUSED = [
    ("MethodNotAllowed", {"method": "GET"}),
    ("BadPath", {"path": "/4/broadcasts/apps/"}),
    ("BadPath", {"path": PATH + "/again"}),
    ("DuplicateHeaders", {"more": ((b"x-own", b"1"), (b"x-own", b"2"))}),
    ("MissingProviderToken", {"fields": {"authorization": None}}),
    ("InvalidProviderToken", {"fields": {"authorization": b"bearer a.b.c"}}),
    ("TopicDisallowed", {"path": PATH + ".push-type.liveactivity"}),
    ("BadMessageId", {"fields": {"apns-request-id": b"1"}}),
    ("BadMessageId", {"fields": {"apns-id": b"1"}}),
    ("MissingPushType", {"fields": {"apns-push-type": None}}),
    ("InvalidPushType", {"fields": {"apns-push-type": b"alert"}}),
    ("BadPriority", {"fields": {"apns-priority": None}}),
    ("BadPriority", {"fields": {"apns-priority": b"7"}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": None}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": b"tomorrow"}}),
    ("MissingChannelId", {"fields": {"apns-channel-id": None}}),
    ("BadChannelId", {"fields": {"apns-channel-id": b"channel 1"}}),
    ("BadChannelId", {"fields": {"apns-channel-id": b"\xff"}}),
    ("BadChannelId", {"fields": {"apns-channel-id": b"QQ=="}}),
    ("BadChannelId", {"path": "/4/broadcasts/apps/com.example.other"}),
    ("PayloadEmpty", {"body": b""}),
    ("PayloadTooLarge", {"body": b"x" * 5121}),
]


@pytest.mark.parametrize(("reason", "changes"), REFUSED)
def test_a_broadcast_that_breaks_one_rule_gets_its_reason_and_status(reason, changes, answer):
    refused = answer(**changes)
    assert refused.reason == reason
    assert refused.status == (STATUS_OF | CHANNEL_STATUS_OF)[reason]


def test_a_channel_that_stores_nothing_takes_no_expiration(answer, plain):
    named = {"apns-channel-id": plain.encode()}
    assert answer(named).status == 200
    assert answer({**named, "apns-expiration": b"1700000000"}).reason == "BadExpirationDate"


def test_a_deleted_channel_is_not_registered_any_more(answer, channels, plain):
    channels.delete(APP, plain)
    assert answer({"apns-channel-id": plain.encode()}).reason == "ChannelNotRegistered"


def test_an_app_without_the_capability_publishes_nothing(request_with, policy, now):
    without = Channels(enabled=frozenset())
    judgement = judge_broadcast(request_with(path=PATH), None, None, policy, without, now)
    assert judgement.answer.reason == "BroadcastFeatureNotEnabled"
    assert judgement.authenticated


def test_credentials_for_another_app_do_not_publish(answer, policy):
    other = ClientCertificate(("com.example.other",), frozenset())
    assert answer(certificate=other).reason == "TopicMismatch"
    own = ClientCertificate((APP,), frozenset())
    assert answer({"authorization": None}, certificate=own).status == 200
    others = replace(policy, topics=frozenset({"com.example.other"}))
    assert answer(policy=others).reason == "TopicMismatch"


# Two rules are broken at once; the first of the order wins.
ORDER = [
    ("MethodNotAllowed", {"method": "GET", "path": PATH + "/again"}),
    ("BadPath", {"path": PATH + "/again", "fields": {"authorization": None}}),
    ("MissingProviderToken", {"fields": {"authorization": None}, "path": PATH + ".voip"}),
    ("TopicDisallowed", {"fields": {"apns-push-type": None}, "path": PATH + ".voip"}),
    ("MissingPushType", {"fields": {"apns-push-type": None, "apns-priority": None}}),
    ("BadPriority", {"fields": {"apns-priority": None, "apns-expiration": None}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": None, "apns-channel-id": None}}),
    ("MissingChannelId", {"fields": {"apns-channel-id": None}, "body": b""}),
]


@pytest.mark.parametrize(("reason", "changes"), ORDER)
def test_of_two_broken_rules_the_first_one_answers(reason, changes, answer):
    assert answer(**changes).reason == reason
