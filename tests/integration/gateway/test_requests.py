"""Requests of every kind, written byte for byte where it matters, and what comes back."""

import base64
from hashlib import sha256

import pytest

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
CERTIFICATE = bytes(range(256)) * 4 + b"\r\n--not-the-boundary\r\n\r\n"
DIGEST = sha256(CERTIFICATE).hexdigest()


def soap(namespace: str, inside: str = '<p xmlns="urn:p">\u00e4</p>') -> bytes:
    return (f'<s:Envelope xmlns:s="{namespace}"><s:Body>{inside}</s:Body></s:Envelope>').encode()


@pytest.mark.parametrize(
    "path",
    ["/services/Echo", "/services/Echo/mediate", "/services/Echo.EchoHttpSoap11Endpoint",
     "/services/Echo.EchoHttpSoap12Endpoint/", "/services/Echo.EchoHttpEndpoint?x=1"],
)  # fmt: skip
def test_a_soap_11_request_is_answered_in_soap_11_under_every_name(gateway, path):
    answer = gateway.post(path, soap(SOAP11), "text/xml; charset=UTF-8", SOAPAction='"urn:mediate"')
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert answer.xml.tag == f"{{{SOAP11}}}Envelope"
    assert answer.xml.findtext(".//{urn:p}p") == "\u00e4"
    assert answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')


def test_a_soap_12_request_is_answered_in_soap_12(gateway):
    answer = gateway.post(
        "/services/Echo", soap(SOAP12), 'application/soap+xml; charset=UTF-8; action="urn:mediate"'
    )
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/soap+xml; charset=UTF-8"
    assert answer.xml.tag == f"{{{SOAP12}}}Envelope"


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml"])
def test_plain_xml_is_answered_with_plain_xml(gateway, content_type):
    answer = gateway.post("/services/Echo", b"<a>b</a>", content_type)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/xml; charset=UTF-8"
    assert answer.xml.tag == "a"


def test_a_soap_envelope_sent_as_plain_xml_is_still_soap(gateway):
    answer = gateway.post("/services/Echo", soap(SOAP12), "application/xml")
    assert answer.headers["Content-Type"] == "application/soap+xml; charset=UTF-8"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_tells_the_encoding(gateway, encoding):
    body = soap(SOAP11).decode().encode(encoding)
    answer = gateway.post("/services/Echo", body, "text/xml")
    assert answer.xml.findtext(".//{urn:p}p") == "\u00e4"


def test_a_flow_that_ends_without_answer_gives_202_and_no_body(gateway):
    answer = gateway.post("/services/Drop", soap(SOAP11))
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (202, b"", "0")
    assert answer.headers["Content-Type"] is None


def test_a_fault_of_the_flow_has_status_500_and_keeps_its_code(gateway):
    answer = gateway.post("/services/Fault", soap(SOAP11))
    assert answer.status == 500
    assert answer.reason == "The device token is <bad>"
    assert answer.xml.findtext(".//faultcode").endswith(":APNS_000001")


def test_a_fault_is_converted_to_the_soap_version_of_the_request(gateway):
    answer = gateway.post("/services/Fault", soap(SOAP12), "application/soap+xml")
    assert answer.status == 500
    assert answer.xml.tag == f"{{{SOAP12}}}Envelope"
    assert answer.reason == "The device token is <bad>"
    values = [element.text for element in answer.xml.iter(f"{{{SOAP12}}}Value")]
    assert values[-1] == "APNS_000001"


def test_a_fault_for_plain_xml_is_an_exception_element(gateway):
    answer = gateway.post("/services/Fault", b"<a/>", "application/xml")
    assert answer.status == 500
    assert answer.body.endswith(b"<Exception>The device token is &lt;bad&gt;</Exception>")


def test_faults_go_out_with_200_when_the_flow_says_so(gateway):
    answer = gateway.post("/services/FaultAs200", b"<a/>", "application/xml")
    assert (answer.status, answer.reason) == (200, "in detail")
    assert gateway.post("/services/FaultAs200", soap(SOAP11)).status == 200


def test_what_a_flow_sets_reaches_the_client_and_what_it_may_not_set_does_not(gateway):
    answer = gateway.post(
        "/services/Headers?split=a%0d%0aX-Evil:%201", soap(SOAP11), X_Mine="kept",
        Cookie="secret=1", Authorization="Basic x", Accept_Encoding="gzip",
    )  # fmt: skip
    assert answer.status == 201
    assert answer.headers["X-Answer"] == "set by the flow"
    assert answer.headers["X-Mine"] == "kept"
    for name in ("X-Split", "X-Evil", "Cookie", "Authorization", "Accept-Encoding", "Host"):
        assert answer.headers[name] is None, name
    assert answer.headers.get_all("Content-Type") == ["text/xml; charset=UTF-8"]
    assert len(answer.headers.get_all("Content-Length")) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "headers"),
    [
        (soap(SOAP11), "text/xml", {"SOAPAction": '"urn:push"'}),
        (soap(SOAP11), "text/xml", {"SOAPAction": "urn:push"}),
        (soap(SOAP12), 'application/soap+xml; action="urn:push"', {}),
        (b"<a/>", "application/xml", {"SOAPAction": '"urn:push"'}),
    ],
)
def test_the_action_and_the_path_reach_the_flow(gateway, body, content_type, headers):
    answer = gateway.post("/services/Action?a=b", body, content_type, **headers)
    assert answer.headers["X-Action"] == "urn:push"
    assert answer.headers["X-To"] == "/services/Action?a=b"


# Attachments, byte for byte as clients send them.

SWA = (
    b"POST /services/Attachments HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    b'SOAPAction: "mediate"\r\nContent-Type: multipart/related; type="text/xml"; '
    b'start="<root@x>"; boundary="----=_Part_3_1"\r\nContent-Length: %d\r\n\r\n%b'
)
SWA_BODY = (
    b"ignored preamble\r\n"
    b"------=_Part_3_1\r\nContent-Type: text/xml; charset=UTF-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\nContent-ID: <root@x>\r\n\r\n"
    + soap(SOAP11)
    + b"\r\n------=_Part_3_1\r\nContent-Type: application/x-pkcs12; name=cert.p12\r\n"
    b"Content-Transfer-Encoding: %b\r\nContent-ID: <certificate>\r\n"
    b'Content-Disposition: attachment; name="cert.p12"\r\n\r\n%b'
    b"\r\n------=_Part_3_1--\r\n"
)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [(b"binary", CERTIFICATE), (b"base64", base64.encodebytes(CERTIFICATE))],
)
def test_soap_with_attachments_keeps_every_byte_of_its_parts(gateway, encoding, content):
    body = SWA_BODY % (encoding, content)
    head, _, answer = gateway.raw(SWA % (len(body), body)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"content-type: text/xml; charset=UTF-8" in head
    assert b'<part id="root@x" type="text/xml; charset=UTF-8"' in answer
    certificate = (
        f'<part id="certificate" type="application/x-pkcs12; name=cert.p12" sha256="{DIGEST}"'
    )
    assert certificate.encode() in answer


def test_a_request_in_many_small_pieces_is_one_request(gateway):
    body = SWA_BODY % (b"binary", CERTIFICATE)
    request = SWA % (len(body), body)
    pieces = [request[start : start + 97] for start in range(0, len(request), 97)]
    assert DIGEST.encode() in gateway.raw(*pieces)


MTOM_BODY = (
    b'--uuid:1\r\nContent-Type: application/xop+xml; charset=UTF-8; type="%b"\r\n'
    b"Content-Transfer-Encoding: binary\r\nContent-ID: <0.x@apache.org>\r\n\r\n%b\r\n"
    b"--uuid:1\r\nContent-Type: application/octet-stream\r\n"
    b"Content-Transfer-Encoding: binary\r\nContent-ID: <1.y z@apache.org>\r\n\r\n%b\r\n"
    b"--uuid:1--"
)
INCLUDE = (
    '<p xmlns="urn:p"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" '
    'href="cid:1.y%20z%40apache.org"/></p>'
)


@pytest.mark.parametrize(
    ("namespace", "inner"), [(SOAP11, "text/xml"), (SOAP12, "application/soap+xml")]
)
def test_mtom_is_put_together_and_its_parts_are_attachments_too(gateway, namespace, inner):
    answer = gateway.post(
        "/services/Attachments",
        MTOM_BODY % (inner.encode(), soap(namespace, INCLUDE), CERTIFICATE),
        'multipart/related; boundary="uuid:1"; type="application/xop+xml"; '
        f'start="<0.x@apache.org>"; start-info="{inner}"',
    )
    assert answer.status == 200
    assert answer.headers["Content-Type"] == f"{inner}; charset=UTF-8"
    seen = answer.xml.find(".//seen")
    assert base64.b64decode(seen.get("text")) == CERTIFICATE
    assert {part.get("id"): part.get("sha256") for part in seen}["1.y z@apache.org"] == DIGEST


def test_a_large_request_is_read_like_a_small_one(gateway):
    inside = "<p xmlns='urn:p'>" + "x" * 500_000 + "</p>"
    answer = gateway.post("/services/Echo", soap(SOAP11, inside))
    assert len(answer.xml.findtext(".//{urn:p}p")) == 500_000
    attachment = b"\0" * 3_000_000
    body = SWA_BODY % (b"binary", attachment)
    found = gateway.raw(SWA % (len(body), body))
    assert sha256(attachment).hexdigest().encode() in found
