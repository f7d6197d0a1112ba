"""Who may manage channels, one reason at a time."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from apns_connector.simulator.behaviour import STATUS_OF
from apns_connector.simulator.channel_rules import CHANNEL_STATUS_OF, judge_management, refusal
from apns_connector.simulator.channels import Channels, Create, Delete, List, Read
from apns_connector.simulator.client_certificate import ClientCertificate

APP = "com.example.app"
CHANNELS = f"/1/apps/{APP}/channels"
ALL = f"/1/apps/{APP}/all-channels"
SETTINGS = {"message-storage-policy": 1, "push-type": "LiveActivity"}
UUID = b"123e4567-e89b-12d3-a456-426614174000"


def settings(**changes):
    """The body of a good request to create, with keys changed (None: left out)."""
    content = {**SETTINGS, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return json.dumps({key: value for key, value in content.items() if value is not None}).encode()


@pytest.fixture
def channels():
    return Channels(most=10)


@pytest.fixture
def existing(channels):
    return channels.create(APP, 1)


@pytest.fixture
def deleted(channels):
    channel_id = channels.create(APP)
    channels.delete(APP, channel_id)
    return channel_id


@pytest.fixture
def decide(request_with, policy, channels, now):
    """What is decided about a request to create a channel, with parts of it changed."""

    def decide(fields=(), *, certificate=None, policy=policy, path=CHANNELS, body=None, **changes):
        plain = {"apns-topic": None, "apns-push-type": None, **dict(fields)}
        body = settings() if body is None else body
        request = request_with(plain, path=path, body=body, **changes)
        return judge_management(request, certificate, None, policy, channels, now).decided

    return decide


def about(channel_id):
    return {"apns-channel-id": channel_id.encode()}


# What is allowed


@pytest.mark.parametrize("policy_number", [0, 1])
@pytest.mark.parametrize("push_type", ["LiveActivity", "liveactivity"])
def test_a_channel_may_be_created_with_either_policy(policy_number, push_type, decide):
    body = settings(message_storage_policy=policy_number, push_type=push_type)
    assert decide(body=body) == Create(APP, policy_number)


def test_a_channel_may_be_read_and_deleted(decide, existing):
    assert decide(about(existing), method="GET", body=b"") == Read(APP, existing)
    assert decide(about(existing), method="DELETE", body=b"") == Delete(APP, existing)


def test_all_channels_may_be_listed(decide):
    assert decide(method="GET", path=ALL, body=b"") == List(APP)


def test_the_id_of_the_request_may_be_given(decide):
    assert decide({"apns-request-id": UUID}) == Create(APP, 1)


def test_judging_changes_nothing(decide, channels, existing):
    decide()
    decide(about(existing), method="DELETE")
    assert channels.of(APP) == {existing: 1}


# What is refused


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("MethodNotAllowed", {"method": "PUT"}),
        ("MethodNotAllowed", {"method": "HEAD", "path": "/"}),
        ("BadPath", {"path": "/"}),
        ("BadPath", {"path": "/1/apps//channels"}),
        ("BadPath", {"path": f"/1/apps/{APP}"}),
        ("BadPath", {"path": f"/1/apps/{APP}/channels/QQ=="}),
        ("BadPath", {"path": f"/2/apps/{APP}/channels"}),
        ("BadPath", {"path": f"/4/broadcasts/apps/{APP}"}),
        ("BadPath", {"path": ALL, "method": "POST"}),
        ("BadPath", {"path": ALL, "method": "DELETE"}),
        ("DuplicateHeaders", {"more": ((b"x-own", b"1"), (b"x-own", b"2"))}),
        ("MissingProviderToken", {"fields": {"authorization": None}}),
        ("InvalidProviderToken", {"fields": {"authorization": b"bearer a.b.c"}}),
        ("TopicDisallowed", {"path": f"/1/apps/{APP}.push-type.liveactivity/channels"}),
        ("TopicDisallowed", {"path": "/1/apps/com example/channels"}),
        ("BadMessageId", {"fields": {"apns-request-id": b"1"}}),
        ("PayloadEmpty", {"body": b""}),
        ("PayloadTooLarge", {"body": b" " * 5121}),
        ("BadRequestPayload", {"body": b"{"}),
        ("BadRequestPayload", {"body": b"\xff"}),
        ("BadRequestPayload", {"body": b"[1]"}),
        ("BadRequestPayload", {"body": b"[" * 5000}),
        ("BadRequestParams", {"body": settings(name="final")}),
        ("MissingChannelQueueSize", {"body": settings(message_storage_policy=None)}),
        ("MissingChannelQueueSize", {"body": settings(message_storage_policy=2)}),
        ("MissingChannelQueueSize", {"body": settings(message_storage_policy="1")}),
        ("MissingChannelQueueSize", {"body": settings(message_storage_policy=True)}),
        ("MissingPushType", {"body": settings(push_type=None)}),
        ("InvalidPushType", {"body": settings(push_type="alert")}),
        ("InvalidPushType", {"body": settings(push_type=1)}),
        ("MissingChannelId", {"method": "GET"}),
        ("MissingChannelId", {"method": "DELETE"}),
        ("BadChannelId", {"method": "GET", "fields": {"apns-channel-id": b""}}),
        ("BadChannelId", {"method": "GET", "fields": {"apns-channel-id": b"channel 1"}}),
        ("BadChannelId", {"method": "GET", "fields": {"apns-channel-id": b"\xff"}}),
        ("BadChannelId", {"method": "DELETE", "fields": {"apns-channel-id": b"channel 1"}}),
        ("BadChannelId", {"method": "GET", "fields": {"apns-channel-id": b"QUFB" * 64}}),
        ("BadChannelId", {"method": "GET", "fields": {"apns-channel-id": b"QQ=="}}),
        ("BadPath", {"method": "DELETE", "fields": {"apns-channel-id": b"QQ=="}}),
    ],
)
def test_a_request_that_breaks_one_rule_gets_its_reason(reason, changes, decide):
    assert decide(**changes) == reason


def test_a_deleted_channel_is_not_registered_any_more(decide, deleted):
    assert decide(about(deleted), method="GET") == "ChannelNotRegistered"
    assert decide(about(deleted), method="DELETE") == "BadPath"


def test_channels_belong_to_one_app(decide, existing):
    other = "/1/apps/com.example.other/channels"
    assert decide(about(existing), method="GET", path=other) == "BadChannelId"


def test_there_are_only_so_many_channels_to_an_app(decide, channels):
    for _ in range(9):
        channels.create(APP)
    assert decide() == Create(APP, 1)
    channels.create(APP)
    assert decide() == "CannotCreateChannelConfig"
    assert decide(path="/1/apps/com.example.other/channels") == Create("com.example.other", 1)


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_an_app_without_the_capability_has_no_channels(method, request_with, policy, now):
    without = Channels(enabled=frozenset({"com.example.other"}))
    request = request_with(method=method, path=CHANNELS, body=settings())
    ruling = judge_management(request, None, None, policy, without, now)
    assert ruling.decided == "BroadcastFeatureNotEnabled"
    assert ruling.authenticated


# Whose credentials


def test_a_certificate_is_for_the_apps_that_it_lists(decide):
    own = ClientCertificate((APP, APP + ".voip"), frozenset())
    assert decide({"authorization": None}, certificate=own) == Create(APP, 1)
    other = ClientCertificate(("com.example.other",), frozenset())
    assert decide(certificate=other) == "TopicMismatch"
    assert decide(certificate=ClientCertificate((), frozenset())) == "BadCertificate"


def test_a_team_is_for_its_own_apps(decide, policy):
    others = replace(policy, topics=frozenset({"com.example.other"}))
    assert decide(policy=others) == "TopicMismatch"


def test_a_key_is_for_its_own_apps(team, decide, policy):
    key = team.provider_key(topics=frozenset({"com.example.other"}))
    limited = replace(policy, tokens=replace(policy.tokens, keys={key.key_id: key}))
    assert decide(policy=limited) == "TopicMismatch"


def test_a_good_provider_token_binds_the_connection_and_a_bad_one_does_not(
    team, request_with, policy, channels, now
):
    good = judge_management(request_with(path=CHANNELS), None, None, policy, channels, now)
    assert good.authenticated
    assert good.binding.key.team_id == team.team_id
    request = request_with({"authorization": b"bearer x"}, path=CHANNELS)
    bad = judge_management(request, None, None, policy, channels, now)
    assert (bad.authenticated, bad.binding) == (False, None)


# Two rules are broken at once; the first of the order wins.
ORDER = [
    ("MethodNotAllowed", {"method": "PUT", "path": "/"}),
    ("BadPath", {"path": "/", "more": ((b"x-own", b"1"), (b"x-own", b"2"))}),
    (
        "DuplicateHeaders",
        {"fields": {"authorization": None}, "more": ((b"x-own", b"1"), (b"x-own", b"2"))},
    ),
    (
        "MissingProviderToken",
        {"fields": {"authorization": None}, "path": f"/1/apps/{APP}.voip/channels"},
    ),
    (
        "TopicDisallowed",
        {"fields": {"apns-request-id": b"1"}, "path": f"/1/apps/{APP}.voip/channels"},
    ),
    ("BadMessageId", {"fields": {"apns-request-id": b"1"}, "body": b""}),
]


@pytest.mark.parametrize(("reason", "changes"), ORDER)
def test_of_two_broken_rules_the_first_one_answers(reason, changes, decide):
    assert decide(**changes) == reason


@pytest.mark.parametrize("reason", ["BadPath", "TopicMismatch", *CHANNEL_STATUS_OF])
def test_a_refusal_has_the_status_of_its_reason(reason):
    answer = refusal(reason)
    assert answer.status == (STATUS_OF | CHANNEL_STATUS_OF)[reason]
    assert json.loads(answer.body) == {"reason": reason}
