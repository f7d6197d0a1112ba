from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.apns.notification import PUSH_TYPES, Notification, clean_device_token
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
    with pytest.raises(NotificationError, match="must have priority 5") as refused:
        notification(push_type="background", priority=priority)
    assert refused.value.field == "priority"


@pytest.mark.parametrize("push_type", [*sorted(PUSH_TYPES), None])
def test_all_of_apples_push_types_are_taken(push_type):
    assert notification(push_type=push_type).push_type == push_type


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


def test_it_cannot_be_changed():
    with pytest.raises(AttributeError, match="immutable"):
        notification().topic = "other"


def test_its_repr_shows_the_last_digits_of_the_token_and_no_payload():
    shown = repr(notification(topic="com.example.app", payload={"aps": {"alert": "secret"}}))
    assert "…991de8f0" in shown
    assert "com.example.app" in shown
    assert TOKEN not in shown
    assert "secret" not in shown
