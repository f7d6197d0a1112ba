"""An endpoint that leads to one backend: http, address, default, wsdl."""

from __future__ import annotations

import logging

from apns_connector.errors import EndpointError
from apns_connector.mediation.endpoints.address import Address
from apns_connector.mediation.endpoints.definition import Definition
from apns_connector.mediation.endpoints.endpoint import (
    NOT_READY,
    TIMED_OUT,
    FaultAnswered,
    Sent,
    handled,
    report,
)
from apns_connector.mediation.endpoints.health import Health
from apns_connector.mediation.endpoints.reply import fault_in, read_reply
from apns_connector.mediation.endpoints.request import outbound_request
from apns_connector.mediation.endpoints.suspension import (
    Condition,
    State,
    after_failure,
    after_success,
    switched,
)
from apns_connector.mediation.endpoints.transport import place_of
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.mediator import run
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)


class Leaf:
    """``method``: that of an http endpoint, ``None`` for the message's own. ``health``: that of the
    same endpoint in the configuration before."""

    def __init__(
        self,
        definition: Definition,
        address: Address,
        *,
        method: str | None = None,
        health: Health | None = None,
    ) -> None:
        self.name = definition.name
        self._health = health or Health()
        self._definition = definition
        self._address = address
        self._method = method

    def __repr__(self) -> str:
        return f"Leaf({self.name!r}, {self.condition.state.value})"

    @property
    def condition(self) -> Condition:
        return self._health.condition

    def ready(self, message: Message) -> bool:
        return self.condition.ready(message.configuration.clock())

    def retries_elsewhere(self, message: Message, code: int) -> bool:
        return self._definition.policy.retries_elsewhere(code)

    def switch(self, on: bool) -> None:
        """Off: no message goes here until it is switched on again."""
        self._move(switched(self.condition, on))

    async def send(self, message: Message) -> list[Sent]:
        try:
            return [Sent(message, await self._exchange(message))]
        except EndpointError as error:
            report(message, error)
            if self._definition.discards and error.code == TIMED_OUT:
                _log.warning("%s; the message is discarded", error)
                return []
            if await handled(message, error, self._definition.on_error):
                return []
            raise

    async def _exchange(self, message: Message) -> Message | None:
        if not self.ready(message):
            raise EndpointError(f"{self._described} is {self.condition.state.value}", NOT_READY)
        for each in self._definition.properties:
            await run(each, message)
        try:
            reply = await self._reply_to(message)
        except EndpointError as error:
            policy, now = self._definition.policy, message.configuration.clock()
            self._move(after_failure(self.condition, error.code, policy, now))
            raise
        self._move(after_success(self.condition))
        return reply

    async def _reply_to(self, message: Message) -> Message | None:
        request = outbound_request(message, self._definition, self._address, self._method)
        _log.debug("%s: %r", self._described, request)
        answer = await message.configuration.transport.exchange(request)
        if is_true(message.properties.get("OUT_ONLY")):
            return None
        reply = await read_reply(answer, message, place_of(request.url))
        if reply.is_fault and is_true(message.properties.get("FORCE_ERROR_ON_SOAP_FAULT")):
            reason = fault_in(reply).reason
            raise FaultAnswered(f"{self._described} answered with a SOAP fault: {reason}", reply)
        return reply

    @property
    def _described(self) -> str:
        return f"Endpoint '{self.name}'" if self.name else "An endpoint without name"

    def _move(self, condition: Condition) -> None:
        old, self._health.condition = self.condition, condition
        if old.state is condition.state is State.ACTIVE:
            return
        text = "%s was %s, is now %s"
        if condition.state is State.SUSPENDED:
            text += f" for {condition.suspended_for:g} seconds"
        _log.warning(text, self._described, old.state.value, condition.state.value)
