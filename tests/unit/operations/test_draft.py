"""What a notification says is made of parameters, or given as a whole."""

from __future__ import annotations

import pytest

from apns_connector.apns.payload import to_json
from apns_connector.errors import NotificationError, PayloadError
from apns_connector.operations.draft import CONTENT, read_draft, told_cut, with_topic
from apns_connector.operations.failure import OperationError
from apns_connector.operations.parameters import Parameters

TOKEN = "ab" * 32


@pytest.fixture
def draft(called):
    """``draft(alert="Hi")``: what is read of these parameters."""
    return lambda **given: read_draft(Parameters(called("test", **given), "test"))


def test_alert_and_sound_are_left_out_when_absent_and_the_badge_is_0(draft):
    assert draft().payload == {"aps": {"badge": 0}}
    assert draft(alert="", sound="").payload == {"aps": {"badge": 0}}


def test_an_alert_alone_is_text(draft):
    assert draft(alert="Hello", badge="2").payload == {"aps": {"alert": "Hello", "badge": 2}}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"alert": "Hello"},
        {"sound": "ding", "alert": "Hello"},
        {"sound": "ding", "badge": " 7.0 "},
        {"alert": "", "badge": "-1"},
    ],
)
def test_what_the_original_had_is_written_alike_whatever_else_is_asked_for(draft, given):
    alone, among_others = draft(**given), draft(**given, pushType="alert")
    assert to_json(alone.payload) == to_json(among_others.payload)


def test_whatever_is_given_beside_it_makes_the_alert_a_dictionary(draft):
    found = draft(
        alert="Hello",
        title="News",
        subtitle="of today",
        launchImage="start.png",
        locKey="HELLO",
        locArgs="Ann, Bob",
        titleLocKey="NEWS",
        titleLocArgs='["today"]',
        subtitleLocKey="OF",
        subtitleLocArgs="now",
    )
    assert found.payload["aps"]["alert"] == {
        "title": "News",
        "subtitle": "of today",
        "body": "Hello",
        "launch-image": "start.png",
        "loc-key": "HELLO",
        "loc-args": ["Ann", "Bob"],
        "title-loc-key": "NEWS",
        "title-loc-args": ["today"],
        "subtitle-loc-key": "OF",
        "subtitle-loc-args": ["now"],
    }


def test_each_key_of_the_payload_has_its_parameter(draft):
    found = draft(
        sound="ding",
        category="NEWS",
        threadId="thread",
        interruptionLevel="time-sensitive",
        relevanceScore="0.5",
        contentAvailable="true",
        mutableContent="true",
        targetContentId="window",
        filterCriteria="work",
        custom='{"order": 7}',
    )
    assert found.payload == {
        "aps": {
            "sound": "ding",
            "badge": 0,
            "category": "NEWS",
            "thread-id": "thread",
            "interruption-level": "time-sensitive",
            "relevance-score": 0.5,
            "content-available": 1,
            "mutable-content": 1,
            "target-content-id": "window",
            "filter-criteria": "work",
        },
        "order": 7,
    }


def test_what_is_false_is_not_in_the_payload(draft):
    assert draft(contentAvailable="false", mutableContent="false").payload == {"aps": {"badge": 0}}


def test_only_an_alert_has_a_badge_that_nobody_asked_for(draft):
    assert draft(pushType="background", contentAvailable="true").payload == {
        "aps": {"content-available": 1}
    }
    assert draft(pushType="background", badge="3").payload == {"aps": {"badge": 3}}


def test_a_payload_may_be_given_as_a_whole(draft):
    assert draft(payload='{"aps": {"alert": "Hi"}, "x": 1}').payload == {
        "aps": {"alert": "Hi"},
        "x": 1,
    }


@pytest.mark.parametrize("name", CONTENT)
def test_nothing_can_be_given_beside_a_whole_payload(draft, name):
    with pytest.raises(OperationError, match=rf"leave out apns\.{name}$"):
        draft(**{name: "1", "payload": '{"aps": {}}'})


def test_a_payload_that_is_too_long_stays_so_unless_it_is_to_fit(draft):
    assert draft(alert="a" * 5000).cut is None
    found = draft(alert="a" * 5000, fitToSize="true")
    assert found.cut is not None
    assert told_cut(found.cut) == {
        "characters": found.cut.characters,
        "bytes": found.cut.bytes,
    }
    assert told_cut(draft(alert="a", fitToSize="true").cut) is None


def test_the_room_is_that_of_the_push_type(draft):
    alert = "a" * 4500
    assert draft(alert=alert, fitToSize="true").cut is not None
    assert draft(alert=alert, fitToSize="true", pushType="voip").cut is None


def test_what_cannot_be_made_to_fit_is_told(draft):
    with pytest.raises(PayloadError, match="has no alert body to shorten"):
        draft(payload='{"x": "' + "a" * 5000 + '"}', fitToSize="true")


def test_the_way_is_given_by_headers(draft):
    notification = draft(
        topic="com.example.app",
        priority="5",
        expiration="4102444800",
        collapseId="score",
        apnsId="12345678-1234-1234-1234-123456789abc",
    ).to(TOKEN)
    assert notification.topic == "com.example.app"
    assert (notification.priority, notification.expiration) == (5, 4_102_444_800)
    assert notification.collapse_id == "score"
    assert notification.apns_id == "12345678-1234-1234-1234-123456789abc"


@pytest.mark.parametrize("topic", ["com.example.app", "com.example.app.voip"])
def test_the_suffix_of_the_push_type_is_added_to_a_bundle_id(draft, topic):
    assert draft(topic=topic, pushType="voip").to(TOKEN).topic == "com.example.app.voip"
    bare = draft(pushType="voip").to(TOKEN)
    assert with_topic(bare, topic).topic == "com.example.app.voip"


def test_a_topic_that_is_there_is_kept(draft):
    notification = draft(topic="com.example.app").to(TOKEN)
    assert with_topic(notification, "com.example.other") is notification
    assert with_topic(notification, None) is notification


def test_a_push_type_that_is_none_of_apples_is_refused_by_the_notification(draft):
    with pytest.raises(NotificationError, match="Push type 'news' is none of Apple's"):
        draft(pushType="news", topic="com.example.app").to(TOKEN)


def test_a_device_token_may_be_written_in_groups_and_in_capitals(draft):
    assert draft().to(" <ABAB-ABAB " + "AB" * 28 + ">").device_token == TOKEN


def test_arguments_without_their_key_are_refused(draft):
    with pytest.raises(PayloadError, match="loc-key, which is missing"):
        draft(locArgs="Ann")
