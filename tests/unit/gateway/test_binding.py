import pytest

from apns_connector.gateway.binding import expected_form, read_message
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request
from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.soap import SoapVersion

ENVELOPE11 = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a/></e:Body></e:Envelope>'
ENVELOPE12 = ENVELOPE11.replace(
    b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"
)
SWA = (
    b"--b\r\nContent-Type: text/xml\r\nContent-ID: <r>\r\n\r\n" + ENVELOPE11 + b"\r\n"
    b"--b\r\nContent-Type: image/png\r\nContent-ID: <c>\r\n\r\nPNG\r\n--b--"
)


@pytest.mark.parametrize(
    ("body", "content_type", "form", "version"),
    [
        (ENVELOPE11, "text/xml", Form.SOAP11, SoapVersion.SOAP11),
        (ENVELOPE12, "application/soap+xml", Form.SOAP12, SoapVersion.SOAP12),
        (b"<a/>", "application/xml", Form.POX, SoapVersion.SOAP11),
        (b"<a/>", "text/xml", Form.POX, SoapVersion.SOAP11),
        (ENVELOPE11, "application/xml", Form.SOAP11, SoapVersion.SOAP11),
        (ENVELOPE12, "application/xml", Form.SOAP12, SoapVersion.SOAP12),
    ],
)
def test_the_content_type_and_the_root_element_tell_the_form(
    receive, body, content_type, form, version
):
    received = receive(body, content_type)
    assert received.form is form
    assert received.message.soap_version is version
    assert received.message.payload.tag == "a"
    assert received.message.pox is (form is Form.POX)


@pytest.mark.parametrize(
    ("body", "content_type", "mismatch"),
    [
        (ENVELOPE12, "text/xml", True),
        (ENVELOPE11, "application/soap+xml", True),
        (b"<Envelope/>", "text/xml", True),
        (b"<a/>", "application/soap+xml", False),
    ],
)
def test_a_root_that_the_content_type_does_not_promise_is_refused(
    receive, body, content_type, mismatch
):
    with pytest.raises(Refused) as refused:
        receive(body, content_type)
    assert (refused.value.status, refused.value.mismatch) == (400, mismatch)


@pytest.mark.parametrize(
    ("content_type", "headers", "action"),
    [
        ("text/xml", {"soapaction": '"urn:a"'}, "urn:a"),
        ("text/xml", {"soapaction": " urn:a "}, "urn:a"),
        ("text/xml", {"soapaction": '""'}, None),
        ("text/xml", {"soapaction": '"'}, '"'),
        ("text/xml", {}, None),
    ],
)
def test_the_action_is_the_header_without_its_quotes(receive, content_type, headers, action):
    received = receive(ENVELOPE11, content_type, **headers)
    assert received.action == received.message.action == action


def test_the_action_parameter_wins_over_the_header(receive):
    received = receive(ENVELOPE12, 'application/soap+xml; action="urn:a"', soapaction="urn:b")
    assert received.action == "urn:a"


def test_the_flow_can_ask_how_the_request_came_in(receive):
    message = receive(ENVELOPE11, "text/xml; charset=utf-8", query="a=b", X_Mine="1").message
    assert message.to == "/services/Echo?a=b"
    assert message.url_parameters == {"a": "b"}
    assert message.properties.transport["X-Mine"] == "1"
    assert message.properties.axis2 == {
        "HTTP_METHOD": "POST",
        "ContentType": "text/xml; charset=utf-8",
        "messageType": "text/xml",
        "TransportInURL": "/services/Echo?a=b",
        "REMOTE_ADDR": "192.0.2.1",
    }


def test_the_parts_of_a_multipart_are_the_attachments_of_the_message(receive):
    message = receive(SWA, "multipart/related; boundary=b; type=text/xml").message
    assert [
        (entry.content_id, entry.content_type, entry.content)
        for entry in message.attachments.values()
    ] == [("r", "text/xml", ENVELOPE11), ("c", "image/png", b"PNG")]


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        (None, Form.SOAP11),
        ("nonsense", Form.SOAP11),
        ("application/json", Form.JSON),
        ("text/plain", Form.TEXT),
        ("text/xml; charset=ebcdic", Form.SOAP11),
        ("application/soap+xml", Form.SOAP12),
        ("application/xml", Form.POX),
        ("multipart/related; type=application/xml", Form.POX),
        ("multipart/related; type=application/xop+xml", Form.SOAP11),
        ('multipart/related; type="application/xop+xml"; start-info="application/soap+xml; a=b"',
         Form.SOAP12),
    ],
)  # fmt: skip
def test_a_request_is_refused_in_the_form_that_its_header_announces(content_type, form):
    headers = {} if content_type is None else {"content-type": content_type}
    assert expected_form(Request("POST", "/", headers=headers)) is form


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_a_method_without_a_body_is_refused_in_text_whatever_its_header_says(method):
    headers = {"content-type": "application/json"}
    assert expected_form(Request(method, "/", headers=headers)) is Form.TEXT


def test_a_method_without_a_body_needs_none_whatever_its_header_says(configuration):
    request = Request("GET", "/a", headers={"content-type": "text/xml"})
    received = read_message(request, b"", configuration, Limits())
    assert (received.form, received.message.payload) == (Form.POX, None)
    with_body = read_message(request, b"<a/>", configuration, Limits())
    assert with_body.message.payload.tag == "a"
