"""apns.createChannel: a new channel, whose id is in the result and in a property."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import StoragePolicy
from apns_connector.errors import ChannelRefused, MediationError
from apns_connector.operations.create_channel import CreateChannel


class Channels:
    def __init__(self, error: Exception | None = None):
        self.created: list[StoragePolicy] = []
        self.error = error

    async def create(self, storage_policy):
        if self.error is not None:
            raise self.error
        self.created.append(storage_policy)
        return "bmV3"


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        (None, StoragePolicy.NO_MESSAGE),
        ("NO_MESSAGE", StoragePolicy.NO_MESSAGE),
        ("MOST_RECENT", StoragePolicy.MOST_RECENT),
    ],
)
def test_a_channel_is_created_with_its_policy(called, apple, given, policy):
    channels = Channels()
    message = called("createChannel", storagePolicy=given)
    message.replace_json({})
    asyncio.run(CreateChannel(apple(channels=channels)).mediate(message))
    assert channels.created == [policy]
    assert message.json == {"success": True, "channelId": "bmV3"}
    assert message.properties.get("apns.channelId") == "bmV3"


def test_a_policy_that_is_none_is_refused_before_anything_is_created(called, apple):
    channels = Channels()
    message = called("createChannel", storagePolicy="ALL")
    with pytest.raises(MediationError):
        asyncio.run(CreateChannel(apple(channels=channels)).mediate(message))
    assert channels.created == []
    assert message.properties.get("ERROR_CODE") == "APNS_000001"


def test_a_refusal_is_a_failure_with_apples_reason(called, apple):
    refused = ChannelRefused("too many", 400, "CannotCreateChannelConfig", "the id")
    message = called("createChannel")
    with pytest.raises(MediationError):
        asyncio.run(CreateChannel(apple(channels=Channels(refused))).mediate(message))
    assert message.properties.get("apns.reason") == "CannotCreateChannelConfig"
    assert message.properties.get("apns.channelId") is None
