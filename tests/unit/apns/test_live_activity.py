from __future__ import annotations

import pytest

from apns_connector.apns import live_activity
from apns_connector.apns.alert import localized
from apns_connector.apns.notification import Notification
from apns_connector.errors import PayloadError

NOW = 1_700_000_000
START = {
    "timestamp": NOW,
    "attributes_type": "GameAttributes",
    "attributes": {"home": "A", "guest": "B"},
    "content_state": {"goals": [0, 0]},
    "alert": live_activity.alert(title="A : B", body="It starts"),
}


def test_a_start_has_the_keys_that_apple_demands():
    assert live_activity.start(**START) == {
        "aps": {
            "timestamp": NOW,
            "event": "start",
            "attributes-type": "GameAttributes",
            "attributes": {"home": "A", "guest": "B"},
            "content-state": {"goals": [0, 0]},
            "alert": {"title": "A : B", "body": "It starts"},
        }
    }


def test_a_start_can_ask_for_a_token_or_a_channel():
    started = live_activity.start(
        **START,
        stale_date=NOW + 60,
        relevance_score=75,
        input_push_token=True,
        input_push_channel="dHN0LXNyY2gtY2hubA==",
        custom={"match": 7},
    )
    assert started["match"] == 7
    assert started["aps"]["stale-date"] == NOW + 60
    assert started["aps"]["relevance-score"] == 75
    assert started["aps"]["input-push-token"] == 1
    assert started["aps"]["input-push-channel"] == "dHN0LXNyY2gtY2hubA=="


def test_an_update_has_new_content():
    assert live_activity.update(timestamp=NOW, content_state={"goals": [1, 0]}) == {
        "aps": {"timestamp": NOW, "event": "update", "content-state": {"goals": [1, 0]}}
    }
    updated = live_activity.update(
        timestamp=NOW,
        content_state={},
        alert=live_activity.alert(title=localized("GOAL", "A"), body="1:0", sound="goal.caf"),
        stale_date=NOW + 60,
        relevance_score=100.5,
        custom={"match": 7},
    )
    assert updated == {
        "aps": {
            "timestamp": NOW,
            "event": "update",
            "content-state": {},
            "alert": {
                "title": {"loc-key": "GOAL", "loc-args": ["A"]},
                "body": "1:0",
                "sound": "goal.caf",
            },
            "stale-date": NOW + 60,
            "relevance-score": 100.5,
        },
        "match": 7,
    }


def test_an_end_may_name_the_final_content_and_when_it_leaves_the_screen():
    assert live_activity.end(timestamp=NOW) == {"aps": {"timestamp": NOW, "event": "end"}}
    assert live_activity.end(
        timestamp=NOW, content_state={"goals": [1, 0]}, dismissal_date=0, custom={"match": 7}
    ) == {
        "aps": {
            "timestamp": NOW,
            "event": "end",
            "content-state": {"goals": [1, 0]},
            "dismissal-date": 0,
        },
        "match": 7,
    }


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"timestamp": None}, "A Live Activity cannot start without the key timestamp"),
        (
            {"attributes": None},
            "A Live Activity cannot start without the key attributes",
        ),
        (
            {"timestamp": NOW * 1000},
            "The timestamp 1700000000000 is in milliseconds; Apple takes seconds since 1970",
        ),
        ({"timestamp": NOW + 0.5}, "The timestamp must be a whole number, not float"),
        ({"attributes_type": ""}, "The attributes-type must not be blank"),
        ({"attributes": []}, "The attributes must be an object, not list"),
        ({"content_state": "on"}, "The content-state must be an object, not str"),
        ({"alert": {}}, "The alert is empty; Apple demands one to start a Live Activity"),
        ({"alert": "Go"}, "The alert must be an object, not str"),
        ({"stale_date": -1}, "The stale-date lies before 1970"),
        (
            {"relevance_score": float("nan")},
            "The relevance-score is nan, which JSON cannot express",
        ),
        ({"input_push_channel": ""}, "The input-push-channel must not be blank"),
        (
            {"custom": {"aps": 1}},
            "A custom key cannot be named aps: that is Apple's part of the payload",
        ),
    ],
)
def test_a_start_that_cannot_work_is_refused(changed, sentence):
    with pytest.raises(PayloadError) as refused:
        live_activity.start(**{**START, **changed})
    assert str(refused.value) == sentence


def test_an_update_without_content_is_refused():
    with pytest.raises(PayloadError, match="cannot update without the key content-state"):
        live_activity.update(timestamp=NOW, content_state=None)


def test_a_dismissal_in_milliseconds_is_refused():
    with pytest.raises(PayloadError, match="The dismissal-date 1700000000000 is in milliseconds"):
        live_activity.end(timestamp=NOW, dismissal_date=NOW * 1000)


@pytest.mark.parametrize(
    "payload",
    [
        live_activity.start(**START),
        live_activity.update(timestamp=NOW, content_state={}),
        live_activity.end(timestamp=NOW),
    ],
    ids=["start", "update", "end"],
)
def test_what_is_built_is_taken_by_the_push_type(payload):
    topic = "com.example.app.push-type.liveactivity"
    notification = Notification(
        device_token="ab", push_type="liveactivity", topic=topic, payload=payload
    )
    assert notification.payload == payload
