"""SOAP faults as values."""

from __future__ import annotations

from apns_connector.mediation import xml
from apns_connector.mediation.fault import Detail, FaultCode, SoapFault
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.xml import SOAP11, SOAP12


def test_a_soap_11_fault_has_the_documented_shape() -> None:
    body = new_envelope(SoapVersion.SOAP11)[0]
    fault = SoapFault(FaultCode(SOAP11, "APNS_000001"), "why", role="urn:r", detail=Detail())
    fault.put_soap11(body)
    assert xml.text_of(body[0]) == (
        f'<soapenv:Fault xmlns:soapenv="{SOAP11}"><faultcode>soapenv:APNS_000001</faultcode>'
        "<faultstring>why</faultstring><faultactor>urn:r</faultactor><detail></detail>"
        "</soapenv:Fault>"
    )


def test_a_soap_12_fault_has_the_documented_shape() -> None:
    body = new_envelope(SoapVersion.SOAP12)[0]
    fault = SoapFault(FaultCode(SOAP12, "Sender"), "why", "urn:n", "urn:r", Detail("text"))
    fault.put_soap12(body)
    assert xml.text_of(body[0]) == (
        f'<soapenv:Fault xmlns:soapenv="{SOAP12}"><soapenv:Code><soapenv:Value>soapenv:Sender'
        "</soapenv:Value></soapenv:Code><soapenv:Reason>"
        '<soapenv:Text xml:lang="en">why</soapenv:Text></soapenv:Reason>'
        "<soapenv:Node>urn:n</soapenv:Node><soapenv:Role>urn:r</soapenv:Role>"
        "<soapenv:Detail>text</soapenv:Detail></soapenv:Fault>"
    )


def test_what_was_written_is_read_back() -> None:
    fault = SoapFault(FaultCode("urn:codes", "Mine"), "why", role="urn:r", detail=Detail("text"))
    body = new_envelope(SoapVersion.SOAP11)[0]
    fault.put_soap11(body)
    assert SoapFault.from_soap11(body[0]) == fault
    twelve = SoapFault(
        FaultCode(SOAP12, "Receiver"), "why", "urn:n", "urn:r", None, FaultCode("urn:codes", "M")
    )
    body = new_envelope(SoapVersion.SOAP12)[0]
    twelve.put_soap12(body)
    assert SoapFault.from_soap12(body[0]) == twelve


def test_detail_elements_are_copied_so_that_the_original_stays() -> None:
    original = xml.parse(b"<cause><code>1</code></cause>")
    for _ in range(2):
        body = new_envelope(SoapVersion.SOAP11)[0]
        SoapFault(FaultCode(None, "x"), "why", detail=Detail(elements=[original])).put_soap11(body)
        assert body.findtext(f"{{{SOAP11}}}Fault/detail/cause/code") == "1"
