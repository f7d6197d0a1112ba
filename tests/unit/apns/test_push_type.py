from __future__ import annotations

import pytest

from apns_connector.apns.push_type import PUSH_TYPES, PushType, bundle_id, check_certified
from apns_connector.errors import NotificationError

# name, suffix of the topic, priorities, priority sent if none is named, limit, signing key only
APPLE = [
    ("alert", "", (10, 5, 1), None, 4096, False),
    ("background", "", (5,), 5, 4096, False),
    ("complication", ".complication", (10, 5, 1), None, 4096, False),
    ("controls", ".push-type.controls", (10, 5, 1), None, 4096, True),
    ("fileprovider", ".pushkit.fileprovider", (10, 5, 1), None, 4096, False),
    ("liveactivity", ".push-type.liveactivity", (10, 5, 1), None, 4096, False),
    ("location", ".location-query", (10, 5, 1), None, 4096, True),
    ("mdm", "", (10, 5, 1), None, 4096, False),
    ("pushtotalk", ".voip-ptt", (10, 5, 1), None, 4096, False),
    ("voip", ".voip", (10, 5, 1), None, 5120, False),
    ("widgets", ".push-type.widgets", (10, 5, 1), None, 4096, True),
]


@pytest.mark.parametrize(
    ("name", "suffix", "priorities", "default_priority", "limit", "key_only"), APPLE
)
def test_a_row_says_what_apple_says(name, suffix, priorities, default_priority, limit, key_only):
    row = PUSH_TYPES[name]
    assert (row.name, row.suffix) == (name, suffix)
    assert (row.priorities, row.default_priority) == (priorities, default_priority)
    assert (row.payload_limit, row.key_only) == (limit, key_only)


def test_there_are_apples_eleven():
    assert sorted(PUSH_TYPES) == [name for name, *_ in APPLE]
    assert len(PUSH_TYPES) == 11


@pytest.mark.parametrize("row", PUSH_TYPES.values(), ids=PUSH_TYPES)
def test_a_priority_sent_by_default_is_one_that_is_taken(row: PushType):
    assert row.default_priority is None or row.default_priority in row.priorities
    assert row.default_priority is not None or 10 in row.priorities  # Apple takes 10


@pytest.mark.parametrize("row", PUSH_TYPES.values(), ids=PUSH_TYPES)
def test_a_topic_is_the_bundle_id_with_the_suffix_once(row: PushType):
    topic = row.topic("com.example.app")
    assert topic == f"com.example.app{row.suffix}"
    assert row.topic(topic) == topic
    assert bundle_id(topic) == "com.example.app"


KEY_ONLY = {"controls", "location", "widgets"}


@pytest.mark.parametrize("push_type", KEY_ONLY)
def test_some_push_types_are_refused_with_a_certificate(push_type):
    with pytest.raises(NotificationError) as refused:
        check_certified(push_type)
    assert refused.value.field == "push_type"
    assert str(refused.value) == (
        f"Apple takes no {push_type} notification with a certificate: "
        "send it with a signing key (.p8)"
    )


@pytest.mark.parametrize("push_type", [None, *sorted(PUSH_TYPES.keys() - KEY_ONLY)])
def test_the_others_go_with_a_certificate(push_type):
    check_certified(push_type)
