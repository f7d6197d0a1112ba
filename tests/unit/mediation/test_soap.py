"""Envelopes of both versions, and the way from one to the other."""

from __future__ import annotations

import pytest

from apns_connector.errors import XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.fault import FaultCode, SoapFault
from apns_connector.mediation.soap import SoapVersion, converted, new_envelope, version_of
from apns_connector.mediation.xml import SOAP11, SOAP12


def envelope_with(fault: SoapFault, version: SoapVersion) -> xml.Element:
    envelope = new_envelope(version)
    put = fault.put_soap11 if version is SoapVersion.SOAP11 else fault.put_soap12
    put(envelope[0])
    return envelope


def test_the_version_is_that_of_the_namespace() -> None:
    assert version_of(new_envelope(SoapVersion.SOAP12)) is SoapVersion.SOAP12
    with pytest.raises(XmlError):
        version_of(xml.parse(b"<Envelope/>"))


def test_an_envelope_of_the_wanted_version_stays_as_it_is() -> None:
    envelope = new_envelope(SoapVersion.SOAP11)
    assert converted(envelope, SoapVersion.SOAP11) is envelope


@pytest.mark.parametrize("target", SoapVersion)
def test_the_payload_moves_over_unchanged(target: SoapVersion) -> None:
    source = next(version for version in SoapVersion if version is not target)
    envelope = converted(new_envelope(source, xml.parse(b"<a><b>x</b></a>")), target)
    assert version_of(envelope) is target
    assert xml.text_of(envelope[0][0]) == "<a><b>x</b></a>"


@pytest.mark.parametrize(
    ("code11", "code12"),
    [
        ("Client", "Sender"),
        ("Server", "Receiver"),
        ("VersionMismatch", "VersionMismatch"),
        ("MustUnderstand", "MustUnderstand"),
    ],
)
def test_standard_fault_codes_have_counterparts(code11: str, code12: str) -> None:
    old = envelope_with(SoapFault(FaultCode(SOAP11, code11), "why"), SoapVersion.SOAP11)
    new = SoapFault.from_soap12(converted(old, SoapVersion.SOAP12)[0][0])
    assert new.code == FaultCode(SOAP12, code12)
    back = converted(envelope_with(new, SoapVersion.SOAP12), SoapVersion.SOAP11)
    assert SoapFault.from_soap11(back[0][0]).code == FaultCode(SOAP11, code11)


def test_a_code_of_our_own_becomes_the_subcode_of_receiver() -> None:
    old = envelope_with(SoapFault(FaultCode(SOAP11, "APNS_000001"), "why"), SoapVersion.SOAP11)
    new = SoapFault.from_soap12(converted(old, SoapVersion.SOAP12)[0][0])
    assert new.code == FaultCode(SOAP12, "Receiver")
    assert new.subcode == FaultCode(None, "APNS_000001")
    assert new.reason == "why"


def test_a_subcode_becomes_the_code_of_soap_11() -> None:
    fault = SoapFault(FaultCode(SOAP12, "Receiver"), "why", subcode=FaultCode(None, "APNS_000001"))
    back = converted(envelope_with(fault, SoapVersion.SOAP12), SoapVersion.SOAP11)
    assert SoapFault.from_soap11(back[0][0]).code == FaultCode(SOAP11, "APNS_000001")


def test_the_qname_of_a_code_uses_a_prefix_that_is_declared() -> None:
    source = f"<x:Envelope xmlns:x='{SOAP11}'><x:Body><x:Fault><faultcode>x:Client</faultcode>"
    source += "<faultstring>why</faultstring></x:Fault></x:Body></x:Envelope>"
    new = xml.parse(xml.serialize(converted(xml.parse(source.encode()), SoapVersion.SOAP12)))
    assert SoapFault.from_soap12(new[0][0]).code == FaultCode(SOAP12, "Sender")


def test_an_envelope_in_the_default_namespace_does_not_swallow_faultcode() -> None:
    source = f"<Envelope xmlns='{SOAP12}'><Body><Fault><Code><Value>Sender</Value></Code>"
    source += "<Reason><Text xml:lang='en'>why</Text></Reason></Fault></Body></Envelope>"
    new = xml.parse(xml.serialize(converted(xml.parse(source.encode()), SoapVersion.SOAP11)))
    assert SoapFault.from_soap11(new[0][0]) == SoapFault(FaultCode(SOAP11, "Client"), "why")


def test_header_blocks_move_and_their_soap_attributes_are_translated() -> None:
    source = (
        f"<s:Envelope xmlns:s='{SOAP11}'><s:Header><h s:mustUnderstand='1' s:actor='urn:me' "
        "s:encodingStyle='x' own='y'/></s:Header><s:Body/></s:Envelope>"
    )
    new = converted(xml.parse(source.encode()), SoapVersion.SOAP12)
    assert dict(new[0][0].attrib) == {
        "own": "y",
        f"{{{SOAP12}}}mustUnderstand": "true",
        f"{{{SOAP12}}}role": "urn:me",
    }
    back = converted(new, SoapVersion.SOAP11)[0][0]
    assert back.get(f"{{{SOAP11}}}mustUnderstand") == "1"
    assert back.get(f"{{{SOAP11}}}actor") == "urn:me"
