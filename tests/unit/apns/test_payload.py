from __future__ import annotations

import json
from types import MappingProxyType

import pytest

from apns_connector.apns import payload
from apns_connector.apns.frames import MIN_FRAME_SIZE
from apns_connector.apns.notification import Notification
from apns_connector.apns.push_type import PUSH_TYPES
from apns_connector.errors import PayloadError


def test_an_aps_dictionary_holds_what_is_given_and_nothing_else():
    assert payload.aps(alert="Hello iOS", sound="default", badge=1) == {
        "aps": {"alert": "Hello iOS", "sound": "default", "badge": 1}
    }
    assert payload.aps(badge=0) == {"aps": {"badge": 0}}
    assert payload.aps(alert={"title": "T"}) == {"aps": {"alert": {"title": "T"}}}
    assert payload.aps() == {"aps": {}}


def test_every_key_of_apples_table_can_be_given():
    assert payload.aps(
        alert="A",
        badge=3,
        sound=payload.critical_sound("alarm.caf", 0.5),
        thread_id="game-1",
        category="INVITE",
        content_available=True,
        mutable_content=True,
        target_content_id="window",
        interruption_level="time-sensitive",
        relevance_score=0.25,
        filter_criteria="work",
        custom={"game": {"id": 1}},
    ) == {
        "aps": {
            "alert": "A",
            "badge": 3,
            "sound": {"critical": 1, "name": "alarm.caf", "volume": 0.5},
            "thread-id": "game-1",
            "category": "INVITE",
            "content-available": 1,
            "mutable-content": 1,
            "target-content-id": "window",
            "interruption-level": "time-sensitive",
            "relevance-score": 0.25,
            "filter-criteria": "work",
        },
        "game": {"id": 1},
    }


WRONG = [
    ({"alert": 7}, "The alert must be text or an object, not int"),
    ({"badge": "1"}, "The badge must be a whole number, not str"),
    ({"badge": True}, "The badge must be a whole number, not bool"),
    ({"badge": 1.0}, "The badge must be a whole number, not float"),
    ({"sound": True}, "The sound must be text or an object, not bool"),
    ({"thread_id": 1}, "The thread-id must be text, not int"),
    ({"category": b"C"}, "The category must be text, not bytes"),
    ({"target_content_id": 1}, "The target-content-id must be text, not int"),
    ({"filter_criteria": 1}, "The filter-criteria must be text, not int"),
    (
        {"interruption_level": "urgent"},
        "The interruption-level 'urgent' is none of Apple's: "
        "passive, active, time-sensitive, critical",
    ),
    ({"relevance_score": 1.5}, "The relevance-score is 1.5; it must lie between 0 and 1"),
    (
        {"custom": {"aps": {}}},
        "A custom key cannot be named aps: that is Apple's part of the payload",
    ),
]


@pytest.mark.parametrize(("given", "sentence"), WRONG)
def test_a_wrong_value_is_refused_with_its_key(given, sentence):
    with pytest.raises(PayloadError) as refused:
        payload.aps(**given)
    assert (str(refused.value), refused.value.code) == (sentence, "APNS_000006")


def test_what_apple_sets_no_range_for_is_taken():
    assert payload.aps(badge=-1, sound="", relevance_score=1) == {
        "aps": {"badge": -1, "sound": "", "relevance-score": 1}
    }


@pytest.mark.parametrize("volume", [0, 0.5, 1, None])
def test_a_critical_sound_has_a_volume_from_0_to_1_or_none(volume):
    sound = payload.critical_sound("default", volume)
    assert sound.get("volume") == volume
    assert (sound["critical"], sound["name"]) == (1, "default")


@pytest.mark.parametrize(
    ("name", "volume", "sentence"),
    [
        ("default", 1.01, "The volume is 1.01; it must lie between 0 and 1"),
        ("default", -0.1, "The volume is -0.1; it must lie between 0 and 1"),
        ("default", "1", "The volume must be a number, not str"),
        (" ", 1, "The name must not be blank"),
    ],
)
def test_a_wrong_critical_sound_is_refused(name, volume, sentence):
    with pytest.raises(PayloadError) as refused:
        payload.critical_sound(name, volume)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("build", "content"),
    [
        (payload.background, {"content-available": 1}),
        (payload.content_changed, {"content-changed": True}),
        (payload.location, {}),
    ],
)
def test_a_payload_that_shows_nothing_has_its_one_key_and_the_apps_own(build, content):
    assert build() == {"aps": content}
    assert build({"article": 7}) == {"aps": content, "article": 7}
    with pytest.raises(PayloadError, match="cannot be named aps"):
        build({"aps": {}})


def test_payloads_for_management_and_file_providers_have_no_aps():
    assert payload.mdm("MAGIC") == {"mdm": "MAGIC"}
    assert payload.file_provider("ROOT") == {"container-identifier": "ROOT"}
    assert payload.file_provider("ROOT", "D") == {"container-identifier": "ROOT", "domain": "D"}
    with pytest.raises(PayloadError, match="The mdm must not be blank"):
        payload.mdm("")
    with pytest.raises(PayloadError, match="The container-identifier must not be blank"):
        payload.file_provider("")


@pytest.mark.parametrize(
    ("push_type", "built"),
    [
        ("background", payload.background()),
        ("controls", payload.content_changed()),
        ("fileprovider", payload.file_provider("ROOT")),
        ("location", payload.location()),
        ("mdm", payload.mdm("MAGIC")),
        ("widgets", payload.content_changed()),
    ],
)
def test_what_is_built_for_a_push_type_is_taken_by_it(push_type, built):
    assert Notification(device_token="ab", push_type=push_type, payload=built).payload == built


def test_a_mapping_becomes_utf_8_json_without_white_space():
    content = {"aps": {"alert": "Grüße 🎉", "badge": 1}}
    body = payload.encode(content)
    assert body == '{"aps":{"alert":"Grüße 🎉","badge":1}}'.encode()
    assert json.loads(body) == content


def test_mappings_of_all_kinds_are_taken():
    assert payload.encode(MappingProxyType({"aps": {}})) == b'{"aps":{}}'


def test_bytes_are_taken_as_they_are():
    assert payload.encode(b'{ "aps" : {} }') == b'{ "aps" : {} }'


@pytest.mark.parametrize(
    ("push_type", "limit"),
    [("alert", 4096), ("voip", 5120), (None, 4096), ("liveactivity", 4096), ("?", 4096)],
)
def test_the_limit_itself_is_allowed_and_one_byte_more_is_not(push_type, limit):
    assert payload.limit_for(push_type) == limit
    assert len(payload.encode(b"x" * limit, push_type)) == limit
    with pytest.raises(PayloadError) as refused:
        payload.encode(b"x" * (limit + 1), push_type)
    assert str(refused.value) == f"Payload is too long. ({limit + 1} bytes, {limit} are allowed)"
    assert (refused.value.size, refused.value.limit) == (limit + 1, limit)


def test_every_push_type_takes_as_much_as_an_alert():
    limits = [payload.limit_for(push_type) for push_type in PUSH_TYPES]
    assert min(limits) == payload.limit_for(None) == 4096
    assert max(limits) <= MIN_FRAME_SIZE, "an ordinary request has its body in one frame"


def test_what_has_a_limit_of_its_own_is_held_to_that():
    assert payload.encode({"aps": {}}, limit=10) == b'{"aps":{}}'
    with pytest.raises(PayloadError) as refused:
        payload.encode({"aps": {}}, limit=9)
    assert (refused.value.size, refused.value.limit) == (10, 9)


def test_the_limit_counts_bytes_and_not_characters():
    with pytest.raises(PayloadError, match=r"too long\. \(4110 bytes"):
        payload.encode({"aps": {"alert": "ü" * 2045}})


def test_an_empty_payload_is_refused():
    with pytest.raises(PayloadError, match="The payload is empty"):
        payload.encode(b"")


@pytest.mark.parametrize("content", [{"aps": object()}, {"aps": {1j: 1}}, {"aps": "\ud800"}])
def test_what_cannot_be_json_is_refused(content):
    with pytest.raises(PayloadError, match="The payload cannot be written as JSON: "):
        payload.encode(content)


def test_a_payload_that_holds_itself_is_refused():
    content: dict[str, object] = {}
    content["aps"] = content
    with pytest.raises(PayloadError, match="cannot be written as JSON"):
        payload.encode(content)
