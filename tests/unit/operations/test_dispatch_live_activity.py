"""apns.dispatchLiveActivity: push type and topic of a Live Activity, with the headers given."""

from __future__ import annotations

import asyncio

import pytest
from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.operations.dispatch_live_activity import DispatchLiveActivity

TOKEN = "ab" * 32
GIVEN = {"deviceToken": TOKEN, "event": "update", "contentState": '{"home": 1}'}


def dispatch(message, clients):
    assert asyncio.run(DispatchLiveActivity(clients).mediate(message)) is True
    return message


def test_an_update_goes_to_the_topic_of_live_activities(called, apple):
    clients = apple()
    message = dispatch(
        called(
            "dispatchLiveActivity",
            {"topic": "com.example.app"},
            **GIVEN,
            priority="5",
            expiration="0",
        ),
        clients,
    )
    (notification,) = clients.sent
    assert notification.topic == "com.example.app.push-type.liveactivity"
    assert notification.push_type == "liveactivity"
    assert (notification.priority, notification.expiration) == (5, 0)
    assert notification.payload["aps"]["content-state"] == {"home": 1}
    result = {etree.QName(child).localname: child.text for child in message.payload}
    assert result == {"successful": "true", "status": "200", "apnsId": notification.apns_id}


def test_a_rejection_is_a_failure(called, apple, caplog):
    message = called("dispatchLiveActivity", {"topic": "com.example.app"}, **GIVEN)
    with pytest.raises(MediationError):
        dispatch(message, apple((410, b'{"reason":"ExpiredToken"}')))
    assert message.properties.get("apns.reason") == "ExpiredToken"
    assert f"(device token …{TOKEN[-8:]}, " in caplog.text
    assert TOKEN not in caplog.text


def test_a_device_token_is_required(called, apple):
    message = called("dispatchLiveActivity", **{**GIVEN, "deviceToken": None})
    with pytest.raises(MediationError):
        dispatch(message, apple())
    assert message.properties.get("ERROR_CODE") == "APNS_000001"
