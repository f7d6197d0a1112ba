import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.gateway.fault import Blame, form_of_faults, write_fault
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.form import Form
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
    body = write_fault(Form.POX, Blame.CLIENT, "a < b")
    assert body.endswith(b"?><Exception>a &lt; b</Exception>")


def test_json_has_the_fault_that_a_flow_would_answer_with():
    assert json.loads(write_fault(Form.JSON, Blame.SERVER, 'say "why"')) == {
        "Fault": {"faultcode": "soapenv:Server", "faultstring": 'say "why"'}
    }


def test_text_is_the_reason_alone():
    assert write_fault(Form.TEXT, Blame.CLIENT, "a < b\ud800") == b"a < b?\n"


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (Form.URL_ENCODED, Form.POX),
        (Form.FORM_DATA, Form.POX),
        (Form.BINARY, Form.TEXT),
        (Form.JSON, Form.JSON),
        (Form.SOAP12, Form.SOAP12),
    ],
)
def test_who_sends_what_no_one_reads_is_told_in_another_form(form, told):
    assert form_of_faults(form) is told


@settings(deadline=None)
@given(st.text(max_size=50), st.sampled_from([Form.SOAP11, Form.SOAP12, Form.POX]))
def test_whatever_a_reason_holds_the_fault_stays_well_formed(reason, form):
    root = xml.parse(write_fault(form, Blame.CLIENT, reason))
    assert "".join(root.itertext()).startswith("soapenv:") is (form is not Form.POX)


@given(st.text(max_size=50))
def test_whatever_a_reason_holds_the_json_stays_json(reason):
    assert set(json.loads(write_fault(Form.JSON, Blame.CLIENT, reason))) == {"Fault"}


def test_markup_and_characters_that_xml_forbids_cannot_break_out():
    reason = "</faultstring>{code}\x00\ud800\ufffe&"
    assert fault_in(write_fault(Form.SOAP11, Blame.CLIENT, reason)).reason == (
        "</faultstring>{code}\ufffd\ufffd\ufffd&"
    )
