"""``apns.dispatchLiveActivity``: starts, updates or ends a Live Activity on one device."""

from __future__ import annotations

from typing import Final

from apns_connector.mediation.message import Message
from apns_connector.operations.dispatch_to_device import connect, read_device_token
from apns_connector.operations.draft import delivered, with_topic
from apns_connector.operations.init import read_init
from apns_connector.operations.live_activity_payload import DEVICE_EVENTS, read_live_activity
from apns_connector.operations.operation import Operation, require_accepted
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result

PUSH_TYPE: Final = "liveactivity"


class DispatchLiveActivity(Operation):
    name = "dispatchLiveActivity"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        payload = read_live_activity(parameters, DEVICE_EVENTS)
        draft = delivered(parameters, payload, PUSH_TYPE).of(message)
        notification = draft.to(read_device_token(parameters))
        init = read_init(message)
        client = await connect(self.clients, init)
        notification = with_topic(notification, init.topic)
        response = await client.send(notification, timeout=init.timeout)
        require_accepted(message, response)
        content = {"status": response.status, "apnsId": response.apns_id}
        return Result(content, status=response.status)

    def subject(self, parameters: Parameters) -> str:
        return f"device token …{(parameters.optional('deviceToken') or '')[-8:]}"
