"""Each rule of Apple's, one reason at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apns_connector.simulator.behaviour import STATUS_OF
from apns_connector.simulator.client_certificate import ClientCertificate
from apns_connector.simulator.rules import bundle_id, judge

APP = "com.example.app"
SINGLE = ClientCertificate((APP,), frozenset(("sandbox", "production")))
SEVERAL = ClientCertificate((APP, APP + ".voip", APP + ".complication"), frozenset())

# What is changed in a good request, and the answer to it.
REFUSED = [
    ("MethodNotAllowed", {"method": "GET"}),
    ("MethodNotAllowed", {"method": "HEAD", "path": "/"}),
    ("BadPath", {"path": "/"}),
    ("BadPath", {"path": "/3/device"}),
    ("BadPath", {"path": "/2/device/" + "ab" * 32}),
    ("BadPath", {"path": "/3/device/" + "ab" * 32 + "/again"}),
    ("MissingDeviceToken", {"path": "/3/device/"}),
    ("DuplicateHeaders", {"more": ((b"apns-topic", b"com.example.app"),)}),
    ("DuplicateHeaders", {"more": ((b"x-own", b"1"), (b"x-own", b"2"))}),
    ("MissingProviderToken", {"fields": {"authorization": None}}),
    ("MissingProviderToken", {"fields": {"authorization": b""}}),
    ("MissingProviderToken", {"fields": {"authorization": b"bearer "}}),
    ("InvalidProviderToken", {"fields": {"authorization": b"bearer a.b.c"}}),
    ("BadMessageId", {"fields": {"apns-id": b"1"}}),
    ("BadMessageId", {"fields": {"apns-id": b"123e4567e89b12d3a456426614174000"}}),
    ("BadMessageId", {"fields": {"apns-id": b"123e4567-e89b-12d3-a456-42661417400g"}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": b"tomorrow"}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": b"-1"}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": b"1.5"}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": b""}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": b"9" * 7000}}),
    ("BadPriority", {"fields": {"apns-priority": b"7"}}),
    ("BadPriority", {"fields": {"apns-priority": b"010"}}),
    ("BadPriority", {"fields": {"apns-push-type": b"background", "apns-priority": b"10"}}),
    ("BadCollapseId", {"fields": {"apns-collapse-id": b"c" * 65}}),
    ("BadCollapseId", {"fields": {"apns-collapse-id": "ü".encode() * 33}}),
    ("InvalidPushType", {"fields": {"apns-push-type": b"email"}}),
    ("InvalidPushType", {"fields": {"apns-push-type": b"Alert"}}),
    ("InvalidPushType", {"fields": {"apns-topic": b"com.example.app.voip"}}),
    (
        "InvalidPushType",
        {"fields": {"apns-topic": b"com.example.app.voip", "apns-push-type": b"background"}},
    ),
    ("MissingTopic", {"fields": {"apns-topic": None}}),
    ("BadTopic", {"fields": {"apns-topic": b""}}),
    ("BadTopic", {"fields": {"apns-topic": b"com example app"}}),
    ("PayloadEmpty", {"body": b""}),
    ("PayloadTooLarge", {"body": b"x" * 4097}),
    ("PayloadTooLarge", {"fields": {"apns-push-type": b"liveactivity"}, "body": b"x" * 4097}),
    (
        "PayloadTooLarge",
        {
            "fields": {"apns-topic": b"com.example.app.voip", "apns-push-type": b"voip"},
            "body": b"x" * 5121,
        },
    ),
    ("BadDeviceToken", {"token": "ab" * 31}),
    ("BadDeviceToken", {"token": "ab" * 31 + "a"}),
    ("BadDeviceToken", {"token": "zz" * 32}),
    ("BadDeviceToken", {"token": "ab" * 101}),
    ("DeviceTokenNotForTopic", {"fields": {"apns-push-type": b"voip"}}),
]

ACCEPTED = [
    {},
    {"fields": {"apns-push-type": None}},
    {"fields": {"apns-id": b"123e4567-e89b-12d3-a456-426614174000"}},
    {"fields": {"apns-id": b"123E4567-E89B-12D3-A456-426614174000"}},
    {"fields": {"apns-expiration": b"0"}},
    {"fields": {"apns-expiration": b"1"}},
    {"fields": {"apns-priority": b"1"}},
    {"fields": {"apns-push-type": b"background", "apns-priority": b"5"}},
    {"fields": {"apns-push-type": b"background"}},
    {"fields": {"apns-collapse-id": b"c" * 64}},
    {"fields": {"x-own": b"ignored", "user-agent": b"any"}},
    {"fields": {"apns-topic": b"com.example.app.voip", "apns-push-type": b"voip"}},
    {"fields": {"apns-topic": b"com.example.app.voip", "apns-push-type": None}},
    {"body": b"x" * 4096},
    {
        "fields": {"apns-topic": b"com.example.app.voip", "apns-push-type": b"voip"},
        "body": b"x" * 5120,
    },
    {"body": b"no JSON at all"},
    {"token": "AB" * 32},
    {"token": "ab" * 80},
]


def answer_to(request, policy, now, certificate=None, binding=None):
    return judge(request, certificate, binding, policy, now).answer


@pytest.mark.parametrize(("reason", "changes"), REFUSED)
def test_a_request_that_breaks_one_rule_gets_its_reason_and_status(
    reason, changes, request_with, policy, now
):
    answer = answer_to(request_with(**changes), policy, now)
    assert (answer.reason, answer.status) == (reason, STATUS_OF[reason])


@pytest.mark.parametrize("changes", ACCEPTED)
def test_a_request_that_keeps_the_rules_is_accepted(changes, request_with, policy, now):
    answer = answer_to(request_with(**changes), policy, now)
    assert (answer.status, answer.reason, answer.body) == (200, None, b"")


@pytest.mark.parametrize(
    "push_type",
    [
        "alert",
        "background",
        "complication",
        "controls",
        "fileprovider",
        "liveactivity",
        "location",
        "mdm",
        "pushtotalk",
        "widgets",
    ],
)
def test_each_documented_push_type_is_accepted(push_type, request_with, policy, now):
    request = request_with({"apns-push-type": push_type.encode()})
    assert answer_to(request, policy, now).status == 200


# Two rules are broken at once; the first of the order wins.
ORDER = [
    ("MethodNotAllowed", {"method": "GET", "path": "/"}),
    ("BadPath", {"path": "/", "more": ((b"apns-topic", b"a"),)}),
    ("DuplicateHeaders", {"fields": {"authorization": None}, "more": ((b"apns-topic", b"a"),)}),
    ("MissingProviderToken", {"fields": {"authorization": None, "apns-id": b"1"}}),
    ("BadMessageId", {"fields": {"apns-id": b"1", "apns-expiration": b"x"}}),
    ("BadExpirationDate", {"fields": {"apns-expiration": b"x", "apns-priority": b"x"}}),
    ("BadPriority", {"fields": {"apns-priority": b"x", "apns-collapse-id": b"c" * 65}}),
    ("BadCollapseId", {"fields": {"apns-collapse-id": b"c" * 65, "apns-push-type": b"x"}}),
    ("InvalidPushType", {"fields": {"apns-push-type": b"x", "apns-topic": None}}),
    ("MissingTopic", {"fields": {"apns-topic": None}, "body": b""}),
    ("PayloadEmpty", {"token": "zz", "body": b""}),
]


@pytest.mark.parametrize(("reason", "changes"), ORDER)
def test_of_two_broken_rules_the_first_one_answers(reason, changes, request_with, policy, now):
    assert answer_to(request_with(**changes), policy, now).reason == reason


def test_with_a_certificate_the_authorization_header_is_ignored(request_with, policy, now):
    request = request_with({"authorization": b"bearer rubbish"})
    assert answer_to(request, policy, now, SINGLE).status == 200


def test_a_certificate_of_one_topic_makes_the_topic_header_optional(request_with, policy, now):
    request = request_with({"authorization": None, "apns-topic": None})
    assert answer_to(request, policy, now, SINGLE).status == 200


def test_a_certificate_of_several_topics_needs_the_topic_header(request_with, policy, now):
    request = request_with({"authorization": None, "apns-topic": None})
    assert answer_to(request, policy, now, SEVERAL).reason == "MissingTopic"


def test_a_certificate_of_several_topics_serves_each_of_them(request_with, policy, now):
    request = request_with({"apns-topic": b"com.example.app.voip", "apns-push-type": b"voip"})
    assert answer_to(request, policy, now, SEVERAL).status == 200


@pytest.mark.parametrize("topic", [b"com.example.other", b"com.example.app.voip"])
def test_a_topic_that_the_certificate_does_not_list_is_disallowed(topic, request_with, policy, now):
    request = request_with({"apns-topic": topic, "apns-push-type": None})
    assert answer_to(request, policy, now, SINGLE).reason == "TopicDisallowed"


def test_an_alert_by_a_certificate_for_voip_alone_has_an_invalid_push_type(
    request_with, policy, now
):
    voip = ClientCertificate((APP + ".voip",), frozenset())
    request = request_with({"apns-topic": None})
    assert answer_to(request, policy, now, voip).reason == "InvalidPushType"


def test_a_certificate_without_any_topic_is_bad(request_with, policy, now):
    answer = answer_to(request_with(), policy, now, ClientCertificate((), frozenset()))
    assert (answer.status, answer.reason) == (403, "BadCertificate")


def test_a_team_may_send_only_to_its_own_apps(request_with, policy, now):
    policy = replace(policy, topics=frozenset({"com.example.other"}))
    assert answer_to(request_with(), policy, now).reason == "TopicDisallowed"


def test_a_team_may_send_to_the_suffixed_topics_of_its_apps(request_with, policy, now):
    policy = replace(policy, topics=frozenset({APP}))
    request = request_with(
        {
            "apns-topic": b"com.example.app.push-type.liveactivity",
            "apns-push-type": b"liveactivity",
        }
    )
    assert answer_to(request, policy, now).status == 200


def test_a_key_for_other_topics_may_not_send(team, request_with, policy, now):
    key = team.provider_key(topics=frozenset({"com.example.other"}))
    policy = replace(policy, tokens=replace(policy.tokens, keys={key.key_id: key}))
    assert answer_to(request_with(), policy, now).reason == "TopicDisallowed"


def test_a_good_provider_token_binds_and_authenticates_the_connection(
    team, request_with, policy, now
):
    judgement = judge(request_with({"apns-topic": None}), None, None, policy, now)
    assert judgement.authenticated
    assert judgement.binding is not None
    assert judgement.binding.key.team_id == team.team_id


def test_a_refused_provider_token_does_not_authenticate(request_with, policy, now):
    judgement = judge(request_with({"authorization": b"bearer x"}), None, None, policy, now)
    assert not judgement.authenticated
    assert judgement.binding is None


@pytest.mark.parametrize(
    ("topic", "bundle"),
    [
        (APP, APP),
        (APP + ".voip", APP),
        (APP + ".voip-ptt", APP),
        (APP + ".push-type.widgets", APP),
        (APP + ".other", APP + ".other"),
    ],
)
def test_the_bundle_id_is_the_topic_without_a_known_suffix(topic, bundle):
    assert bundle_id(topic) == bundle


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/3/device/ab", "apns-id"),
        ("/4/broadcasts/apps/a", "apns-request-id"),
        ("/1/apps/a/channels", "apns-request-id"),
        ("/", "apns-id"),
    ],
)
def test_the_path_decides_under_which_name_a_request_has_its_id(path, name, request_with):
    uuid = b"123e4567-e89b-12d3-a456-426614174000"
    assert request_with(path=path).id_name == name
    assert request_with({name: uuid}, path=path).apns_id == uuid.decode()


def test_a_broadcast_may_have_the_id_of_a_notification(request_with):
    uuid = b"123e4567-e89b-12d3-a456-426614174000"
    request = request_with({"apns-id": uuid}, path="/4/broadcasts/apps/a")
    assert request.apns_id == uuid.decode()
    assert request_with({"apns-request-id": uuid}).apns_id is None


def test_the_request_tells_its_id_only_if_it_is_a_uuid(request_with):
    uuid = b"123e4567-e89b-12d3-a456-426614174000"
    assert request_with({"apns-id": uuid}).apns_id == uuid.decode()
    assert request_with({"apns-id": b"1"}).apns_id is None
    assert request_with().apns_id is None
