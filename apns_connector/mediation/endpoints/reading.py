"""From an ``<endpoint>`` element to the endpoint (Synapse: EndpointFactory and its subclasses)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.endpoints.address import (
    Address,
    FixedAddress,
    ToAddress,
    checked,
    template_address,
)
from apns_connector.mediation.endpoints.definition import (
    Definition,
    definition_from_element,
    error_sequence,
    properties_from,
)
from apns_connector.mediation.endpoints.endpoint import Endpoint
from apns_connector.mediation.endpoints.group import Group
from apns_connector.mediation.endpoints.health import Health
from apns_connector.mediation.endpoints.leaf import Leaf
from apns_connector.mediation.endpoints.order import FirstReady, Order, RoundRobin, StayWithLast
from apns_connector.mediation.endpoints.recipient_list import (
    AddressedRecipients,
    RecipientList,
    Recipients,
)
from apns_connector.mediation.endpoints.reference import EndpointReference
from apns_connector.mediation.endpoints.template import TemplatedEndpoint
from apns_connector.mediation.endpoints.wsdl import wsdl_port
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element, children, local_name

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")


def endpoint_from_element(element: Element, reader: Reader) -> Endpoint:
    """Raises ConfigurationError for what is wrong, or not supported."""
    if element.get("key") is not None:
        key = reader.key(element, "key", "endpoint")
        if key is None:
            raise reader.error(element, "<endpoint> has an empty key")
        return EndpointReference(key)
    if element.get("key-expression") is not None:
        return EndpointReference(reader.expression(element, "key-expression"))
    if element.get("template") is not None:
        return TemplatedEndpoint.from_element(element, reader)
    for kind in children(element):
        build = _KINDS.get(local_name(kind.tag))
        if build is not None and kind.tag.startswith(f"{{{SYNAPSE}}}"):
            return build(element, kind, reader)
    raise reader.error(element, f"<endpoint> is none of {', '.join(sorted(_KINDS))}")


def inline_endpoint(element: Element, reader: Reader) -> Endpoint | None:
    """The endpoint written inside an element such as ``<call>``, or ``None``."""
    child = element.find(_ENDPOINT)
    return None if child is None else endpoint_from_element(child, reader)


# One backend.


def _http(endpoint: Element, kind: Element, reader: Reader) -> Endpoint:
    definition = definition_from_element(endpoint, kind, reader)
    method = kind.get("method", "").strip().upper() or None
    if method is not None and method not in METHODS:
        raise reader.error(kind, f"method '{kind.get('method')}' is none of {', '.join(METHODS)}")
    source = kind.get("uri-template")
    source = None if source is None else reader.resolved(kind, source)
    health = _health(endpoint, source, reader)
    return Leaf(definition, _template(source, kind, reader), method=method, health=health)


def _template(source: str | None, kind: Element, reader: Reader) -> Address:
    if source is None:
        return ToAddress()
    if "{" not in source:
        _check(source, kind, reader)
    try:
        return template_address(source)
    except ConfigurationError as error:
        raise reader.located(error, kind) from error


def _address(endpoint: Element, kind: Element, reader: Reader) -> Endpoint:
    definition = definition_from_element(endpoint, kind, reader)
    uri = reader.resolved(kind, reader.required(kind, "uri"))
    if "${" not in uri:
        _check(uri, kind, reader)
    return Leaf(definition, FixedAddress(uri), health=_health(endpoint, uri, reader))


def _default(endpoint: Element, kind: Element, reader: Reader) -> Endpoint:
    definition = definition_from_element(endpoint, kind, reader)
    return Leaf(definition, ToAddress(), health=_health(endpoint, None, reader))


def _wsdl(endpoint: Element, kind: Element, reader: Reader) -> Endpoint:
    definition = definition_from_element(endpoint, kind, reader)
    uri, format_ = wsdl_port(kind, reader)
    _check(uri, kind, reader)
    definition = replace(definition, format=format_)
    return Leaf(definition, FixedAddress(uri), health=_health(endpoint, uri, reader))


def _health(element: Element, address: str | None, reader: Reader) -> Health:
    """That of the endpoint before which was written alike, and led to the same address: parts of
    that may come from elsewhere."""
    return reader.language.health(reader.file, f"{xml.text_of(element)}\n{address or ''}")


def _check(uri: str, kind: Element, reader: Reader) -> None:
    """An address that no message changes can be judged at once."""
    try:
        checked(uri)
    except MediationError as error:
        raise reader.error(kind, str(error)) from error


# Several.


def _failover(endpoint: Element, kind: Element, reader: Reader) -> Endpoint:
    stays = kind.get("dynamic", "true").lower() == "false"
    order = StayWithLast() if stays else FirstReady()
    return _group(endpoint, _endpoints(kind, reader), order, reader)


def _loadbalance(endpoint: Element, kind: Element, reader: Reader) -> Endpoint:
    session = endpoint.find(f"{{{SYNAPSE}}}session")
    if session is not None:
        raise reader.error(session, "<session> of a <loadbalance> is not supported: take it out")
    _check_algorithm(kind, reader)
    members = [_member(child, reader) for child in kind.findall(_MEMBER)]
    tries_others = kind.get("failover", "true").lower() != "false"
    return _group(endpoint, members or _endpoints(kind, reader), RoundRobin(), reader, tries_others)


def _recipients(endpoint: Element, kind: Element, reader: Reader) -> Endpoint:
    return RecipientList(
        _addressed(kind, reader) or Recipients(_endpoints(kind, reader)),
        name=endpoint.get("name"),
        on_error=error_sequence(endpoint, reader),
        properties=properties_from(endpoint, reader),
    )


def _addressed(kind: Element, reader: Reader) -> AddressedRecipients | None:
    element = kind.find(f"{{{SYNAPSE}}}endpoints")
    if element is None:
        return None
    addresses = reader.value(element, reader.required(element, "value"))
    size = element.get("max-cache") or "20"
    if addresses is None or not (size.isascii() and size.isdigit()) or int(size) == 0:
        raise reader.error(element, f"<endpoints>: max-cache '{size}' is not a number above zero")
    return AddressedRecipients(addresses, int(size))


def _group(
    endpoint: Element,
    members: list[Endpoint],
    order: Order,
    reader: Reader,
    tries_others: bool = True,
) -> Group:
    return Group(
        members,
        order,
        name=endpoint.get("name"),
        tries_others=tries_others,
        on_error=error_sequence(endpoint, reader),
        properties=properties_from(endpoint, reader),
    )


def _endpoints(kind: Element, reader: Reader) -> list[Endpoint]:
    found = [endpoint_from_element(child, reader) for child in kind.findall(_ENDPOINT)]
    if not found:
        raise reader.error(kind, f"<{local_name(kind.tag)}> has no <endpoint> in it")
    return found


def _member(element: Element, reader: Reader) -> Endpoint:
    """A host to which messages go with the path that their To has."""
    host = reader.resolved(element, reader.required(element, "hostName"))
    scheme = "http" if element.get("httpPort") else "https"
    port = reader.resolved(element, reader.required(element, f"{scheme}Port"))
    address = f"{scheme}://{host}:{port}"
    health = _health(element, address, reader)
    return Leaf(Definition(name=host), ToAddress(address), health=health)


def _check_algorithm(kind: Element, reader: Reader) -> None:
    policy, algorithm = kind.get("policy", "roundRobin"), kind.get("algorithm", "RoundRobin")
    if policy.strip() != "roundRobin" or algorithm.strip().rpartition(".")[2] != "RoundRobin":
        raise reader.error(kind, "<loadbalance> knows only the algorithm RoundRobin")


_KINDS: Mapping[str, Callable[[Element, Element, Reader], Endpoint]] = {
    "address": _address,
    "default": _default,
    "failover": _failover,
    "http": _http,
    "loadbalance": _loadbalance,
    "recipientlist": _recipients,
    "wsdl": _wsdl,
}
_ENDPOINT = f"{{{SYNAPSE}}}endpoint"
_MEMBER = f"{{{SYNAPSE}}}member"
