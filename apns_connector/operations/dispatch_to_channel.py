"""``apns.dispatchToChannel``: updates or ends the Live Activities that listen to a channel."""

from __future__ import annotations

import time

from apns_connector.apns import Broadcast
from apns_connector.apns.broadcast import EVENTS
from apns_connector.mediation.message import Message
from apns_connector.operations.app_channels import read_bundle_id
from apns_connector.operations.dispatch_to_device import connect
from apns_connector.operations.from_store import next_apns_id, refuse_expired
from apns_connector.operations.init import read_init
from apns_connector.operations.live_activity_payload import read_live_activity
from apns_connector.operations.operation import Operation, require_accepted
from apns_connector.operations.parameters import INT, Parameters
from apns_connector.operations.result import Result


class DispatchToChannel(Operation):
    name = "dispatchToChannel"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        payload = read_live_activity(parameters, EVENTS)
        channel_id = parameters.needed("channelId")
        priority = parameters.whole_number("priority", INT)
        expiration = parameters.whole_number("expiration") or 0
        refuse_expired(message, expiration, time.time())
        init = read_init(message)
        client = await connect(self.clients, init)
        broadcast = Broadcast(
            channel_id=channel_id,
            bundle_id=read_bundle_id(parameters, init, client.credentials),
            payload=payload,
            priority=10 if priority is None else priority,
            expiration=expiration,
            apns_id=parameters.optional("apnsId") or next_apns_id(message),
        )
        response = await client.send(broadcast, timeout=init.timeout)
        require_accepted(message, response)
        content = {"status": response.status, "apnsId": response.apns_id}
        return Result(content, status=response.status)

    def subject(self, parameters: Parameters) -> str:
        return f"channel {parameters.optional('channelId')}"
