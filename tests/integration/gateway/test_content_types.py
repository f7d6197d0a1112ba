"""Requests and answers of every content type, over a socket."""

import json

import pytest

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
ORDER = b"""{"order": {"id": 7, "total": 1.10, "open": true, "none": null, "empty": {}, "list": [],
 "big": 12345678901234567890123, "items": [{"id": "a", "n": 1}, {"id": "b", "n": 2}]}}"""
ORDER_XML = (
    b"<order><id>7</id><open>true</open><items><id>a</id><n>1</n></items>"
    b"<items><id>b</id><n>2</n></items></order>"
)
COMPACT = json.dumps(json.loads(ORDER), separators=(",", ":")).replace("1.1,", "1.10,").encode()


def soap(inside: bytes) -> bytes:
    return b'<s:Envelope xmlns:s="%b"><s:Body>%b</s:Body></s:Envelope>' % (SOAP11.encode(), inside)


def test_json_is_answered_with_the_same_json(gateway):
    answer = gateway.post("/services/Echo", ORDER, "application/json")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.body == COMPACT


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(ORDER, "application/json"), (ORDER_XML, "application/xml"), (soap(ORDER_XML), "text/xml")],
)
def test_every_language_of_expressions_reads_json_and_xml(gateway, body, content_type):
    answer = gateway.post("/services/Ask", body, content_type)
    assert answer.status == 200
    assert answer.headers["X-Path"] == "b"
    assert answer.headers["X-Xpath"] == "7"
    assert answer.headers["X-Synapse"] == '["b"]'
    assert answer.headers["X-Open"] == "yes"


def test_what_only_looks_at_json_leaves_it_as_it_was(gateway):
    answer = gateway.post("/services/Ask", ORDER, "application/json")
    assert answer.body == COMPACT


@pytest.mark.parametrize(
    ("body", "content_type"), [(ORDER_XML, "application/xml"), (soap(ORDER_XML), "text/xml")]
)
def test_xml_is_answered_with_json_where_the_flow_says_so(gateway, body, content_type):
    answer = gateway.post("/services/ToJson", body, content_type)
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert json.loads(answer.body) == {
        "order": {"id": 7, "open": True, "items": [{"id": "a", "n": 1}, {"id": "b", "n": 2}]}
    }


def test_json_is_answered_with_xml_where_the_flow_says_so(gateway):
    answer = gateway.post("/services/ToXml", ORDER, "application/json")
    assert answer.headers["Content-Type"] == "application/xml; charset=UTF-8"
    assert answer.xml.tag == "jsonObject"
    assert answer.xml.findtext("order/total") == "1.10"
    assert [item.findtext("id") for item in answer.xml.findall("order/items")] == ["a", "b"]


def test_json_is_answered_with_text_where_the_flow_says_so(gateway):
    answer = gateway.post("/services/ToText", b'{"a": 1}', "application/json")
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert answer.body == b'{"a":1}'


def test_text_is_answered_with_text(gateway):
    answer = gateway.post("/services/Echo", "\u00e4 < b".encode(), "text/plain; charset=UTF-8")
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert answer.body == "\u00e4 < b".encode()


def test_a_form_is_answered_with_a_form_and_read_as_xml(gateway):
    body = b"first+name=J%C3%B6rg&token=abc&token=def"
    answer = gateway.post("/services/Echo", body, "application/x-www-form-urlencoded")
    assert answer.body == body
    answer = gateway.post("/services/ToXml", body, "application/x-www-form-urlencoded")
    assert answer.xml.tag == "xformValues"
    assert [child.text for child in answer.xml] == ["J\u00f6rg", "abc", "def"]
    answer = gateway.post("/services/ToJson", body, "application/x-www-form-urlencoded")
    assert json.loads(answer.body) == {
        "xformValues": {"first name": "J\u00f6rg", "token": ["abc", "def"]}
    }


def test_a_form_with_a_file_is_xml_and_the_file_an_attachment(gateway):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nabc\r\n'
        b'--b\r\nContent-Disposition: form-data; name="certificate"; filename="c.p12"\r\n'
        b"Content-Type: application/x-pkcs12\r\n\r\n\x00\xff\r\n--b--\r\n"
    )
    answer = gateway.post("/services/ToXml", body, "multipart/form-data; boundary=b")
    assert answer.xml.findtext("token") == "abc"
    assert answer.xml.findtext("certificate") == "AP8="
    answer = gateway.post("/services/Echo", body, "multipart/form-data; boundary=b")
    assert answer.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="certificate"; filename="certificate"' in answer.body
    assert b"\r\n\r\n\x00\xff\r\n" in answer.body


def test_bytes_are_answered_with_bytes(gateway):
    body = bytes(range(256))
    answer = gateway.post("/services/Echo", body, "application/octet-stream")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.body == body


def test_a_fault_of_the_flow_is_json_to_a_json_caller(gateway):
    answer = gateway.post("/services/Fault", b"{}", "application/json")
    assert answer.status == 500
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    fault = json.loads(answer.body)["Fault"]
    assert fault["faultstring"] == "The device token is <bad>"
    assert fault["faultcode"].endswith(":APNS_000001")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/services/Echo", b"{", 400),
        ("/services/None", b"{}", 404),
        ("/services/Broken", b"{}", 500),
    ],
)
def test_a_refusal_is_json_to_a_json_caller(gateway, path, body, status):
    answer = gateway.post(path, body, "application/json")
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert set(json.loads(answer.body)["Fault"]) == {"faultcode", "faultstring"}


def test_an_empty_json_request_is_answered_with_nothing(gateway):
    answer = gateway.post("/services/Echo", b"", "application/json")
    assert (answer.status, answer.body) == (200, b"")


def test_the_json_of_a_log_hides_passwords(gateway, caplog):
    with caplog.at_level("INFO"):
        gateway.post("/services/Ask", b'{"password": "s3cret", "a": "s3cret"}', "application/json")
    assert '"password":"***"' in caplog.text
    assert "s3cret" not in caplog.text
