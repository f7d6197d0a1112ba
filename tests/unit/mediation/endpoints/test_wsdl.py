"""The address of a port in a WSDL document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.xml import WSDL11

Tried = Callable[..., Any]

PORTS = {"soap": "P11", "soap12": "P12", "http": "PH"}
WSDL = f"""<w:definitions xmlns:w='{WSDL11}' targetNamespace='urn:t'>
  <w:service name='Other'><w:port name='P11'><s:address
      xmlns:s='{WSDL11}soap/' location='http://other/'/></w:port></w:service>
  <w:service name='S'>{
    "".join(
        f"<w:port name='{name}'><w:documentation/>"
        f"<s:address xmlns:s='{WSDL11}{kind}/' location='http://b/{name}'/></w:port>"
        for kind, name in PORTS.items()
    )
}
    <w:port name='None'/><w:port name='Empty'><s:address xmlns:s='{WSDL11}soap/'/></w:port>
  </w:service></w:definitions>"""


@pytest.mark.parametrize(
    ("port", "content_type"),
    [("P11", "text/xml"), ("P12", "application/soap+xml"), ("PH", "application/xml")],
)
@pytest.mark.parametrize("inline", [True, False])
def test_address_and_form_are_those_of_the_port(
    tried: Tried, port: str, content_type: str, inline: bool
) -> None:
    where = "" if inline else "uri='file:wsdl/b.wsdl'"
    endpoint = tried(
        f"<wsdl service='S' port='{port}' {where}>{WSDL if inline else ''}</wsdl>",
        files={"wsdl/b.wsdl": WSDL},
    )
    message = endpoint.new_message()
    message.properties.set("messageType", "application/xml", "axis2")
    endpoint.send(message)
    (request,) = endpoint.backend.requests
    assert request.url == f"http://b/{port}"
    assert dict(request.headers)["Content-Type"].startswith(content_type)


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ("service='S' port='None'", "no port 'None' of service 'S' with an address"),
        ("service='S' port='Empty'", "port 'Empty' of the WSDL has an empty address"),
        ("service='X' port='P11'", "no port 'P11' of service 'X'"),
        ("service='S'", "'port'"),
        ("service='S' port='P11' uri='file:none.wsdl'", "the WSDL 'file:none.wsdl' cannot be had"),
        ("service='S' port='P11' uri='http://b/s?wsdl'", "the WSDL 'http://b/s"),
        ("service='S' port='P11' uri='file:wsdl/bad.wsdl'", "cannot be had: .*not well-formed"),
    ],
)
def test_a_wsdl_that_gives_no_address_is_refused(
    tried: Tried, attributes: str, complaint: str
) -> None:
    inside = "" if "uri=" in attributes else WSDL
    with pytest.raises(InvalidDeployment, match=complaint):
        tried(f"<wsdl {attributes}>{inside}</wsdl>", files={"wsdl/bad.wsdl": "<a>"})
