"""The WSDL of a proxy: the one it publishes, or one that promises no more than XML in and out."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from urllib.parse import quote

from apns_connector.gateway.route import PREFIX, endpoint_name
from apns_connector.mediation import xml
from apns_connector.mediation.xml import Element

_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
_HTTP = "http://schemas.xmlsoap.org/wsdl/http/"
_ADDRESSES = {
    f"{{{_SOAP}}}address": "Soap11",
    f"{{{_SOAP12}}}address": "Soap12",
    f"{{{_HTTP}}}address": "",
}

_BINDING = """
  <wsdl:binding name="SERVICE{kind}Binding" type="tns:SERVICEPortType">
    <{prefix}:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
    <wsdl:operation name="mediate">
      <{prefix}:operation soapAction="urn:mediate" style="document"/>
      <wsdl:input><{prefix}:body use="literal"/></wsdl:input>
      <wsdl:output><{prefix}:body use="literal"/></wsdl:output>
    </wsdl:operation>
  </wsdl:binding>"""
_PORT = """
    <wsdl:port name="SERVICEHttp{kind}Endpoint" binding="tns:SERVICE{kind}Binding">
      <{prefix}:address location=""/>
    </wsdl:port>"""
_ANYTHING = """
      <xs:element name="{name}"><xs:complexType><xs:sequence>
        <xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>
      </xs:sequence></xs:complexType></xs:element>"""
_KINDS = (("Soap11", "soap"), ("Soap12", "soap12"))
# Names and target namespace are those Axis2 gives a service without WSDL. Its messages are empty
# there; with an element each, clients can also send something.
_GENERATED = f"""<wsdl:definitions xmlns:wsdl="{xml.WSDL11}" xmlns:soap="{_SOAP}"
    xmlns:soap12="{_SOAP12}" xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:tns="http://ws.apache.org/axis2" targetNamespace="http://ws.apache.org/axis2">
  <wsdl:types>
    <xs:schema targetNamespace="http://ws.apache.org/axis2" elementFormDefault="qualified">\
{_ANYTHING.format(name="mediate")}{_ANYTHING.format(name="mediateResponse")}
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="mediateRequest"><wsdl:part name="in" element="tns:mediate"/></wsdl:message>
  <wsdl:message name="mediateResponse">
    <wsdl:part name="out" element="tns:mediateResponse"/>
  </wsdl:message>
  <wsdl:portType name="SERVICEPortType">
    <wsdl:operation name="mediate">
      <wsdl:input message="tns:mediateRequest"/>
      <wsdl:output message="tns:mediateResponse"/>
    </wsdl:operation>
  </wsdl:portType>\
{"".join(_BINDING.format(kind=kind, prefix=prefix) for kind, prefix in _KINDS)}
  <wsdl:service name="SERVICE">\
{"".join(_PORT.format(kind=kind, prefix=prefix) for kind, prefix in _KINDS)}
  </wsdl:service>
</wsdl:definitions>"""


def write_wsdl(service: str, published: Element | None, base_url: str) -> bytes:
    """The document for ``?wsdl``, its addresses those under which the client sees the gateway.

    ``base_url`` is scheme and authority, such as ``https://push.example.com:8243``. A published
    document (WSDL 1.1 or 2.0) is copied and otherwise left as it is.
    """
    document = _generated(service) if published is None else published
    document = deepcopy(document)
    scheme = base_url.partition(":")[0]
    for address in document.iter(*_ADDRESSES):
        name = endpoint_name(service, scheme, _ADDRESSES[address.tag])
        address.set("location", f"{base_url}{PREFIX}/{quote(name)}")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + xml.serialize(document)


@lru_cache(maxsize=64)
def _generated(service: str) -> Element:
    """Filled in as a tree, so a service name needs no escaping."""
    document = xml.parse(_GENERATED.encode("ascii"))
    for element in document.iter():
        for name, value in element.attrib.items():
            element.set(name, str(value).replace("SERVICE", service))
    return document
