"""apns.readChannel: what Apple knows of a channel."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import Channel, StoragePolicy
from apns_connector.errors import MediationError
from apns_connector.operations.read_channel import ReadChannel


class Channels:
    async def read(self, channel_id):
        return Channel(
            channel_id=channel_id,
            storage_policy=StoragePolicy.MOST_RECENT,
            push_type="LiveActivity",
        )


def test_a_channel_is_described(called, apple):
    message = called("readChannel", channelId="b25l")
    message.replace_json({})
    asyncio.run(ReadChannel(apple(channels=Channels())).mediate(message))
    assert message.json == {
        "success": True,
        "channelId": "b25l",
        "storagePolicy": "MOST_RECENT",
        "pushType": "LiveActivity",
    }


def test_a_channel_must_be_named(called, apple, caplog):
    message = called("readChannel")
    with pytest.raises(MediationError):
        asyncio.run(ReadChannel(apple(channels=Channels())).mediate(message))
    assert "apns.channelId is missing" in caplog.text
