import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.gateway.fault import Blame, write_fault
from apns_connector.gateway.form import Form
from apns_connector.mediation import xml
from apns_connector.mediation.fault import SoapFault
from apns_connector.mediation.soap import SoapVersion, version_of


def fault_in(body: bytes) -> SoapFault:
    envelope = xml.parse(body)
    version = version_of(envelope)
    fault = envelope.find(f"{version.body}/{version.fault}")
    read = SoapFault.from_soap11 if version is SoapVersion.SOAP11 else SoapFault.from_soap12
    return read(fault)


@pytest.mark.parametrize(
    ("form", "blame", "code"),
    [
        (Form.SOAP11, Blame.CLIENT, "Client"),
        (Form.SOAP11, Blame.SERVER, "Server"),
        (Form.SOAP11, Blame.VERSION, "VersionMismatch"),
        (Form.SOAP12, Blame.CLIENT, "Sender"),
        (Form.SOAP12, Blame.SERVER, "Receiver"),
        (Form.SOAP12, Blame.VERSION, "VersionMismatch"),
    ],
)
def test_a_fault_names_who_is_to_blame_in_the_words_of_its_version(form, blame, code):
    fault = fault_in(write_fault(form, blame, "why"))
    assert fault.reason == "why"
    assert fault.code.name == code
    assert fault.code.namespace == form.version.namespace


def test_plain_xml_has_an_exception_instead_of_a_fault():
    assert write_fault(Form.POX, Blame.CLIENT, "a < b") == b"<Exception>a &lt; b</Exception>"


@settings(deadline=None)
@given(st.text(max_size=50), st.sampled_from(Form))
def test_whatever_a_reason_holds_the_fault_stays_well_formed(reason, form):
    root = xml.parse(write_fault(form, Blame.CLIENT, reason))
    assert "".join(root.itertext()).startswith("soapenv:") is (form is not Form.POX)


def test_markup_and_characters_that_xml_forbids_cannot_break_out():
    reason = "</faultstring>{code}\x00\ud800\ufffe&"
    assert fault_in(write_fault(Form.SOAP11, Blame.CLIENT, reason)).reason == (
        "</faultstring>{code}\ufffd\ufffd\ufffd&"
    )
