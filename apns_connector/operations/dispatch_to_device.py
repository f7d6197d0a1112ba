"""``apns.dispatchToDevice``: one notification to one device.

It takes the place of the Java class ``org.wso2.carbon.connector.apns.DispatchToDevice``, with these
differences, where the connector did not do what its documentation said: an absent alert or sound
is left out instead of failing, a payload may have Apple's 4096 bytes, nothing secret is logged, a
rejection by Apple is a failure with Apple's reason, and nothing of this dispatch is left for the
next one on the same message.
"""

from __future__ import annotations

from typing import Any, Final

from apns_connector.mediation.message import Message
from apns_connector.operations.draft import read_draft, told_cut, with_topic
from apns_connector.operations.failure import OperationError
from apns_connector.operations.from_store import send_once
from apns_connector.operations.operation import Operation, require_accepted
from apns_connector.operations.parameters import Parameters, properties
from apns_connector.operations.result import Result

_JSON_ONLY: Final = frozenset({"status", "apnsId"})


class DispatchToDevice(Operation):
    name = "dispatchToDevice"
    by_hand = properties("deviceToken", "alert", "sound", "badge")

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        draft = read_draft(parameters)
        device_token = read_device_token(parameters)
        mark = draft.mark(message, device_token)
        notification = draft.to(device_token, mark.apns_id)
        connected = self.connections.known(message) or await self.connections.open(message)
        init = connected.init
        if init.topic is not None:
            notification = with_topic(notification, init.topic)
        response = await send_once(connected.client, notification, mark, init.timeout)
        require_accepted(message, response)
        content: dict[str, Any] = {"status": response.status, "apnsId": notification.apns_id}
        if draft.cut is not None:
            content["cut"] = told_cut(draft.cut)
        return Result(content, json_only=_JSON_ONLY, status=response.status)

    def subject(self, parameters: Parameters) -> str:
        return f"device token …{(parameters.optional('deviceToken') or '')[-8:]}"


def read_device_token(parameters: Parameters) -> str:
    """As it was given. Raises :class:`OperationError` if there is none."""
    device_token = parameters.required("deviceToken")
    if not device_token.strip():
        raise OperationError.illegal("Device token is empty")
    return device_token
