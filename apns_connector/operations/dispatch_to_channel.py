"""``apns.dispatchToChannel``: updates or ends the Live Activities that listen to a channel."""

from __future__ import annotations

import time
from functools import partial

from apns_connector.apns import Broadcast
from apns_connector.apns import payload as payloads
from apns_connector.apns.broadcast import EVENTS
from apns_connector.mediation.message import Message
from apns_connector.operations.app_channels import read_bundle_id
from apns_connector.operations.from_store import clock_of, marks_of, refuse_expired, send_once
from apns_connector.operations.live_activity_payload import read_live_activity
from apns_connector.operations.operation import Operation, require_accepted
from apns_connector.operations.parameters import INT, Parameters
from apns_connector.operations.result import Result


class DispatchToChannel(Operation):
    name = "dispatchToChannel"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        payload = read_live_activity(parameters, EVENTS, clock_of(message))
        channel_id = parameters.needed("channelId")
        priority = parameters.whole_number("priority", INT)
        expiration = parameters.whole_number("expiration") or 0
        (mark,) = marks_of(message, partial(payloads.to_json, payload), [channel_id])
        refuse_expired([mark], expiration, time.time())
        connected = await self.connections.open(message)
        init, client = connected.init, connected.client
        broadcast = Broadcast(
            channel_id=channel_id,
            bundle_id=read_bundle_id(parameters, init, client.credentials),
            payload=payload,
            priority=10 if priority is None else priority,
            expiration=expiration,
            apns_id=parameters.optional("apnsId") or mark.apns_id,
        )
        response = await send_once(client, broadcast, mark, init.timeout)
        require_accepted(message, response)
        content = {"status": response.status, "apnsId": response.apns_id}
        return Result(content, status=response.status)

    def subject(self, parameters: Parameters) -> str:
        return f"channel {parameters.optional('channelId')}"
