"""``apns.createChannel``: a new broadcast channel of the app."""

from __future__ import annotations

from typing import Final

from apns_connector.apns import StoragePolicy
from apns_connector.mediation.message import Message
from apns_connector.operations.app_channels import channels_of
from apns_connector.operations.operation import Operation, tell
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result

_POLICIES: Final = tuple(policy.name for policy in StoragePolicy)


class CreateChannel(Operation):
    name = "createChannel"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        policy = parameters.choice("storagePolicy", _POLICIES)
        channels = await channels_of(message, parameters, self.clients)
        channel_id = await channels.create(StoragePolicy[policy or StoragePolicy.NO_MESSAGE.name])
        tell(message, channelId=channel_id)
        return Result({"channelId": channel_id})
