"""``<send>``: hands the message on, to an endpoint or back to the caller."""

from __future__ import annotations

from apns_connector.errors import MediationError
from apns_connector.mediation.endpoints.endpoint import Endpoint
from apns_connector.mediation.endpoints.reading import inline_endpoint
from apns_connector.mediation.endpoints.sending import IMPLICIT, send
from apns_connector.mediation.mediator import Sequence
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.value import Value
from apns_connector.mediation.xml import Element


class Send:
    """With an endpoint: the reply runs through the sequence ``receive``, or else the out flow of
    the service. Without one, a response goes back to the caller and a request to its To.

    So does a request whose To is still the service itself: Synapse would send it to the proxy it
    came from, and the documented sample means the caller. Ends the flow (ESB 5.0 and later; 4.8,
    4.9 and Apache Synapse go on).
    """

    def __init__(self, endpoint: Endpoint | None = None, receive: Value | None = None) -> None:
        self._endpoint = endpoint
        self._receive = receive

    async def mediate(self, message: Message) -> bool:
        if self._endpoint is None and (message.response or goes_back(message)):
            message.respond()
        else:
            await send(self._endpoint or IMPLICIT, message, self._receiving(message))
        return False

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
        return cls(inline_endpoint(element, reader), reader.key(element, "receive", "sequence"))


def goes_back(message: Message) -> bool:
    """Whether a request is addressed to nobody else than the service that received it."""
    if not message.to or message.service is None:
        return not message.to
    return message.service.is_at(message.to)
