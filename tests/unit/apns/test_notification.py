from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.apns.notification import Notification, check_kind, clean_device_token
from apns_connector.apns.push_type import PUSH_TYPES
from apns_connector.errors import NotificationError

TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"


def notification(**fields):
    return Notification(**{"device_token": TOKEN, "payload": {"aps": {}}, **fields})


def test_an_apns_id_is_made_if_there_is_none():
    ids = {notification().apns_id for _ in range(1000)}
    assert len(ids) == 1000
    for apns_id in ids:
        assert str(UUID(apns_id)) == apns_id
        assert UUID(apns_id).version == 4


def test_a_given_apns_id_is_kept():
    apns_id = "123E4567-E89B-12D3-A456-42665544000A"
    assert notification(apns_id=apns_id).apns_id == apns_id


@pytest.mark.parametrize("token", ["ab", "AB" * 32, "0" * 160, "0" * 200])
def test_device_tokens_of_all_sizes_and_cases_are_taken(token):
    assert notification(device_token=token).device_token == token


WRONG = [
    ("device_token", "", "The device token is empty"),
    ("device_token", "abc", "The device token has an odd number of digits (3)"),
    ("device_token", "xy", "The device token holds something other than hexadecimal digits"),
    ("device_token", "xyz", "The device token holds something other than hexadecimal digits"),
    ("device_token", "ab cd", "The device token holds something other than hexadecimal digits"),
    ("device_token", " abcd", "The device token holds something other than hexadecimal digits"),
    ("device_token", "ab\n", "The device token holds something other than hexadecimal digits"),
    (
        "device_token",
        "\N{ARABIC-INDIC DIGIT ZERO}" * 2,
        "The device token holds something other than hexadecimal digits",
    ),
    ("device_token", "/../", "The device token holds something other than hexadecimal digits"),
    (
        "device_token",
        "0" * 202,
        "The device token has 202 digits; none of Apple's has more than 200",
    ),
    ("topic", "", "The topic must be a bundle id, in ASCII, not blank"),
    ("topic", " com.example", "The topic must be a bundle id, in ASCII, not blank"),
    ("topic", "com.example\r\nx: y", "The topic must be a bundle id, in ASCII, not blank"),
    ("topic", "com.exämple", "The topic must be a bundle id, in ASCII, not blank"),
    (
        "push_type",
        "Alert",
        "Push type 'Alert' is none of Apple's: alert, background, complication, controls, "
        "fileprovider, liveactivity, location, mdm, pushtotalk, voip, widgets",
    ),
    ("priority", 7, "Priority 7 is not 10, 5 or 1"),
    ("priority", 0, "Priority 0 is not 10, 5 or 1"),
    ("expiration", -1, "The expiration lies before 1970; use 0 for none"),
    ("collapse_id", "", "The collapse id must be printable ASCII, not blank"),
    ("collapse_id", "a\0b", "The collapse id must be printable ASCII, not blank"),
    ("collapse_id", "x" * 65, "The collapse id has 65 bytes; 64 are allowed"),
    ("apns_id", "1", "The apns-id '1' is not a UUID in the form 8-4-4-4-12"),
    (
        "apns_id",
        "123e4567e89b12d3a45642665544000a",
        "The apns-id '123e4567e89b12d3a45642665544000a' is not a UUID in the form 8-4-4-4-12",
    ),
]


@pytest.mark.parametrize(("field", "value", "sentence"), WRONG)
def test_what_apple_would_refuse_is_refused_here_with_field_and_sentence(field, value, sentence):
    with pytest.raises(NotificationError) as refused:
        notification(**{field: value})
    assert (refused.value.field, str(refused.value)) == (field, sentence)
    with pytest.raises(NotificationError):  # and again: a refusal is not remembered as a pass
        notification(**{field: value})


@pytest.mark.parametrize("priority", [10, 1])
def test_a_background_notification_has_priority_5_or_none(priority):
    assert notification(push_type="background", priority=5).priority == 5
    assert notification(push_type="background").priority is None
    with pytest.raises(NotificationError) as refused:
        notification(push_type="background", priority=priority)
    assert refused.value.field == "priority"
    assert (
        str(refused.value) == "A background notification must have priority 5; Apple refuses others"
    )


# What each push type needs to be taken: the topic, and the least payload.
TAKEN = [
    (None, "com.example.app", {}),
    (None, "com.example.app.voip", {}),
    ("alert", "com.example.app", {"aps": {}}),
    ("alert", "com.example.voip", {"aps": {}}),  # a bundle id may end like that
    ("background", "com.example.app", {"aps": {"content-available": 1}}),
    ("background", "pass.com.example", {}),  # as Wallet passes are updated
    ("complication", "com.example.app.complication", {"aps": {}}),
    ("controls", "com.example.app.push-type.controls", {"aps": {"content-changed": True}}),
    ("fileprovider", "com.example.app.pushkit.fileprovider", {"container-identifier": "C"}),
    (
        "liveactivity",
        "com.example.app.push-type.liveactivity",
        {"aps": {"timestamp": 1, "event": "end"}},
    ),
    ("location", "com.example.app.location-query", {}),
    ("mdm", "com.apple.mgmt.External.0a1b", {"mdm": "P"}),
    ("pushtotalk", "com.example.app.voip-ptt", {"aps": {}}),
    ("voip", "com.example.app.voip", {"call": 1}),
    ("widgets", "com.example.app.push-type.widgets", {"aps": {"content-changed": True}}),
]


@pytest.mark.parametrize("priority", [None, 10, 5, 1])
@pytest.mark.parametrize(("push_type", "topic", "payload"), TAKEN)
def test_each_push_type_is_taken_with_its_topic_payload_and_priorities(
    push_type, topic, payload, priority
):
    if push_type == "background" and priority in (10, 1):
        priority = 5
    fields = {"push_type": push_type, "topic": topic, "payload": payload, "priority": priority}
    taken = notification(**fields)
    assert {name: getattr(taken, name) for name in fields} == fields
    assert notification(**{**fields, "topic": None}).topic is None  # the certificate has one


def test_each_push_type_is_in_the_list_of_what_is_taken():
    assert {push_type for push_type, _, _ in TAKEN} == {None, *PUSH_TYPES}


@pytest.mark.parametrize(
    ("push_type", "suffix"),
    [
        ("complication", ".complication"),
        ("controls", ".push-type.controls"),
        ("fileprovider", ".pushkit.fileprovider"),
        ("liveactivity", ".push-type.liveactivity"),
        ("location", ".location-query"),
        ("pushtotalk", ".voip-ptt"),
        ("voip", ".voip"),
        ("widgets", ".push-type.widgets"),
    ],
)
def test_a_topic_without_the_suffix_of_its_push_type_is_refused(push_type, suffix):
    for other in ("", ".other", f"{suffix}s"):
        topic = f"com.example.app{other}"
        with pytest.raises(NotificationError) as refused:
            notification(push_type=push_type, topic=topic)
        assert refused.value.field == "topic"
        assert str(refused.value) == (
            f"A {push_type} notification needs the topic {topic}{suffix}; "
            f"'{topic}' lacks the suffix {suffix}"
        )


def test_the_suffix_of_another_push_type_is_replaced_in_the_advice():
    with pytest.raises(NotificationError) as refused:
        notification(push_type="voip", topic="com.example.app.push-type.liveactivity")
    assert str(refused.value) == (
        "A voip notification needs the topic com.example.app.voip; "
        "'com.example.app.push-type.liveactivity' lacks the suffix .voip"
    )


NEEDED = [
    ("controls", {"aps": {}}, "aps.content-changed"),
    ("widgets", {}, "aps.content-changed"),
    ("fileprovider", {"aps": {}}, "container-identifier"),
    ("liveactivity", {"aps": {"event": "end"}}, "aps.timestamp"),
    ("liveactivity", {"aps": {"timestamp": 1, "events": "end"}}, "aps.event"),
    ("liveactivity", {"timestamp": 1, "event": "end"}, "aps.timestamp"),
    ("mdm", {"aps": {}}, "mdm"),
    ("mdm", {"mdm": None}, "mdm"),
]


@pytest.mark.parametrize(("push_type", "payload", "key"), NEEDED)
def test_a_payload_that_would_do_nothing_is_refused(push_type, payload, key):
    for _ in range(2):
        with pytest.raises(NotificationError) as refused:
            notification(push_type=push_type, payload=payload)
        assert refused.value.field == "payload"
        assert str(refused.value) == (
            f"The payload needs the key {key}: without it, push type {push_type} does nothing"
        )


@pytest.mark.parametrize("payload", [b"{}", {"aps": SimpleNamespace(event="end")}])
def test_a_payload_that_cannot_be_read_is_not_refused_for_its_keys(payload):
    assert notification(push_type="liveactivity", payload=payload).payload is payload


def test_topic_push_type_and_priority_can_be_checked_without_a_notification():
    assert check_kind("com.example.app", "alert", 10) == ()
    assert check_kind(None, "mdm", None) == ("mdm",)
    with pytest.raises(NotificationError, match=r"lacks the suffix \.voip"):
        check_kind("com.example.app", "voip", None)


@pytest.mark.parametrize(
    "fields",
    [
        {"priority": 10},
        {"priority": 5},
        {"priority": 1},
        {"expiration": 0},
        {"expiration": 2**40},
        {"collapse_id": "x" * 64},
        {"collapse_id": "game 1"},
        {"topic": "com.example.app.voip"},
    ],
)
def test_what_apple_takes_is_taken(fields):
    (field, value), *_ = fields.items()
    assert getattr(notification(**fields), field) == value


@given(st.text(max_size=40) | st.text("0123456789abcdefABCDEF", max_size=40))
def test_any_text_is_an_even_number_of_digits_or_is_refused(text):
    digits = set(text) <= set("0123456789abcdefABCDEF")
    if text and digits and len(text) % 2 == 0:
        assert notification(device_token=text).device_token == text
    else:
        with pytest.raises(NotificationError) as refused:
            notification(device_token=text)
        assert refused.value.field == "device_token"


@pytest.mark.parametrize(
    "pasted", ["<00FC13AD ff785122>", "00fc13ad-ff785122", " 00fc13ad\tff785122\n"]
)
def test_what_people_paste_around_tokens_is_taken_off(pasted):
    assert clean_device_token(pasted) == "00fc13adff785122"


def test_it_can_be_made_for_another_topic():
    one = notification(push_type="voip", priority=10)
    other = one.for_topic("com.example.app.voip")
    assert (one.topic, other.topic) == (None, "com.example.app.voip")
    assert msgspec.structs.replace(other, topic=None) == one


def test_a_topic_that_does_not_go_with_its_push_type_is_refused_afterwards_too():
    with pytest.raises(NotificationError, match="needs the topic") as refused:
        notification(push_type="voip").for_topic("com.example.app")
    assert refused.value.field == "topic"


def test_it_cannot_be_changed():
    with pytest.raises(AttributeError, match="immutable"):
        notification().topic = "other"


def test_its_repr_shows_the_last_digits_of_the_token_and_no_payload():
    shown = repr(notification(topic="com.example.app", payload={"aps": {"alert": "secret"}}))
    assert "…991de8f0" in shown
    assert "com.example.app" in shown
    assert TOKEN not in shown
    assert "secret" not in shown
