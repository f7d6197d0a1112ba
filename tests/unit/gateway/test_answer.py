import pytest

from apns_connector.gateway.answer import (
    ACCEPTED,
    refusal_answer,
    write_answer,
)
from apns_connector.gateway.refusal import Refused
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.fault import Detail, FaultCode, SoapFault
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.written_envelope import WrittenEnvelope

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
ENVELOPE = '<e:Envelope xmlns:e="{}"><e:Body><a>\u00e4</a></e:Body></e:Envelope>'
REQUESTS = {
    Form.SOAP11: (ENVELOPE.format(SOAP11).encode(), "text/xml"),
    Form.SOAP12: (ENVELOPE.format(SOAP12).encode(), "application/soap+xml"),
    Form.POX: ("<a>\u00e4</a>".encode(), "application/xml"),
}
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


@pytest.fixture(params=REQUESTS, ids=lambda form: form.name)
def received(request, receive):
    return receive(*REQUESTS[request.param])


def make_fault(message, detail: str | None = None) -> None:
    """As a flow does, which need not care for the version of its caller."""
    fault = SoapFault(
        FaultCode(SOAP11, "Server"), "why", detail=None if detail is None else Detail(detail)
    )
    envelope = new_envelope(SoapVersion.SOAP11)
    fault.put_soap11(envelope[-1])
    message.replace_envelope(envelope)


def header(answer, name: str) -> str | None:
    return dict(answer.headers).get(name)


def test_no_answer_of_the_flow_is_202_without_body(received):
    assert write_answer(None, received) is ACCEPTED
    assert (ACCEPTED.status, ACCEPTED.headers, ACCEPTED.body) == (202, (), b"")


def test_a_forced_202_has_no_body_even_if_the_flow_answered(received):
    received.message.properties.set("FORCE_SC_ACCEPTED", "true", "axis2")
    assert write_answer(received.message, received) is ACCEPTED


def test_an_answer_has_the_form_of_its_request(received):
    answer = write_answer(received.message, received)
    assert answer.status == 200
    assert header(answer, "content-type") == f"{received.form.media_type}; charset=UTF-8"
    assert answer.body.startswith(DECLARATION)
    root = xml.parse(answer.body)
    version = received.form.version
    assert root.tag == ("a" if version is None else version.envelope)
    assert "".join(root.itertext()) == "\u00e4"


def left_alone(message) -> None:
    pass


def set_header(message) -> None:
    message.properties.set("X-A", "1", "transport")


def answer_with_json(message) -> None:
    message.replace_json({"a": 1})


def write_ahead(message) -> None:
    message.replace_written(WrittenEnvelope(new_envelope(SoapVersion.SOAP11, xml.parse(b"<b/>"))))


@pytest.mark.parametrize(
    "change", [left_alone, set_header, answer_with_json, write_ahead, make_fault]
)
def test_an_answer_that_nothing_shapes_is_as_one_that_says_of_itself_what_goes_without_saying(
    received, change
):
    change(received.message)
    saying = received.message.clone()
    saying.properties.set("setCharacterEncoding", "true", "axis2")
    assert write_answer(received.message, received) == write_answer(saying, received)


def test_a_fault_is_500_in_the_form_of_the_request(received):
    make_fault(received.message)
    answer = write_answer(received.message, received)
    assert answer.status == 500
    root = xml.parse(answer.body)
    version = received.form.version
    assert root.tag == ("Exception" if version is None else version.envelope)
    assert b"why" in answer.body


def test_a_plain_fault_tells_its_detail_rather_than_its_reason(receive):
    received = receive(*REQUESTS[Form.POX])
    make_fault(received.message, "<more>")
    body = write_answer(received.message, received).body
    assert body == DECLARATION + b"<Exception>&lt;more&gt;</Exception>"


def test_plain_xml_marked_as_fault_is_500(receive):
    received = receive(b"<Exception>no</Exception>", "application/xml")
    received.message.pox_fault = True
    answer = write_answer(received.message, received)
    assert (answer.status, answer.body) == (500, DECLARATION + b"<Exception>no</Exception>")


@pytest.mark.parametrize("value", ["TRUE", "true", True])
def test_a_fault_goes_out_with_200_when_the_flow_says_so(received, value):
    make_fault(received.message)
    received.message.properties.set("FAULTS_AS_HTTP_200", value, "axis2")
    assert write_answer(received.message, received).status == 200


@pytest.mark.parametrize(
    ("value", "status"), [("201", 201), (404, 404), (" 503 ", 503), ("200", 200)]
)
def test_the_status_that_a_flow_sets_wins_over_everything(received, value, status):
    make_fault(received.message)
    received.message.properties.set("HTTP_SC", value, "axis2")
    answer = write_answer(received.message, received)
    assert answer.status == status
    assert answer.body


@pytest.mark.parametrize(
    "value", ["100", "99", "600", "200 OK", "abc", "", 2.5, "\u0662\u0660\u0660"]
)
def test_a_status_that_is_none_is_ignored_and_logged(received, value, caplog):
    received.message.properties.set("HTTP_SC", value, "axis2")
    assert write_answer(received.message, received).status == 200
    assert "it must be a status from 200 to 599" in caplog.text


@pytest.mark.parametrize("status", ["204", "205", "304"])
def test_a_status_that_forbids_a_body_has_none(received, status):
    received.message.properties.set("HTTP_SC", status, "axis2")
    answer = write_answer(received.message, received)
    assert (answer.status, answer.body) == (int(status), b"")
    assert header(answer, "content-type") is None


def test_a_flow_may_leave_the_body_out(received):
    received.message.properties.set("NO_ENTITY_BODY", "true", "axis2")
    received.message.properties.set("X-Mine", "1", "transport")
    answer = write_answer(received.message, received)
    assert (answer.status, answer.body, header(answer, "x-mine")) == (200, b"", "1")


def test_an_empty_plain_answer_is_an_empty_body(receive):
    received = receive(*REQUESTS[Form.POX])
    message = received.message
    message.body.remove(message.payload)
    assert write_answer(message, received).body == b""


def test_a_soap_request_may_be_answered_with_plain_xml(received):
    received.message.properties.set("messageType", "application/xml; charset=UTF-8", "axis2")
    answer = write_answer(received.message, received)
    assert answer.body == DECLARATION + "<a>\u00e4</a>".encode()
    assert header(answer, "content-type") == "application/xml; charset=UTF-8"


def test_plain_xml_keeps_the_namespaces_that_its_values_may_need(receive):
    body = (
        f'<e:Envelope xmlns:e="{SOAP11}" xmlns:xs="urn:xs" xmlns:xsi="urn:xsi"><e:Body>'
        '<a xsi:type="xs:string">1<b/>2<!--c--></a></e:Body></e:Envelope>'
    )
    received = receive(body.encode())
    received.message.properties.set("messageType", "application/xml", "axis2")
    assert write_answer(received.message, received).body == DECLARATION + (
        b'<a xmlns:xs="urn:xs" xmlns:xsi="urn:xsi" xsi:type="xs:string">1<b/>2<!--c--></a>'
    )


@pytest.mark.parametrize(
    ("message_type", "tag"),
    [("text/xml", f"{{{SOAP11}}}Envelope"), ("application/soap+xml", f"{{{SOAP12}}}Envelope")],
)
def test_a_plain_request_may_be_answered_with_soap(receive, message_type, tag):
    received = receive(*REQUESTS[Form.POX])
    received.message.properties.set("messageType", message_type, "axis2")
    assert xml.parse(write_answer(received.message, received).body).tag == tag


def test_a_soap_request_keeps_its_version_whatever_the_message_type(receive):
    received = receive(*REQUESTS[Form.SOAP12])
    received.message.properties.set("messageType", "text/xml", "axis2")
    assert xml.parse(write_answer(received.message, received).body).tag == f"{{{SOAP12}}}Envelope"


def test_any_request_may_be_answered_with_json(received):
    received.message.properties.set("messageType", "application/json", "axis2")
    answer = write_answer(received.message, received)
    assert header(answer, "content-type") == "application/json; charset=UTF-8"
    assert answer.body == '{"a":"\u00e4"}'.encode()


def test_a_json_request_is_answered_with_json_whatever_the_flow_makes_of_it(receive):
    received = receive(b'{"a": 1.10}', "application/json")
    assert write_answer(received.message, received).body == b'{"a":1.10}'
    received.message.replace_payload(xml.parse(b"<r><s>true</s></r>"))
    answer = write_answer(received.message, received)
    assert answer.body == b'{"r":{"s":true}}'
    make_fault(received.message)
    answer = write_answer(received.message, received)
    assert answer.status == 500
    assert answer.body == b'{"Fault":{"faultcode":"soapenv:Server","faultstring":"why"}}'


def test_the_charset_is_left_out_for_clients_that_stumble_over_it(receive):
    received = receive(b"{}", "application/json")
    received.message.properties.set("setCharacterEncoding", "false", "axis2")
    assert header(write_answer(received.message, received), "content-type") == "application/json"


@pytest.mark.parametrize(
    ("body", "content_type", "answered_type"),
    [
        (b"a,b", "text/csv", "text/csv; charset=UTF-8"),
        (b"\x00\xff", "application/octet-stream", "application/octet-stream"),
        (b"\x00\xff", "image/png", "image/png"),
        (b"a=b&c=d+e", "application/x-www-form-urlencoded",
         "application/x-www-form-urlencoded; charset=UTF-8"),
    ],
)  # fmt: skip
def test_what_is_echoed_is_what_came(receive, body, content_type, answered_type):
    received = receive(body, content_type)
    answer = write_answer(received.message, received)
    assert (header(answer, "content-type"), answer.body) == (answered_type, body)


def test_an_answer_in_parts_names_its_boundary(receive):
    received = receive(*REQUESTS[Form.SOAP11])
    received.message.properties.set("enableSwA", "true", "axis2")
    content_type = header(write_answer(received.message, received), "content-type")
    assert content_type.startswith("multipart/related; boundary=")


@pytest.mark.parametrize(
    ("form", "content_type"),
    [(Form.JSON, "application/json; charset=UTF-8"), (Form.BINARY, "text/plain; charset=UTF-8")],
)
def test_a_refusal_is_in_a_form_that_its_client_reads(form, content_type):
    assert header(refusal_answer(Refused(400, "p"), form), "content-type") == content_type


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (Refused(400, "p"), "Client"),
        (Refused(503, "p"), "Server"),
        (Refused(400, "p", mismatch=True), "VersionMismatch"),
    ],
)
def test_a_refusal_is_a_fault_that_blames_by_its_status(refused, code):
    answer = refusal_answer(refused, Form.SOAP11)
    assert answer.status == refused.status
    assert xml.parse(answer.body).findtext(".//faultcode") == f"soapenv:{code}"


def test_a_refusal_carries_the_headers_of_its_status():
    refused = Refused(405, "not <here>", (("allow", "POST"),))
    assert header(refusal_answer(refused, Form.POX), "allow") == "POST"
    plain = refusal_answer(refused, Form.TEXT)
    assert (header(plain, "allow"), plain.body) == ("POST", b"not <here>\n")


# What no store has kept.


@pytest.fixture
def unkept(received):
    received.message.exchange.unkept = {"urn:a": 5, "urn:b": 30}
    return received


def test_nobody_is_told_202_for_what_no_store_has_kept(unkept):
    answer = write_answer(None, unkept)
    assert (answer.status, header(answer, "retry-after")) == (503, "30")
    root = xml.parse(answer.body)
    version = unkept.form.version
    assert root.tag == ("Exception" if version is None else version.envelope)
    assert b"The message could not be kept: try again later" in answer.body


def test_not_even_by_force(unkept):
    unkept.message.properties.set("FORCE_SC_ACCEPTED", "true", "axis2")
    assert write_answer(unkept.message, unkept).status == 503


def test_where_waiting_does_not_help_it_is_500(unkept):
    unkept.message.exchange.unkept["urn:c"] = None
    answer = write_answer(None, unkept)
    assert (answer.status, header(answer, "retry-after")) == (500, None)
    assert b"kept<" in answer.body


def test_a_fault_of_the_flow_says_when_to_come_back(unkept):
    make_fault(unkept.message)
    answer = write_answer(unkept.message, unkept)
    assert (answer.status, header(answer, "retry-after")) == (503, "30")
    assert b"why" in answer.body


def test_what_the_flow_says_of_it_stands(unkept):
    make_fault(unkept.message)
    unkept.message.properties.set("Retry-After", "7", "transport")
    assert header(write_answer(unkept.message, unkept), "retry-after") == "7"
    unkept.message.properties.set("HTTP_SC", "500", "axis2")
    assert write_answer(unkept.message, unkept).status == 500


def test_an_answer_that_is_no_fault_stands(unkept):
    assert write_answer(unkept.message, unkept).status == 200


def test_json_gets_a_fault_in_json(receive):
    received = receive(b"{}", "application/json")
    received.message.exchange.unkept = {"urn:a": 5}
    answer = write_answer(None, received)
    assert answer.status == 503
    assert answer.body.startswith(b'{"Fault":{"faultcode":"soapenv:Server","faultstring":"The mess')
