"""The sequence ``main``: what takes a request that is for no proxy and no API."""

from __future__ import annotations

from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.flow import Flow, Flows
from apns_connector.mediation.message import Message
from apns_connector.mediation.xml import SYNAPSE

MAIN_SEQUENCE = "main"


class Main:
    """Replies of backends run through the same sequence again, so it is no service with an out
    flow of its own."""

    _flows = Flows(received=Flow(key=MAIN_SEQUENCE))

    def __str__(self) -> str:
        return f"Sequence '{MAIN_SEQUENCE}'"

    async def receive(self, message: Message) -> Exchange:
        """Raises FaultSequenceFailed when the sequence ``fault`` failed as well."""
        return await self._flows.receive(message)


def defines_main(configuration: Configuration) -> bool:
    """Whether a deployment has a ``main`` of its own: the built-in one does nothing."""
    return any(
        document.element.tag == f"{{{SYNAPSE}}}sequence"
        and document.element.get("name") == MAIN_SEQUENCE
        for document in configuration.documents()
    )
