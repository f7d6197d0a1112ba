"""apns.deleteChannel: a channel goes for good."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.errors import ChannelRefused, MediationError
from apns_connector.operations.delete_channel import DeleteChannel


class Channels:
    def __init__(self, error: Exception | None = None):
        self.deleted: list[str] = []
        self.error = error

    async def delete(self, channel_id):
        if self.error is not None:
            raise self.error
        self.deleted.append(channel_id)


def test_a_channel_is_deleted(called, apple):
    channels = Channels()
    message = called("deleteChannel", channelId="b25l")
    message.replace_json({})
    asyncio.run(DeleteChannel(apple(channels=channels)).mediate(message))
    assert channels.deleted == ["b25l"]
    assert message.json == {"success": True, "channelId": "b25l"}


def test_a_channel_that_is_not_there_is_a_failure_that_names_it(called, apple, caplog):
    refused = ChannelRefused("no such channel", 404, "BadPath", "the id", "APNS_000001")
    message = called("deleteChannel", channelId="b25l")
    with pytest.raises(MediationError):
        asyncio.run(DeleteChannel(apple(channels=Channels(refused))).mediate(message))
    assert message.properties.get("apns.status") == "404"
    assert "(channel b25l, apns-id the id, " in caplog.text
