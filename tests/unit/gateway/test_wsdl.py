import io

import pytest
import zeep

from apns_connector.gateway.wsdl import write_wsdl
from apns_connector.mediation import xml

ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"
ADDRESS12 = "{http://schemas.xmlsoap.org/wsdl/soap12/}address"

PUBLISHED = b"""
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" targetNamespace="urn:x">
  <documentation>kept</documentation>
  <service name="P">
    <port name="a" binding="b"><soap:address location="http://old/1"/></port>
    <port name="c" binding="d"><soap12:address location="http://old/2"/></port>
    <port name="e" binding="f"><soap:address/></port>
  </service>
</definitions>"""


def test_the_addresses_of_a_published_wsdl_are_those_the_client_sees():
    published = xml.parse(PUBLISHED)
    before = xml.serialize(published)
    written = xml.parse(write_wsdl("P", published, "https://push.example.com:8243"))
    base = "https://push.example.com:8243/services/P.PHttps"
    assert [port.get("location") for port in written.iter(ADDRESS, ADDRESS12)] == [
        f"{base}Soap11Endpoint",
        f"{base}Soap12Endpoint",
        f"{base}Soap11Endpoint",
    ]
    assert written.findtext("{http://schemas.xmlsoap.org/wsdl/}documentation") == "kept"
    assert xml.serialize(published) == before


@pytest.mark.parametrize("service", ["Push", "a.b-c_d"])
def test_a_generated_wsdl_has_one_operation_for_both_soap_versions(service):
    document = write_wsdl(service, None, "http://h:8280")
    client = zeep.Client(io.BytesIO(document))
    assert [
        str(port.binding.name.localname) for port in client.wsdl.services[service].ports.values()
    ] == [
        f"{service}Soap11Binding",
        f"{service}Soap12Binding",
    ]
    for port in client.wsdl.services[service].ports.values():
        assert list(port.binding._operations) == ["mediate"]
    assert f"http://h:8280/services/{service}.{service}HttpSoap11Endpoint".encode() in document
    assert f"http://h:8280/services/{service}.{service}HttpSoap12Endpoint".encode() in document


def test_a_strange_service_name_is_escaped_wherever_it_goes():
    document = write_wsdl('a"<b> c', None, "http://h")
    root = xml.parse(document)
    assert root.find("{http://schemas.xmlsoap.org/wsdl/}service").get("name") == 'a"<b> c'
    assert next(root.iter(ADDRESS)).get("location").startswith("http://h/services/a%22%3Cb%3E%20c.")
