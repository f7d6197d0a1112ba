"""Proxy services: what a request is routed to, and how its failures are handled."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from apns_connector.mediation.endpoints.endpoint import Endpoint
from apns_connector.mediation.endpoints.reading import inline_endpoint
from apns_connector.mediation.endpoints.reference import EndpointReference
from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.flow import Flows, flows_from_element
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.transports import transports_in
from apns_connector.mediation.xml import SYNAPSE, WSDL11, WSDL20, Element, children, line_of


@dataclass(frozen=True, slots=True)
class WsdlSource:
    """Where a proxy's WSDL is written: inline, under a key, or in a file of the deployment."""

    inline: Element | None = None
    key: str | None = None
    uri: str | None = None


class Proxy:
    """A proxy service. A request that the in flow lets through goes on to ``endpoint``.

    ``active`` is false for startOnLoad="false". ``transports`` is empty for all. ``wsdl`` is found
    when everything has been read; ``wsdl_source`` says where, ``None`` when none is published.
    ``place`` is the file and line of its element.
    """

    kind = "proxy"

    def __init__(
        self,
        name: str,
        *,
        flows: Flows,
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
        self._flows = flows
        self._path = f"/services/{name}"  # how a request is addressed nearly always

    def __repr__(self) -> str:
        return f"Proxy({self.name!r})"

    def __str__(self) -> str:
        return f"Proxy '{self.name}'"

    def receive(self, message: Message) -> Coroutine[Any, Any, Exchange]:
        """Run a request through the service; the exchange holds the answer, if there is one.

        Raises FaultSequenceFailed when the fault sequence failed as well: nobody is left then.
        """
        message.service = self
        return self._flows.receive(message)

    async def answer(self, message: Message) -> None:
        """Run a response through the out flow; without one it goes straight to the client."""
        await self._flows.answer(message)

    async def handle(self, message: Message, fault: Exception) -> None:
        """Run the fault sequence. Raises FaultSequenceFailed when that fails as well."""
        await self._flows.handle(message, fault)

    def is_at(self, address: str) -> bool:
        return address == self._path or is_address_of(self.name, address)

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
        endpoint = _target_endpoint(target, reader)
        flows = flows_from_element(target, reader, endpoint)
        if endpoint is None and not flows.received.given:
            raise reader.error(target, f"proxy '{name}' has neither inSequence nor endpoint")
        return cls(
            name,
            flows=flows,
            active=element.get("startOnLoad", "true") != "false",
            transports=transports_in(element.get("transports", "")),
            parameters=dict(_parameter(child, reader) for child in _parameters(element)),
            wsdl_source=_wsdl_source(parts.get(f"{{{SYNAPSE}}}publishWSDL"), reader),
            place=(reader.file, line_of(element)),
        )


def is_address_of(service: str, address: str) -> bool:
    """Whether an address or path is one of a proxy's: ``…/services/NAME``, also with an operation
    behind it, or with the name of a port as in ``NAME.NAMEHttpSoap11Endpoint``."""
    _, found, rest = urlsplit(address).path.rpartition("/services/")
    name = rest.partition("/")[0]
    return bool(found) and (name == service or name.startswith(f"{service}.{service}"))


def _target_endpoint(target: Element, reader: Reader) -> Endpoint | None:
    """A key, or an endpoint written inline; the key wins, as with sequences."""
    key = reader.key(target, "endpoint", "endpoint")
    return inline_endpoint(target, reader) if key is None else EndpointReference(key)


def _parameters(element: Element) -> list[Element]:
    return element.findall(f"{{{SYNAPSE}}}parameter")


def _parameter(element: Element, reader: Reader) -> tuple[str, str | Element]:
    name, inline = reader.required(element, "name"), children(element)
    return name, inline[0] if inline else reader.resolved(element, element.text or "")


def _wsdl_source(element: Element | None, reader: Reader) -> WsdlSource | None:
    if element is None:
        return None
    if element.get("endpoint") is not None:
        raise reader.error(element, "publishWSDL by endpoint is not supported yet")
    if element.get("key"):
        return WsdlSource(key=element.get("key"))
    if element.get("uri"):
        return WsdlSource(uri=reader.resolved(element, element.get("uri", "")))
    for child in children(element):
        if child.tag in (f"{{{WSDL11}}}definitions", f"{{{WSDL20}}}description"):
            return WsdlSource(inline=child)
    raise reader.error(element, "publishWSDL needs a key, a uri, or an inline WSDL")
