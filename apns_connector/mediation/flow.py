"""The three flows of a service: in, out, fault. Who is asked for them, and who when one fails."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from apns_connector.errors import MediationError
from apns_connector.mediation.endpoints.endpoint import Endpoint
from apns_connector.mediation.endpoints.sending import send
from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.mediator import FaultSequenceFailed, Sequence, record_fault, told
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element

DEFAULT_FAULT_SEQUENCE = "fault"
_NOTHING_TO_DO = Sequence()


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence of a service: written inline, or a key that is looked up when needed."""

    inline: Sequence | None = None
    key: str | None = None

    @property
    def given(self) -> bool:
        return self.inline is not None or self.key is not None

    def find(self, message: Message) -> Sequence | None:
        if self.inline is not None or self.key is None:
            return self.inline
        return message.configuration.sequence(self.key)


@dataclass(frozen=True, slots=True)
class Flows:
    """Those of a proxy, or of a resource of an API. What the in flow lets through goes on to
    ``endpoint``."""

    received: Flow = Flow()
    answered: Flow = Flow()
    fault: Flow = Flow()
    endpoint: Endpoint | None = None

    async def receive(self, message: Message) -> Exchange:
        """Run a request; the exchange holds the answer, if there is one.

        Raises FaultSequenceFailed when the fault flow failed as well: nobody is left then.
        """
        try:
            try:
                if await self._run_in(message) and self.endpoint is not None:
                    await send(self.endpoint, message)
            except FaultSequenceFailed:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever a mediator throws is its fault
                await self.handle(message, fault)
            if message.exchange.response is None:
                await message.exchange.settled()
        finally:
            message.exchange.end()
        return message.exchange

    def _run_in(self, message: Message) -> Awaitable[bool]:
        """Whether the request goes on to the endpoint."""
        before = message.configuration.mandatory_sequence
        if before is not None:
            return self._run_both(before, message)
        return (self.received.inline or self._in_sequence(message)).mediate(message)

    async def _run_both(self, before: Sequence, message: Message) -> bool:
        """The mandatory sequence of the deployment runs first, and may end the request."""
        return await before.mediate(message) and await self._in_sequence(message).mediate(message)

    def _in_sequence(self, message: Message) -> Sequence:
        sequence = self.received.find(message)
        if sequence is not None:
            return sequence
        if self.received.given:
            raise MediationError(f"inSequence '{self.received.key}' cannot be found")
        return _NOTHING_TO_DO

    async def answer(self, message: Message) -> None:
        """Run a response through the out flow; without one it goes straight to the client."""
        sequence = self.answered.find(message)
        if sequence is None:
            message.respond()
        else:
            await sequence.mediate(message)

    async def handle(self, message: Message, fault: Exception) -> None:
        """Run the fault flow, or the sequence called fault. Raises FaultSequenceFailed when that
        fails as well: nobody is left then."""
        record_fault(message, fault)
        try:
            handler = self.fault.find(message)
            if handler is None:
                handler = message.configuration.sequence(DEFAULT_FAULT_SEQUENCE)
            if handler is not None:
                await handler.mediate(message)
        except Exception as second:
            problem = f"The fault sequence failed: {told(message, second)}"
            raise FaultSequenceFailed(problem) from second


def flows_from_element(element: Element, reader: Reader, endpoint: Endpoint | None = None) -> Flows:
    """inSequence, outSequence and faultSequence of a ``<target>`` or ``<resource>``."""
    return Flows(
        received=_flow(element, "inSequence", reader),
        answered=_flow(element, "outSequence", reader),
        fault=_flow(element, "faultSequence", reader),
        endpoint=endpoint,
    )


def _flow(element: Element, name: str, reader: Reader) -> Flow:
    """An attribute with a key, or a child with mediators; the key wins, as in Synapse."""
    key = element.get(name)
    if key:
        reader.refer("sequence", key, element)
        return Flow(key=key)
    inline = element.find(f"{{{SYNAPSE}}}{name}")
    if inline is None:
        return Flow()
    return Flow(inline=reader.mediators(inline, name=name, on_error=inline.get("onError")))
