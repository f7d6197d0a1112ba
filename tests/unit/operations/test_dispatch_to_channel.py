"""apns.dispatchToChannel: one broadcast for all who listen to a channel."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import Broadcast
from apns_connector.errors import MediationError
from apns_connector.operations.dispatch_to_channel import DispatchToChannel

CHANNEL = "dHN0LXNyY2gtY2hubA=="
GIVEN = {"channelId": CHANNEL, "event": "update", "contentState": '{"home": 1}'}


def dispatch(message, clients):
    assert asyncio.run(DispatchToChannel(clients).mediate(message)) is True
    return message


def sent(message, apple) -> Broadcast:
    clients = apple()
    dispatch(message, clients)
    (broadcast,) = clients.sent
    return broadcast


def test_a_broadcast_is_for_the_app_of_the_certificate(called, apple):
    broadcast = sent(called("dispatchToChannel", **GIVEN), apple)
    assert (broadcast.channel_id, broadcast.bundle_id) == (CHANNEL, "com.example.app")
    assert broadcast.payload["aps"]["event"] == "update"
    assert (broadcast.priority, broadcast.expiration) == (10, 0)


def test_the_headers_given_are_sent(called, apple):
    apns_id = "12345678-1234-1234-1234-123456789abc"
    given = {"topic": "a.b", "priority": "5", "expiration": "4102444800", "apnsId": apns_id}
    broadcast = sent(called("dispatchToChannel", **GIVEN, **given), apple)
    assert (broadcast.bundle_id, broadcast.priority) == ("a.b", 5)
    assert (broadcast.expiration, broadcast.apns_id) == (4_102_444_800, apns_id)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"channelId": ""}, "Mandatory property apns.channelId is missing."),
        ({"channelId": "no base64"}, "The channel id is not base64, as Apple's are"),
        ({"event": "start"}, "Property <apns.event> is 'start'; it must be update or end"),
        ({"priority": "7"}, "Priority 7 is not 10, 5 or 1"),
    ],
)
def test_what_is_missing_or_wrong_is_told(called, apple, change, sentence):
    message = called("dispatchToChannel", **{**GIVEN, **change})
    with pytest.raises(MediationError):
        dispatch(message, apple())
    assert message.properties.get("ERROR_MESSAGE").startswith(sentence)


def test_a_rejection_is_a_failure_that_names_the_channel_in_the_log(called, apple, caplog):
    message = called("dispatchToChannel", **GIVEN)
    with pytest.raises(MediationError):
        dispatch(message, apple((400, b'{"reason":"ChannelNotRegistered"}')))
    assert message.properties.get("apns.reason") == "ChannelNotRegistered"
    assert f"(channel {CHANNEL}, " in caplog.text
