"""``apns.dispatchLiveActivity``: starts, updates or ends a Live Activity on one device."""

from __future__ import annotations

from typing import Final

from apns_connector.mediation.message import Message
from apns_connector.operations.dispatch_to_device import read_device_token
from apns_connector.operations.draft import delivered, with_topic
from apns_connector.operations.from_store import clock_of, send_once
from apns_connector.operations.live_activity_payload import DEVICE_EVENTS, read_live_activity
from apns_connector.operations.operation import Operation, require_accepted
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result

PUSH_TYPE: Final = "liveactivity"


class DispatchLiveActivity(Operation):
    name = "dispatchLiveActivity"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        payload = read_live_activity(parameters, DEVICE_EVENTS, clock_of(message))
        draft = delivered(parameters, payload, PUSH_TYPE)
        device_token = read_device_token(parameters)
        mark = draft.mark(message, device_token)
        notification = draft.to(device_token, mark.apns_id)
        connected = await self.connections.open(message)
        init = connected.init
        notification = with_topic(notification, init.topic)
        response = await send_once(connected.client, notification, mark, init.timeout)
        require_accepted(message, response)
        content = {"status": response.status, "apnsId": response.apns_id}
        return Result(content, status=response.status)

    def subject(self, parameters: Parameters) -> str:
        return f"device token …{(parameters.optional('deviceToken') or '')[-8:]}"
