"""``<wsdl>``: the address of a port in a WSDL 1.1 document (Synapse: WSDL11EndpointBuilder)."""

from __future__ import annotations

from apns_connector.errors import ConfigurationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.endpoints.definition import Format
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import WSDL11, Element, children

_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
_HTTP = "http://schemas.xmlsoap.org/wsdl/http/"
_FORMATS = {_SOAP: Format.SOAP11, _SOAP12: Format.SOAP12, _HTTP: Format.REST}


def wsdl_port(element: Element, reader: Reader) -> tuple[str, Format]:
    """The address and the form of messages that the port of a ``<wsdl>`` element asks for.

    Raises ConfigurationError when the document cannot be read or has no such port.
    """
    service, port = (reader.required(element, name) for name in ("service", "port"))
    address = _find(_document(element, reader), service, port)
    if address is None:
        raise reader.error(
            element, f"the WSDL has no port '{port}' of service '{service}' with an address"
        )
    location = address.get("location")
    if not location:
        raise reader.error(element, f"the port '{port}' of the WSDL has an empty address")
    return location, _format(address)


def _document(element: Element, reader: Reader) -> Element:
    inline = element.find(f"{{{WSDL11}}}definitions")
    if inline is not None:
        return inline
    uri = reader.resolved(element, reader.required(element, "uri"))
    try:
        return xml.parse(reader.language.content(uri), xml.CONFIGURATION)
    except (ConfigurationError, XmlError) as error:
        raise reader.error(element, f"the WSDL '{uri}' cannot be had: {error}") from error


def _find(definitions: Element, service: str, port: str) -> Element | None:
    for found in definitions.findall(f"{{{WSDL11}}}service"):
        for candidate in found.findall(f"{{{WSDL11}}}port"):
            if found.get("name") == service and candidate.get("name") == port:
                return next((one for one in children(candidate) if _is_address(one)), None)
    return None


def _is_address(element: Element) -> bool:
    return any(element.tag == f"{{{namespace}}}address" for namespace in _FORMATS)


def _format(address: Element) -> Format:
    namespace = address.tag[1:].partition("}")[0]
    return _FORMATS[namespace]
