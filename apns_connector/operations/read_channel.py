"""``apns.readChannel``: what Apple knows of a channel."""

from __future__ import annotations

from apns_connector.mediation.message import Message
from apns_connector.operations.app_channels import channels_of
from apns_connector.operations.operation import Operation
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result


class ReadChannel(Operation):
    name = "readChannel"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        channel_id = parameters.needed("channelId")
        channels = await channels_of(message, parameters, self.clients)
        channel = await channels.read(channel_id)
        return Result(
            {
                "channelId": channel.channel_id,
                "storagePolicy": channel.storage_policy.name,
                "pushType": channel.push_type,
            }
        )

    def subject(self, parameters: Parameters) -> str:
        return f"channel {parameters.optional('channelId')}"
