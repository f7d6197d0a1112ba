from __future__ import annotations

from uuid import UUID

import pytest

from apns_connector.apns import Broadcast, live_activity
from apns_connector.errors import NotificationError

CHANNEL = "dHN0LXNyY2gtY2hubA=="
UPDATE = {"aps": {"timestamp": 1_700_000_000, "event": "update", "content-state": {"goals": 1}}}


def broadcast(**fields):
    given = {"channel_id": CHANNEL, "bundle_id": "com.example.app", "payload": UPDATE, **fields}
    return Broadcast(**given)


def test_it_has_what_apple_demands_even_if_nothing_is_said_of_it():
    assert (broadcast().priority, broadcast().expiration) == (10, 0)


def test_its_id_is_made_once_or_kept_as_given():
    made = broadcast()
    assert UUID(made.apns_id).version == 4
    assert made.apns_id != broadcast().apns_id
    own = "123E4567-E89B-12D3-A456-42665544000A"
    assert broadcast(apns_id=own).apns_id == own


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("channel_id", "", "not base64"),
        ("channel_id", "dHN0LXNyY2gtY2hubA", "not base64"),
        ("channel_id", "dHN0LXNyY2gtY2hubA==\n", "not base64"),
        ("channel_id", "dHN0_XNyY2gtY2hubA==", "not base64"),
        ("channel_id", "dHN0LXNyY2gtY2hubä==", "not base64"),
        ("bundle_id", "", "must consist of letters, digits, dots and hyphens"),
        ("bundle_id", "com.example/app", "must consist of"),
        ("bundle_id", "com.example.app\r\n", "must consist of"),
        ("bundle_id", "com.example.äpp", "must consist of"),
        (
            "bundle_id",
            "com.example.app.push-type.liveactivity",
            "is a topic; channels belong to the bundle id, com.example.app$",
        ),
        ("priority", 7, "Priority 7 is not 10, 5 or 1"),
        ("expiration", -1, "before 1970"),
        ("apns_id", "1", "not a UUID"),
        ("payload", {}, r"aps\.event: update or end"),
        ("payload", {"aps": "text"}, r"aps\.event: update or end"),
        ("payload", {"aps": {"timestamp": 1, "event": "start"}}, r"aps\.event: update or end"),
        ("payload", {"aps": {"event": "update"}}, r"aps\.timestamp"),
    ],
)
def test_what_apple_or_the_device_would_refuse_names_its_field(field, value, problem):
    with pytest.raises(NotificationError, match=problem) as refused:
        broadcast(**{field: value})
    assert refused.value.field == field


@pytest.mark.parametrize("priority", [10, 5, 1])
def test_each_of_apples_priorities_is_taken(priority):
    assert broadcast(priority=priority).priority == priority


def test_what_the_builders_make_can_be_published():
    broadcast(payload=live_activity.update(timestamp=1, content_state={"goals": 2}))
    broadcast(payload=live_activity.end(timestamp=1))


def test_what_starts_an_activity_cannot_be_published():
    start = live_activity.start(
        timestamp=1,
        attributes_type="Match",
        attributes={"home": "A"},
        content_state={"goals": 0},
        alert=live_activity.alert(title="A", body="B"),
    )
    with pytest.raises(NotificationError):
        broadcast(payload=start)


def test_bytes_are_taken_as_they_are():
    assert broadcast(payload=b"anything").payload == b"anything"


def test_a_channel_id_may_be_of_any_size():
    assert broadcast(channel_id="QQ==").channel_id == "QQ=="
    assert len(broadcast(channel_id="QUFB" * 100).channel_id) == 400


def test_it_cannot_be_changed_and_shows_no_payload():
    with pytest.raises(AttributeError):
        broadcast().priority = 5
    shown = repr(broadcast(apns_id="123e4567-e89b-12d3-a456-42665544000a"))
    assert shown == (
        f"Broadcast({CHANNEL}, com.example.app, apns_id='123e4567-e89b-12d3-a456-42665544000a')"
    )
