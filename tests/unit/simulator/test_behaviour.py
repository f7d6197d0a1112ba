"""Answers and debug data, as they go over the wire."""

from __future__ import annotations

import json

import pytest

from apns_connector.apns.reasons import REASONS
from apns_connector.simulator.behaviour import (
    ACCEPTED,
    GONE_SINCE,
    STATUS_OF,
    goaway_reason,
    rejection,
)
from apns_connector.simulator.channel_rules import CHANNEL_STATUS_OF


def test_success_has_no_body():
    assert (ACCEPTED.status, ACCEPTED.body) == (200, b"")


def test_an_error_body_is_compact_json_with_the_reason():
    assert rejection("BadDeviceToken").body == b'{"reason":"BadDeviceToken"}'


@pytest.mark.parametrize("reason", STATUS_OF)
def test_only_a_410_carries_a_timestamp_in_milliseconds(reason):
    content = json.loads(rejection(reason).body)
    assert content.get("timestamp") == (GONE_SINCE if STATUS_OF[reason] == 410 else None)


def test_a_reason_that_apple_does_not_document_needs_a_status():
    assert rejection("Surprise", 418).status == 418
    with pytest.raises(KeyError):
        rejection("Surprise")


def test_goaway_debug_data_is_compact_json():
    assert goaway_reason("Shutdown") == b'{"reason":"Shutdown"}'


def test_simulator_and_client_know_the_same_reasons_though_each_wrote_its_own_table():
    assert {name: row.status for name, row in REASONS.items()} == STATUS_OF | CHANNEL_STATUS_OF
