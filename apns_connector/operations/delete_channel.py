"""``apns.deleteChannel``: for good, since Apple never gives the same id again."""

from __future__ import annotations

from apns_connector.mediation.message import Message
from apns_connector.operations.app_channels import channels_of
from apns_connector.operations.operation import Operation
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result


class DeleteChannel(Operation):
    name = "deleteChannel"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        channel_id = parameters.needed("channelId")
        channels = await channels_of(message, parameters, self.clients)
        await channels.delete(channel_id)
        return Result({"channelId": channel_id})

    def subject(self, parameters: Parameters) -> str:
        return f"channel {parameters.optional('channelId')}"
