"""Proxy services: what a request is routed to, and how its failures are handled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apns_connector.errors import MediationError
from apns_connector.mediation.mediator import Sequence, record_fault, told
from apns_connector.mediation.message import Exchange, Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, WSDL11, WSDL20, Element, children, line_of

DEFAULT_FAULT_SEQUENCE = "fault"


@dataclass(frozen=True, slots=True)
class Flow:
    """One of a proxy's three sequences: written inline, or a key that is looked up when needed."""

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
class WsdlSource:
    """Where a proxy's WSDL is written: inline, under a key, or in a file of the deployment."""

    inline: Element | None = None
    key: str | None = None
    uri: str | None = None


class Proxy:
    """A proxy service.

    ``active`` is false for startOnLoad="false". ``transports`` is empty for all. ``wsdl`` is found
    when everything has been read; ``wsdl_source`` says where, ``None`` when none is published.
    ``place`` is the file and line of its element.
    """

    def __init__(
        self,
        name: str,
        *,
        in_flow: Flow,
        out_flow: Flow,
        fault_flow: Flow,
        active: bool = True,
        transports: tuple[str, ...] = (),
        parameters: Mapping[str, str | Element] | None = None,
        wsdl_source: WsdlSource | None = None,
        place: tuple[str | None, int | None] = (None, None),
    ) -> None:
        self.name = name
        self.active = active
        self.transports = transports
        self.parameters = dict(parameters or {})
        self.wsdl_source = wsdl_source
        self.wsdl: Element | None = None
        self.place = place
        self._in, self._out, self._fault = in_flow, out_flow, fault_flow

    def __repr__(self) -> str:
        return f"Proxy({self.name!r})"

    async def receive(self, message: Message) -> Exchange:
        """Run a request through the service; the exchange holds the answer, if there is one.

        Raises MediationError when the fault sequence failed as well: nobody is left to handle it.
        """
        message.service = self
        try:
            await self._run(message)
        except Exception as fault:  # noqa: BLE001 - whatever a mediator throws is the flow's fault
            await self._handle(message, fault)
        return message.exchange

    async def answer(self, message: Message) -> None:
        """Run a response through the out flow; without one it goes straight to the client."""
        out = self._out.find(message)
        if out is None:
            message.respond()
        else:
            await out.mediate(message)

    async def _run(self, message: Message) -> None:
        before = message.configuration.mandatory_sequence
        if before is not None and not await before.mediate(message):
            return
        sequence = self._in.find(message)
        if sequence is None:
            raise MediationError(f"inSequence '{self._in.key}' cannot be found")
        await sequence.mediate(message)

    async def _handle(self, message: Message, fault: Exception) -> None:
        record_fault(message, fault)
        try:
            handler = self._fault.find(message)
            if handler is None:
                handler = message.configuration.sequence(DEFAULT_FAULT_SEQUENCE)
            if handler is not None:
                await handler.mediate(message)
        except Exception as second:
            problem = f"The fault sequence failed: {told(message, second)}"
            raise MediationError(problem) from second

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Proxy:
        """Raises ConfigurationError when it has no name, no target, or needs what is not there."""
        name = reader.required(element, "name")
        parts = {child.tag: child for child in children(element)}
        for unsupported in ("policy", "enableSec"):
            if (found := parts.get(f"{{{SYNAPSE}}}{unsupported}")) is not None:
                raise reader.error(found, f"<{unsupported}> of a proxy is not supported yet")
        target = parts.get(f"{{{SYNAPSE}}}target")
        if target is None:
            raise reader.error(element, f"proxy '{name}' has no <target>")
        _refuse_endpoint(target, reader)
        in_flow = _flow(target, "inSequence", reader)
        if not in_flow.given:
            raise reader.error(target, f"proxy '{name}' has neither inSequence nor endpoint")
        return cls(
            name,
            in_flow=in_flow,
            out_flow=_flow(target, "outSequence", reader),
            fault_flow=_flow(target, "faultSequence", reader),
            active=element.get("startOnLoad", "true") != "false",
            transports=_transports(element.get("transports", "")),
            parameters=dict(_parameter(child, reader) for child in _parameters(element)),
            wsdl_source=_wsdl_source(parts.get(f"{{{SYNAPSE}}}publishWSDL"), reader),
            place=(reader.file, line_of(element)),
        )


def _refuse_endpoint(target: Element, reader: Reader) -> None:
    inline = target.find(f"{{{SYNAPSE}}}endpoint")
    if inline is not None or target.get("endpoint") is not None:
        where = target if inline is None else inline
        raise reader.error(where, "the target endpoint of a proxy is not supported yet")


def _flow(target: Element, name: str, reader: Reader) -> Flow:
    """An attribute with a key, or a child with mediators; the key wins, as in Synapse."""
    key = target.get(name)
    if key:
        reader.refer("sequence", key, target)
        return Flow(key=key)
    inline = target.find(f"{{{SYNAPSE}}}{name}")
    if inline is None:
        return Flow()
    return Flow(inline=reader.mediators(inline, name=name, on_error=inline.get("onError")))


def _transports(text: str) -> tuple[str, ...]:
    words = tuple(text.replace(",", " ").split())
    return () if words == ("all",) else words


def _parameters(element: Element) -> list[Element]:
    return element.findall(f"{{{SYNAPSE}}}parameter")


def _parameter(element: Element, reader: Reader) -> tuple[str, str | Element]:
    inline = children(element)
    return reader.required(element, "name"), inline[0] if inline else element.text or ""


def _wsdl_source(element: Element | None, reader: Reader) -> WsdlSource | None:
    if element is None:
        return None
    if element.get("endpoint") is not None:
        raise reader.error(element, "publishWSDL by endpoint is not supported yet")
    if element.get("key"):
        return WsdlSource(key=element.get("key"))
    if element.get("uri"):
        return WsdlSource(uri=element.get("uri"))
    for child in children(element):
        if child.tag in (f"{{{WSDL11}}}definitions", f"{{{WSDL20}}}description"):
            return WsdlSource(inline=child)
    raise reader.error(element, "publishWSDL needs a key, a uri, or an inline WSDL")
