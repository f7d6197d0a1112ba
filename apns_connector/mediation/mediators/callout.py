"""``<callout>``: the older ``<call>``: a part of the message is sent, a part of it replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.mediation.endpoints.address import FixedAddress, ToAddress
from apns_connector.mediation.endpoints.definition import Definition
from apns_connector.mediation.endpoints.endpoint import Endpoint
from apns_connector.mediation.endpoints.leaf import Leaf
from apns_connector.mediation.endpoints.reading import inline_endpoint
from apns_connector.mediation.endpoints.reference import EndpointReference
from apns_connector.mediation.endpoints.sending import NEVER_SUSPENDED, blocking_failure, sent_copy
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element, detached_copy


@dataclass(frozen=True, slots=True)
class Part:
    """A node of the message by ``expression``, or a property (else an entry) by ``key``; the whole
    when neither is given."""

    expression: Expression | None = None
    key: str | None = None


class Callout:
    """The reply's payload takes the place of the target; of the reply, only that and the status.

    A SOAP fault is a failure, as with a blocking ``<call>``.
    """

    def __init__(
        self, endpoint: Endpoint, source: Part, target: Part, action: str | None = None
    ) -> None:
        self._endpoint = endpoint
        self._source = source
        self._target = target
        self._action = action

    async def mediate(self, message: Message) -> bool:
        request = message.clone()
        if self._action is not None:
            request.action = self._action
        source = self._source_of(message)
        if source is not None and not message.has_json:
            request.body[:] = []
            request.replace_payload(source)
        sents = await sent_copy(self._endpoint, request, message)
        if not sents:
            return False
        for reply in (one.reply for one in sents):
            if reply is not None:
                self._take(message, reply)
        return True

    def _source_of(self, message: Message) -> Element | None:
        if self._source.key is not None:
            found = message.properties.get(self._source.key)
            if found is None:
                found = message.configuration.entry(self._source.key)
            nodes = [found]
        elif self._source.expression is not None:
            nodes = self._source.expression.nodes(message)
        else:
            return None
        return detached_copy(_element(nodes, "source"))

    def _take(self, message: Message, reply: Message) -> None:
        if reply.is_fault:
            raise blocking_failure(message, reply, "Error while performing the callout operation")
        message.properties.axis2["HTTP_SC"] = reply.properties.axis2["HTTP_SC"]
        if reply.has_json:
            message.replace_json(reply.json)
            return
        payload = reply.payload
        if payload is not None:
            self._put(message, detached_copy(payload))

    def _put(self, message: Message, payload: Element) -> None:
        if self._target.key is not None:
            message.properties.set(self._target.key, payload)
        elif self._target.expression is not None:
            place = _element(self._target.expression.nodes(message), "target")
            parent = place.getparent()
            if parent is None:
                raise MediationError("The target of <callout> is the envelope itself")
            payload.tail = place.tail
            parent.replace(place, payload)
        else:
            message.replace_payload(payload)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Callout:
        """Raises ConfigurationError for security, and for an endpoint that is none."""
        secured = element.find(f"{{{SYNAPSE}}}enableSec")
        if secured is not None:
            raise reader.error(secured, "<enableSec> is not supported: WS-Security is not offered")
        return cls(
            _endpoint(element, reader),
            _part(element, "source", reader),
            _part(element, "target", reader),
            element.get("action"),
        )


def _endpoint(element: Element, reader: Reader) -> Endpoint:
    key = reader.key(element, "endpointKey", "endpoint")
    if key is not None:
        return EndpointReference(key)
    inline = inline_endpoint(element, reader)
    if inline is not None:
        return inline
    url = element.get("serviceURL")
    address = FixedAddress(reader.resolved(element, url)) if url else ToAddress()
    return Leaf(Definition(policy=NEVER_SUSPENDED), address)


def _part(element: Element, name: str, reader: Reader) -> Part:
    found = element.find(f"{{{SYNAPSE}}}{name}")
    if found is None:
        return Part()
    if found.get("xpath") is not None:
        return Part(expression=reader.expression(found, "xpath"))
    return Part(key=found.get("key"))


def _element(nodes: list[Any], which: str) -> Element:
    first = nodes[0] if nodes else None
    if not isinstance(first, etree._Element):
        raise MediationError(f"The {which} of <callout> leads to no element")
    return first
