"""From the JSON of a notification to the notification."""

import msgspec
import pytest

from apns_connector.errors import NotificationError
from apns_connector.rest.requests import (
    ClearQuery,
    NotificationRequest,
    UnregisteredQuery,
    payload_of,
    placed,
)

PARTS = {
    "alert": {"title": "T", "body": "B"},
    "badge": 0,
    "sound": "default",
    "threadId": "t",
    "category": "c",
    "contentAvailable": True,
    "mutableContent": True,
    "interruptionLevel": "time-sensitive",
    "relevanceScore": 0.5,
}


@pytest.fixture
def read(token):
    def decode(**members) -> NotificationRequest:
        return msgspec.convert({"deviceToken": token, **members}, NotificationRequest)

    return decode


def test_a_payload_is_made_of_its_parts(read):
    assert payload_of(read(**PARTS, custom={"a": [1]})) == {
        "aps": {
            "alert": {"title": "T", "body": "B"},
            "badge": 0,
            "sound": "default",
            "thread-id": "t",
            "category": "c",
            "content-available": 1,
            "mutable-content": 1,
            "interruption-level": "time-sensitive",
            "relevance-score": 0.5,
        },
        "a": [1],
    }


@pytest.mark.parametrize("name", PARTS)
def test_each_part_alone_makes_a_payload(read, name):
    assert len(payload_of(read(**{name: PARTS[name]}))["aps"]) == 1


def test_a_whole_payload_travels_as_it_is(read):
    payload = {"aps": {"alert": "x", "new-key-of-apple": 1}, "custom": None}
    assert payload_of(read(payload=payload)) == payload


def test_custom_keys_alone_make_a_payload(read):
    assert payload_of(read(custom={"a": 1})) == {"aps": {}, "a": 1}


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({}, "Give a payload, or an alert"),
        ({"contentAvailable": False}, "Give a payload, or an alert"),
        ({"payload": {"aps": {}}, "badge": 1}, "not both"),
        ({"payload": {"aps": {}}, "custom": {"a": 1}}, "not both"),
    ],
)
def test_it_is_either_a_payload_or_its_parts(read, members, complaint):
    with pytest.raises(NotificationError, match=complaint) as error:
        payload_of(read(**members))
    assert error.value.field == "payload"


def test_everything_becomes_of_the_notification_what_it_is_called(read, token):
    apns_id = "123e4567-e89b-12d3-a456-42665544000a"
    request = read(
        alert="x",
        topic="com.example.other",
        pushType="alert",
        priority=5,
        expiration=0,
        collapseId="c",
        apnsId=apns_id,
    )
    notification = placed(request, 7, "com.example.app")
    assert notification.place == 7
    assert notification.device_token == token
    assert notification.topic == "com.example.other"
    assert (notification.priority, notification.expiration) == (5, 0)
    assert (notification.collapse_id, notification.apns_id) == ("c", apns_id)


def test_the_topic_of_the_gateway_gets_the_suffix_of_the_push_type(read):
    voip = read(payload={"a": 1}, pushType="voip")
    assert placed(voip, 0, "com.example.app").topic == "com.example.app.voip"
    assert placed(voip, 0, "com.example.app.voip").topic == "com.example.app.voip"
    assert placed(voip, 0, None).topic is None


def test_an_apns_id_is_made_where_none_is_given(read):
    ids = {placed(read(alert="x"), 0, None).apns_id for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"pushType": "alarm", "alert": "x"}, "push_type"),
        ({"pushType": "background", "contentAvailable": True, "priority": 10}, "priority"),
        ({"pushType": "voip", "alert": "x", "topic": "com.example.app"}, "topic"),
        ({"collapseId": "\n", "alert": "x"}, "collapse_id"),
        ({"deviceToken": "abc", "alert": "x"}, "device_token"),
    ],
)
def test_what_depends_on_more_than_a_type_is_said_by_the_notification(read, members, field):
    with pytest.raises(NotificationError) as error:
        placed(read(**members), 0, "com.example.app")
    assert error.value.field == field


def test_queries_have_defaults_and_bounds():
    assert msgspec.convert({}, UnregisteredQuery) == UnregisteredQuery(1000, 0)
    for wrong in ({"limit": 0}, {"limit": 10_001}, {"after": -1}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, UnregisteredQuery)
    with pytest.raises(msgspec.ValidationError, match="upTo"):
        msgspec.convert({}, ClearQuery)
