"""``<send>``: hands the message on, to an endpoint or back to the caller."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from apns_connector.errors import MediationError
from apns_connector.mediation.branch import run_branch, start
from apns_connector.mediation.endpoints.endpoint import Endpoint
from apns_connector.mediation.endpoints.reading import inline_endpoint
from apns_connector.mediation.endpoints.sending import IMPLICIT, send
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.mediator import GoesOn, Sequence
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


class Send:
    """With an endpoint: the reply runs through the sequence ``receive``, or else the out flow of
    the service. Without one, a response goes back to the caller and a request to its To.

    So does a request whose To is still the service itself: Synapse would send it to the proxy it
    came from, and the documented sample means the caller. Ends the flow, unless it ``goes_on``
    beside the copy that is sent (ESB 4.8 and 4.9, Apache Synapse).
    """

    def __init__(
        self,
        endpoint: Endpoint | None = None,
        receive: Value | None = None,
        *,
        goes_on: bool = False,
    ) -> None:
        self._endpoint = endpoint
        self._receive = receive
        self._goes_on = goes_on

    def mediate(self, message: Message) -> GoesOn:
        sent = message.clone() if self._goes_on else message
        if self._endpoint is None and (message.response or goes_back(message)):
            sent.respond()
            return self._goes_on
        return self._send(sent, message)

    async def _send(self, sent: Message, message: Message) -> bool:
        sending = send(self._endpoint or IMPLICIT, sent, self._receiving(message))
        if self._goes_on:
            start(message, _beside(sent, sending))
        else:
            await sending
        return self._goes_on

    def _receiving(self, message: Message) -> Sequence | None:
        """Looked up before anything is sent: nobody would take the reply."""
        if self._receive is None:
            return None
        key = self._receive.text(message)
        sequence = message.configuration.sequence(key) if key else None
        if sequence is None:
            raise MediationError(f"Sequence named {key} cannot be found, to receive the reply")
        return sequence

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Send:
        """Raises ConfigurationError for an endpoint that is none."""
        return cls(
            inline_endpoint(element, reader),
            reader.key(element, "receive", "sequence"),
            goes_on=reader.language.compatibility.send_goes_on,
        )


async def _beside(sent: Message, sending: Coroutine[Any, Any, None]) -> None:
    async def run() -> bool:
        await sending
        return False

    await run_branch(sent, run())


def goes_back(message: Message) -> bool:
    """Whether a request is addressed to nobody else than the service that received it."""
    if not message.to or message.service is None:
        return not message.to
    return message.service.is_at(message.to)
