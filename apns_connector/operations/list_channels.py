"""``apns.listChannels``: the ids of all channels of the app."""

from __future__ import annotations

from apns_connector.mediation.message import Message
from apns_connector.operations.app_channels import channels_of
from apns_connector.operations.operation import Operation
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result


class ListChannels(Operation):
    name = "listChannels"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        channels = await channels_of(message, parameters, self.clients)
        channel_ids = await channels.list()
        return Result({"count": len(channel_ids), "channelIds": channel_ids})
