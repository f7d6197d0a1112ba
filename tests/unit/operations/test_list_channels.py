"""apns.listChannels: the ids of all channels."""

from __future__ import annotations

import asyncio

import pytest
from lxml import etree

from apns_connector.operations.list_channels import ListChannels


class Channels:
    def __init__(self, *channel_ids: str):
        self.channel_ids = list(channel_ids)

    async def list(self):
        return self.channel_ids


@pytest.mark.parametrize("channel_ids", [(), ("b25l",), ("b25l", "dHdv")])
def test_channels_are_listed_as_json(called, apple, channel_ids):
    message = called("listChannels")
    message.replace_json({})
    asyncio.run(ListChannels(apple(channels=Channels(*channel_ids))).mediate(message))
    assert message.json == {
        "success": True,
        "count": len(channel_ids),
        "channelIds": list(channel_ids),
    }


def test_channels_are_listed_as_xml(called, apple):
    message = called("listChannels")
    asyncio.run(ListChannels(apple(channels=Channels("b25l", "dHdv"))).mediate(message))
    listed = message.payload[2]
    assert [(etree.QName(one).localname, one.text) for one in listed] == [
        ("channelId", "b25l"),
        ("channelId", "dHdv"),
    ]
