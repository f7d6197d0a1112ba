"""The payload of a Live Activity is made of parameters."""

from __future__ import annotations

import pytest

from apns_connector.errors import PayloadError
from apns_connector.operations.failure import OperationError
from apns_connector.operations.live_activity_payload import DEVICE_EVENTS, read_live_activity
from apns_connector.operations.parameters import Parameters

NOW = 1_700_000_000


@pytest.fixture
def payload(called):
    def read(events=DEVICE_EVENTS, **given):
        parameters = Parameters(called("test", **given), "test")
        return read_live_activity(parameters, events, lambda: NOW + 0.9)

    return read


def test_a_start_has_attributes_and_an_alert(payload):
    assert payload(
        event="start",
        attributesType="Match",
        attributes='{"teams": ["A", "B"]}',
        contentState='{"home": 0}',
        title="Kick-off",
        alert="A against B",
        sound="whistle",
        staleDate="1700003600",
        relevanceScore="75",
        inputPushToken="true",
        inputPushChannel="Y2hhbm5lbA==",
        custom='{"x": 1}',
    ) == {
        "aps": {
            "timestamp": NOW,
            "event": "start",
            "attributes-type": "Match",
            "attributes": {"teams": ["A", "B"]},
            "content-state": {"home": 0},
            "alert": {"title": "Kick-off", "body": "A against B", "sound": "whistle"},
            "stale-date": 1_700_003_600,
            "relevance-score": 75.0,
            "input-push-token": 1,
            "input-push-channel": "Y2hhbm5lbA==",
        },
        "x": 1,
    }


def test_an_update_has_its_content(payload):
    assert payload(event="update", contentState='{"home": 1}', timestamp="7", staleDate="9") == {
        "aps": {
            "timestamp": 7,
            "event": "update",
            "content-state": {"home": 1},
            "stale-date": 9,
        }
    }


def test_an_end_may_say_when_it_leaves(payload):
    assert payload(event="end", dismissalDate="8") == {
        "aps": {"timestamp": NOW, "event": "end", "dismissal-date": 8}
    }


def test_an_alert_may_be_made_of_texts_of_the_app(payload):
    found = payload(
        event="update",
        contentState="{}",
        titleLocKey="GOAL",
        locKey="SCORE",
        locArgs="1, 0",
    )
    assert found["aps"]["alert"] == {
        "title": {"loc-key": "GOAL"},
        "body": {"loc-key": "SCORE", "loc-args": ["1", "0"]},
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, r"Mandatory property apns\.event is missing\."),
        ({"event": "stop"}, "'stop'; it must be start or update or end"),
        ({"event": "start"}, r"Mandatory property apns\.attributes is missing\."),
        (
            {"event": "start", "attributes": "{}"},
            r"Mandatory property apns\.attributesType is missing\.",
        ),
        ({"event": "update", "title": "a", "titleLocKey": "b"}, "title or apns.titleLocKey"),
    ],
)
def test_what_is_missing_or_given_twice_is_told(payload, given, sentence):
    with pytest.raises(OperationError, match=sentence):
        payload(**given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"event": "update"}, "cannot update without the key content-state"),
        ({"event": "update", "contentState": "{}", "alert": "a"}, "needs both a title and a body"),
        ({"event": "update", "contentState": "{}", "sound": "a"}, "needs both a title and a body"),
        (
            {"event": "start", "attributes": "{}", "attributesType": "a", "contentState": "{}"},
            "Apple demands one to start",
        ),
        ({"event": "end", "timestamp": "1700000000000"}, "in milliseconds"),
    ],
)
def test_what_apple_would_not_take_is_told(payload, given, sentence):
    with pytest.raises(PayloadError, match=sentence):
        payload(**given)


def test_a_channel_cannot_start_an_activity(payload):
    with pytest.raises(OperationError, match="it must be update or end"):
        payload(("update", "end"), event="start")
