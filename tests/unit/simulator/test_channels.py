"""The channels of apps: what is, and what was."""

from __future__ import annotations

import base64
import json

import pytest

from apns_connector.simulator.channels import Channels, Create, Delete, List, Read

APP = "com.example.app"


@pytest.fixture
def channels():
    return Channels(most=3, enabled=frozenset({APP}))


def test_the_answer_to_create_has_the_id_in_a_header_and_no_body(channels):
    answer = channels.carry_out(Create(APP, 1))
    ((name, channel_id),) = answer.fields
    assert (answer.status, answer.reason, name, answer.body) == (201, None, "apns-channel-id", b"")
    assert channels.of(APP) == {channel_id: 1}


def test_ids_are_base64_of_no_meaning(channels):
    ids = {channels.create(APP) for _ in range(100)}
    assert len(ids) == 100
    assert {len(base64.b64decode(channel_id, validate=True)) for channel_id in ids} == {16}


def test_the_answer_to_read_is_the_policy(channels):
    channel_id = channels.create(APP, 1)
    answer = channels.carry_out(Read(APP, channel_id))
    assert answer.status == 200
    assert answer.body == b'{"message-storage-policy":1,"push-type":"LiveActivity"}'


def test_the_answer_to_list_has_all_ids_of_that_app_alone(channels):
    ids = [channels.create(APP) for _ in range(3)]
    channels.create("com.example.other")
    assert json.loads(channels.carry_out(List(APP)).body) == {"channels": ids}
    assert channels.carry_out(List("com.example.none")).body == b'{"channels":[]}'


def test_a_deleted_channel_is_gone_but_not_forgotten(channels):
    channel_id = channels.create(APP)
    answer = channels.carry_out(Delete(APP, channel_id))
    assert (answer.status, answer.body) == (204, b"")
    assert channels.of(APP) == {}
    assert channels.was_deleted(APP, channel_id)
    assert not channels.was_deleted("com.example.other", channel_id)
    assert not channels.was_deleted(APP, "QQ==")


def test_what_is_not_there_cannot_be_deleted(channels):
    with pytest.raises(KeyError):
        channels.delete(APP, "QQ==")


def test_apps_with_the_capability_are_those_named_or_all(channels):
    assert channels.enabled(APP)
    assert not channels.enabled("com.example.other")
    assert Channels().enabled("com.example.other")


def test_what_is_shown_cannot_be_changed(channels):
    channels.create(APP)
    with pytest.raises(TypeError):
        channels.of(APP)["QQ=="] = 1
