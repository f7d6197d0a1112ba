"""Whatever a client sends: a SOAP fault or a 4xx, at once, and the next request is answered."""

import re

import pytest

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


def soap(inside: str, namespace: str = SOAP11, prolog: str = "") -> bytes:
    return (
        f'{prolog}<s:Envelope xmlns:s="{namespace}"><s:Body>{inside}</s:Body></s:Envelope>'
    ).encode()


GOOD = soap("<a/>")
BOMB = '<!DOCTYPE b [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip

# name: body, content type, status, what the fault says
BAD_BODIES = {
    "empty": (b"", "text/xml", 400, "The request has no body"),
    "cut off": (GOOD[:-8], "text/xml", 400, "not well-formed"),
    "no XML": (b"hello", "text/xml", 400, "not well-formed"),
    "two roots": (GOOD + GOOD, "text/xml", 400, "not well-formed"),
    "NUL": (soap("a\0b"), "text/xml", 400, "not well-formed"),
    "not UTF-8": (soap("<a>X</a>").replace(b"X", b"\xff\xfe"), "text/xml", 400, "not well-formed"),
    "not its charset": (GOOD + b"\xff", "text/xml; charset=us-ascii", 400, "is not us-ascii"),
    "unknown charset": (GOOD, "text/xml; charset=ebcdic-x", 415, "send UTF-8"),
    "unknown encoding": (
        soap("<a/>", prolog='<?xml version="1.0" encoding="nonsense"?>'), "text/xml", 400, "",
    ),
    "undeclared prefix": (soap("<x:a/>"), "text/xml", 400, "not well-formed"),
    "entity bomb": (soap("&a9;", prolog=BOMB), "text/xml", 400, ""),
    "entity bomb in UTF-16": (
        soap("&a9;", prolog=BOMB).decode().encode("utf-16"), "text/xml", 400, "",
    ),
    "external entity": (
        soap("&x;", prolog='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "text/xml", 400, "DOCTYPE",
    ),
    "parameter entity": (
        soap("", prolog='<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]>'),
        "text/xml", 400, "DOCTYPE",
    ),
    "external DTD": (
        soap("", prolog='<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'),
        "text/xml", 400, "DOCTYPE",
    ),
    "huge attribute": (
        soap(f'<a b="{"x" * 2_000_000}"/>'), "text/xml", 413, "may have 1048576 bytes",
    ),
    "deep nesting": (soap("<a>" * 5000 + "</a>" * 5000), "text/xml", 400, ""),
    "deep nesting below libxml2's own limit": (
        soap("<a>" * 220 + "</a>" * 220), "text/xml", 400, "nested more than 200 deep",
    ),
    "many elements": (soap("<a/>" * 150_000), "text/xml", 400, "more than 100000 elements"),
    "other version": (soap("<a/>", SOAP12), "text/xml", 400, "is not of the SOAP version"),
    "other namespace": (soap("<a/>", "urn:soap"), "text/xml", 400, "is not of the SOAP version"),
    "no body element": (
        f'<s:Envelope xmlns:s="{SOAP11}"/>'.encode(), "text/xml", 400, "has no Body",
    ),
    "no content type": (GOOD, None, 415, "has no Content-Type"),
    "JSON cut off": (b'{"a": ', "application/json", 400, "is no JSON"),
    "deep JSON": (b"[" * 220 + b"]" * 220, "application/json", 400, "nested more than 200 deep"),
    "deeper JSON": (b"[" * 50_000, "application/json", 400, "nested more than 200 deep"),
    "much JSON": (
        b"[" + b"0," * 150_000 + b"0]", "application/json", 400, "more than 100000 values",
    ),
    "huge JSON": (b" " * 2_000_000, "application/json", 413, "may have 1048576 bytes"),
    "text that is not UTF-8": (b"\xff", "text/plain", 400, "is not utf-8"),
    "form of too many fields": (
        b"a=b&" * 1_000, "application/x-www-form-urlencoded", 413, "more than 1000 fields",
    ),
    "form part without name": (
        b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b", 400, "has no name",
    ),
    "nonsense type": (GOOD, "nonsense", 400, "is not a media type"),
    "broken type": (GOOD, 'text/xml; charset="UTF-8', 400, "broken parameter"),
    "no boundary": (GOOD, "multipart/related; type=text/xml", 400, "no boundary"),
    "no delimiter": (GOOD, "multipart/related; boundary=b", 400, "truncated"),
    "truncated MIME": (
        b"--b\r\nContent-Type: text/xml\r\n\r\n" + GOOD, "multipart/related; boundary=b", 400,
        "truncated",
    ),
    "too many parts": (
        b"--b\r\n\r\n<a/>\r\n" * 100_000 + b"--b--", "multipart/related; boundary=b", 413,
        "more than 32 MIME parts",
    ),
    "endless MIME header": (
        b"--b\r\nA: " + b"x" * 100_000 + b"\r\n\r\n--b--", "multipart/related; boundary=b", 413,
        "within 8192 bytes",
    ),
    "part without id": (
        b"--b\r\nContent-Type: text/xml\r\n\r\n" + GOOD + b"\r\n--b\r\n\r\nx\r\n--b--",
        "multipart/related; boundary=b", 400, "Part content ID cannot be blank",
    ),
    "multipart of broken JSON": (
        b"--b\r\nContent-Type: application/json\r\n\r\n{\r\n--b--",
        "multipart/related; boundary=b", 400, "is no JSON",
    ),
    "absent MTOM part": (
        b"--b\r\nContent-Type: application/xop+xml; type=\"text/xml\"\r\n\r\n"
        + soap('<a><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:c"/></a>')
        + b"\r\n--b--",
        'multipart/related; boundary=b; type="application/xop+xml"', 400, "No MIME part has",
    ),
    "many URL parameters": (GOOD, "text/xml", 400, "more than 100 parameters"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_answered_with_a_fault_that_says_why(gateway, name):
    body, content_type, status, problem = BAD_BODIES[name]
    query = "?" + "a=1&" * 200 if name == "many URL parameters" else ""
    answer = gateway.post(f"/services/Echo{query}", body, content_type)
    assert answer.status == status
    assert problem in answer.reason
    assert gateway.post("/services/Echo", GOOD).status == 200


@pytest.mark.parametrize(
    ("content_type", "start"),
    [
        ("text/xml", f'<soapenv:Envelope xmlns:soapenv="{SOAP11}">'),
        ("application/soap+xml; action=x", f'<soapenv:Envelope xmlns:soapenv="{SOAP12}">'),
        ("application/xml", "<Exception>"),
        ('multipart/related; boundary=b; type="application/soap+xml"',
         f'<soapenv:Envelope xmlns:soapenv="{SOAP12}">'),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("path", "status"), [("/services/Echo", 400), ("/services/None", 404)])
def test_a_refusal_has_the_form_of_the_request(gateway, content_type, start, path, status):
    answer = gateway.post(path, b"broken", content_type)
    assert answer.status == status
    assert answer.body.decode().partition("?>")[2].startswith(start)


def test_an_envelope_of_another_version_is_a_version_mismatch(gateway):
    answer = gateway.post("/services/Echo", soap("<a/>"), "application/soap+xml")
    assert answer.xml.find(f".//{{{SOAP12}}}Value").text == "soapenv:VersionMismatch"


def test_an_encoded_body_is_refused_with_what_is_accepted(gateway):
    answer = gateway.post("/services/Echo", b"\x1f\x8b", Content_Encoding="gzip")
    assert (answer.status, answer.headers["Accept-Encoding"]) == (415, "identity")


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/services/Echo", 405, "POST"),
        ("PUT", "/services/Echo", 405, "POST"),
        ("DELETE", "/services/Echo?wsdl", 405, "POST"),
        ("OPTIONS", "/services/Echo", 405, "POST"),
        ("POST", "/health", 405, "GET, HEAD"),
        ("PUT", "/services", 405, "GET, HEAD"),
        ("GET", "/services/None?wsdl", 404, None),
        ("GET", "/", 404, None),
        ("POST", "/services/None", 404, None),
        ("POST", "/services/%2e%2e/Echo", 404, None),
        ("POST", "/services/OnlyHttps", 404, None),
        ("POST", "/services/Stopped", 503, None),
    ],
)
def test_a_wrong_method_or_place_is_refused(gateway, method, path, status, allow):
    answer = gateway.request(method, path, GOOD, {"Content-Type": "text/xml"})
    assert (answer.status, answer.headers["Allow"]) == (status, allow)


def test_a_flow_whose_fault_handler_fails_gives_a_fault(gateway):
    answer = gateway.post("/services/Broken", GOOD)
    assert answer.status == 500
    assert answer.reason.startswith("The fault sequence failed: ")
    assert gateway.post("/services/Echo", GOOD).status == 200


def test_a_bug_in_a_flow_gives_a_fault_and_a_traceback_in_the_log(gateway, caplog):
    answer = gateway.post("/services/Spoilt", GOOD)
    assert answer.status == 500
    assert answer.reason == "An unexpected error ended the flow: the log of the gateway tells more"
    logged = [record for record in caplog.records if record.exc_info]
    assert [record.getMessage() for record in logged] == ["Proxy 'Spoilt' failed unexpectedly"]
    assert gateway.post("/services/Echo", GOOD).status == 200


def test_a_hostile_path_cannot_forge_lines_in_the_log(gateway, caplog):
    caplog.set_level("INFO")
    gateway.post("/services/x%0d%0aPOST%20'/forged'", GOOD)
    (refused,) = [record.getMessage() for record in caplog.records if "refused" in record.msg]
    assert re.search(r"[\r\n]", refused) is None
