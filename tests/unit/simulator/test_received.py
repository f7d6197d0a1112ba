"""What is remembered of a request, and what is shown of it."""

from __future__ import annotations

import json

import pytest

from apns_connector.simulator.behaviour import ACCEPTED, Close, Silence, rejection
from apns_connector.simulator.received import Received, token_parts


@pytest.fixture
def received(now):
    return Received(keep=3, clock=lambda: now)


@pytest.fixture
def add(received, request_with):
    def add(behaviour=ACCEPTED, **changes):
        request = request_with(**changes)
        return received.add(
            request,
            behaviour,
            connection=1,
            apns_id="an id",
            apns_unique_id=None,
            provider_token=token_parts(request.authorization),
        )

    return add


def test_only_the_latest_are_kept_but_all_are_counted(received, add):
    for _ in range(5):
        add()
    assert [notification.number for notification in received.latest()] == [3, 4, 5]
    assert received.outcomes["accepted"] == 5


@pytest.mark.parametrize(
    ("behaviour", "outcome", "status", "reason"),
    [
        (ACCEPTED, "accepted", 200, None),
        (rejection("Unregistered"), "rejected", 410, "Unregistered"),
        (Silence(), "unanswered", None, None),
        (Close(processed=True), "accepted", None, None),
    ],
)
def test_the_outcome_tells_what_apple_did_even_if_nobody_was_told(
    behaviour, outcome, status, reason, received, add
):
    notification = add(behaviour)
    assert (notification.outcome, notification.status, notification.reason) == (
        outcome,
        status,
        reason,
    )
    assert received.outcomes[outcome] == 1
    assert dict(received.reasons) == ({reason: 1} if reason else {})


def test_the_latest_can_be_chosen_by_outcome_number_and_amount(received, add):
    add()
    add(rejection("BadTopic"))
    add()
    assert [n.number for n in received.latest(outcome="accepted")] == [1, 3]
    assert [n.number for n in received.latest(after=1)] == [2, 3]
    assert [n.number for n in received.latest(limit=1)] == [3]
    assert received.latest(limit=0) == []


def test_clearing_forgets_and_counts_from_zero_while_numbers_go_on(received, add):
    add(rejection("BadTopic"))
    received.clear()
    assert received.latest() == []
    assert dict(received.outcomes) == {"accepted": 0, "rejected": 0, "unanswered": 0}
    assert dict(received.reasons) == {}
    assert add().number == 2


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        (b'{"aps": {"badge": 1}}', {"aps": {"badge": 1}}),
        (b"plain text", "plain text"),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        (b'{"a": NaN}', '{"a": NaN}'),
        (b"[" * 5000, "[" * 5000),
        (b"", ""),
    ],
    ids=["JSON", "text", "bytes", "NaN", "nested", "empty"],
)
def test_the_payload_is_json_or_text(body, payload, add):
    assert add(body=body).payload == payload


def test_what_is_shown_holds_the_device_token_but_no_provider_token(team, add):
    notification = add()
    shown = json.dumps(notification.to_json())
    assert notification.to_json()["device_token"] == "ab" * 32
    assert notification.to_json()["provider_token"] == {
        "alg": "ES256",
        "kid": team.key_id,
        "iss": team.team_id,
        "iat": 1_800_000_000,
    }
    assert "authorization" not in notification.headers
    for part in team.token().split(b".")[:2]:
        assert part.decode() not in shown


def test_a_log_line_shows_the_last_eight_characters_of_a_device_token(add):
    notification = add(token="01" * 28 + "23456789")
    assert str(notification) == "POST …23456789 accepted: 200"
    assert "0101" not in repr(notification)
    assert str(add(Silence())).endswith("unanswered: no answer")
    assert str(add(rejection("BadTopic"))).endswith("rejected: 400 BadTopic")


def test_a_broadcast_is_kept_with_its_channel_and_without_a_device_token(add):
    broadcast = add(fields={"apns-channel-id": b"QQ=="}, path="/4/broadcasts/apps/com.example.app")
    assert (broadcast.channel_id, broadcast.device_token) == ("QQ==", "")
    assert broadcast.to_json()["channel_id"] == "QQ=="
    assert str(broadcast) == "POST QQ== accepted: 200"


def test_a_notification_has_no_channel_whatever_its_headers_say(add):
    notification = add(fields={"apns-channel-id": b"QQ=="})
    assert notification.channel_id is None
    assert notification.to_json()["channel_id"] is None


@pytest.mark.parametrize("authorization", [None, b"", b"bearer", b"bearer x", b"Basic dTpw"])
def test_of_an_unreadable_authorization_nothing_is_shown(authorization):
    assert token_parts(authorization) is None
