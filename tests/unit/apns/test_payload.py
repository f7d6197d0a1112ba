from __future__ import annotations

import json
from types import MappingProxyType

import pytest

from apns_connector.apns import payload
from apns_connector.errors import PayloadError


def test_an_aps_dictionary_holds_what_is_given_and_nothing_else():
    assert payload.aps(alert="Hello iOS", sound="default", badge=1) == {
        "aps": {"alert": "Hello iOS", "sound": "default", "badge": 1}
    }
    assert payload.aps(badge=0) == {"aps": {"badge": 0}}
    assert payload.aps(alert={"title": "T"}) == {"aps": {"alert": {"title": "T"}}}
    assert payload.aps() == {"aps": {}}


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
    ("push_type", "limit"), [("alert", 4096), ("voip", 5120), (None, 4096), ("liveactivity", 4096)]
)
def test_the_limit_itself_is_allowed_and_one_byte_more_is_not(push_type, limit):
    assert payload.limit_for(push_type) == limit
    assert len(payload.encode(b"x" * limit, push_type)) == limit
    with pytest.raises(PayloadError) as refused:
        payload.encode(b"x" * (limit + 1), push_type)
    assert str(refused.value) == f"Payload is too long. ({limit + 1} bytes, {limit} are allowed)"
    assert (refused.value.size, refused.value.limit) == (limit + 1, limit)


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
