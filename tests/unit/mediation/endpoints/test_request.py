"""What a message is on its way to a backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from apns_connector.mediation.endpoints.address import FixedAddress
from apns_connector.mediation.endpoints.definition import Definition, Format
from apns_connector.mediation.endpoints.request import outbound_request
from apns_connector.mediation.endpoints.transport import OutboundRequest
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.soap import SoapVersion

NewMessage = Callable[..., Message]


def request(
    message: Message,
    form: Format | None = None,
    *,
    method: str | None = None,
    axis2: Mapping[str, Any] | None = None,
    **definition: Any,
) -> OutboundRequest:
    for name, value in (axis2 or {}).items():
        message.properties.set(name, value, "axis2")
    return outbound_request(
        message, Definition(format=form, **definition), FixedAddress("http://b/s"), method
    )


def header(sent: OutboundRequest, name: str) -> str | None:
    return dict(sent.headers).get(name)


# SOAP.


def test_soap_11_is_posted_as_text_xml_with_its_action(new_message: NewMessage) -> None:
    sent = request(new_message("<q/>", action="urn:ask"))
    assert sent.method == "POST"
    assert header(sent, "Content-Type") == "text/xml; charset=UTF-8"
    assert header(sent, "SOAPAction") == '"urn:ask"'
    assert b"<q/>" in sent.body
    assert sent.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope')


def test_soap_11_has_an_action_header_even_when_it_is_empty(new_message: NewMessage) -> None:
    assert header(request(new_message()), "SOAPAction") == '""'


def test_soap_12_tells_its_action_in_the_content_type(new_message: NewMessage) -> None:
    sent = request(new_message(version=SoapVersion.SOAP12, action="urn:ask"))
    expected = 'application/soap+xml; charset=UTF-8; action="urn:ask"'
    assert header(sent, "Content-Type") == expected
    assert header(sent, "SOAPAction") is None


def test_an_action_cannot_leave_its_quotes(new_message: NewMessage) -> None:
    action = 'x"\r\nX-Evil: 1'
    assert header(request(new_message(action=action)), "SOAPAction") == '""'
    sent = request(new_message(version=SoapVersion.SOAP12, action=action))
    assert header(sent, "Content-Type") == "application/soap+xml; charset=UTF-8"


@pytest.mark.parametrize(
    ("form", "version", "namespace"),
    [
        (Format.SOAP11, SoapVersion.SOAP12, SoapVersion.SOAP11.namespace),
        (Format.SOAP12, SoapVersion.SOAP11, SoapVersion.SOAP12.namespace),
    ],
)
def test_the_format_converts_the_envelope_and_leaves_the_message_alone(
    new_message: NewMessage, form: Format, version: SoapVersion, namespace: str
) -> None:
    message = new_message("<q/>", version=version)
    sent = request(message, form, axis2={"HTTP_METHOD": "GET"})
    assert sent.method == "POST"
    assert namespace.encode() in sent.body
    assert b"<q/>" in sent.body
    assert message.soap_version is version
    assert message.payload is not None


def test_plain_xml_and_json_go_into_an_envelope_where_the_format_says_so(
    new_message: NewMessage,
) -> None:
    message = new_message("<q/>")
    message.pox = True
    assert b"Envelope" in request(message, Format.SOAP11).body
    message.replace_json({"a": 1})
    assert b"<jsonObject><a>1</a></jsonObject>" in request(message, Format.SOAP12).body


# Other forms.


def test_pox_is_the_payload_alone(new_message: NewMessage) -> None:
    sent = request(new_message("<q a='1'><r/></q>"), Format.POX)
    assert sent.body == b'<?xml version="1.0" encoding="UTF-8"?><q a="1"><r/></q>'
    assert header(sent, "Content-Type") == "application/xml; charset=UTF-8"
    assert header(sent, "SOAPAction") is None


def test_a_message_that_came_without_envelope_goes_without_unless_the_flow_wants_one(
    new_message: NewMessage,
) -> None:
    message = new_message("<q/>")
    message.pox = True
    assert b"Envelope" not in request(message).body
    assert b"Envelope" in request(message, axis2={"messageType": "text/xml"}).body


def test_json_goes_as_json(new_message: NewMessage) -> None:
    message = new_message()
    message.replace_json({"a": [1]})
    sent = request(message)
    assert sent.body == b'{"a":[1]}'
    assert header(sent, "Content-Type") == "application/json; charset=UTF-8"


def test_message_type_decides_what_is_written(new_message: NewMessage) -> None:
    message = new_message("<q><r>1</r></q>")
    assert request(message, axis2={"messageType": "application/json"}).body == b'{"q":{"r":1}}'
    assert request(message, axis2={"messageType": "application/xml"}).body.endswith(b"</q>")
    assert request(message, axis2={"messageType": "text/csv"}).body == b"<q><r>1</r></q>"


def test_message_type_is_the_content_type_where_it_is_a_name_of_the_form(
    new_message: NewMessage,
) -> None:
    for named, expected in (
        ("application/hal+json", "application/hal+json; charset=UTF-8"),
        ("application/atom+xml", "application/atom+xml; charset=UTF-8"),
        ("text/csv", "text/csv; charset=UTF-8"),
        ("image/png", "image/png"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8"),
    ):
        sent = request(new_message("<q><r>1</r></q>"), axis2={"messageType": named})
        assert header(sent, "Content-Type") == expected


def test_the_charset_may_be_left_unsaid(new_message: NewMessage) -> None:
    axis2 = {"messageType": "application/json", "setCharacterEncoding": "false"}
    assert header(request(new_message(), axis2=axis2), "Content-Type") == "application/json"


@pytest.mark.parametrize(
    ("optimize", "media_type"), [("enableSwA", "text/xml"), ("enableMTOM", "application/xop+xml")]
)
def test_attachments_go_along_where_the_endpoint_says_so(
    new_message: NewMessage, optimize: str, media_type: str
) -> None:
    part = Attachment("c", "text/plain", b"attached")
    message = new_message("<q/>", attachments={"c": part})
    sent = request(message, optimize=optimize)
    content_type = header(sent, "Content-Type")
    assert content_type is not None
    assert content_type.startswith("multipart/related; boundary=")
    assert f'type="{media_type}"' in content_type
    assert b"<q/>" in sent.body
    assert b"attached" in sent.body
    assert message.properties.get(optimize, "axis2") is None
    assert b"attached" not in request(message).body


def test_parameters_of_the_content_type_of_a_flow_are_kept(new_message: NewMessage) -> None:
    message = new_message()
    message.replace_json(1)
    assert header(request(message), "Content-Type") == "application/json; charset=UTF-8"
    for wanted, expected in (
        ("application/json; profile=x", "application/json; profile=x; charset=UTF-8"),
        ("application/json;charset=iso-8859-1", "application/json; charset=UTF-8"),
        ("text/xml; x=y", "application/json; charset=UTF-8"),
    ):
        sent = request(message, axis2={"ContentType": wanted})
        assert header(sent, "Content-Type") == expected


def test_get_puts_the_payload_into_the_url(new_message: NewMessage) -> None:
    sent = request(new_message("<ask><p>1</p></ask>"), Format.GET)
    assert (sent.method, sent.url, sent.body) == ("GET", "http://b/s/ask?p=1", b"")
    assert header(sent, "Content-Type") is None


# Methods and bodies.


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_these_methods_have_no_body(new_message: NewMessage, method: str) -> None:
    sent = request(new_message(), method=method)
    assert (sent.method, sent.body) == (method, b"")
    assert header(sent, "Content-Type") is None


def test_the_method_by_which_the_message_came_is_that_of_the_request(
    new_message: NewMessage,
) -> None:
    assert request(new_message(), axis2={"HTTP_METHOD": "put"}).method == "PUT"
    assert request(new_message(), axis2={"HTTP_METHOD": "put"}, method="PATCH").method == "PATCH"


def test_delete_has_a_body_only_when_there_is_a_payload(new_message: NewMessage) -> None:
    assert b"<q/>" in request(new_message("<q/>"), method="DELETE").body
    assert request(new_message(""), method="DELETE").body == b""


def test_an_empty_message_goes_without_body_where_the_flow_says_so(
    new_message: NewMessage,
) -> None:
    assert b"Envelope" in request(new_message("")).body
    assert request(new_message(""), axis2={"NO_ENTITY_BODY": True}).body == b""
    assert b"<q/>" in request(new_message("<q/>"), axis2={"NO_ENTITY_BODY": True}).body


# Addresses.


@pytest.mark.parametrize(
    ("form", "axis2", "action", "goes_on"),
    [
        (None, {"HTTP_METHOD": "GET"}, None, True),
        (None, {"messageType": "application/json"}, None, True),
        (None, {"messageType": "text/xml"}, None, True),
        (None, {"messageType": "text/xml"}, "urn:ask", False),
        (Format.REST, {}, "urn:ask", True),
        (Format.SOAP11, {"HTTP_METHOD": "GET"}, None, False),
    ],
)
def test_the_rest_of_the_path_goes_on_when_the_request_is_rest(
    new_message: NewMessage,
    form: Format | None,
    axis2: Mapping[str, str],
    action: str | None,
    goes_on: bool,
) -> None:
    message = new_message("<q/>", action=action)
    sent = request(message, form, axis2={"REST_URL_POSTFIX": "/x?y=1", **axis2})
    assert sent.url == ("http://b/s/x?y=1" if goes_on else "http://b/s")


def test_an_http_endpoint_with_a_method_tells_the_whole_path_itself(
    new_message: NewMessage,
) -> None:
    assert (
        request(new_message(), method="GET", axis2={"REST_URL_POSTFIX": "/x"}).url == "http://b/s"
    )


# Transport.


def test_headers_of_the_message_go_along_but_not_those_that_are_new(
    new_message: NewMessage,
) -> None:
    message = new_message(
        headers=[("X-A", "1"), ("content-type", "text/plain"), ("Host", "me"), ("Cookie", "c")]
    )
    sent = request(message)
    assert header(sent, "X-A") == "1"
    assert header(sent, "Cookie") == "c"
    assert header(sent, "content-type") is None
    assert header(sent, "Host") is None
    assert sent.host is None


def test_transport_properties_are_honoured(new_message: NewMessage) -> None:
    axis2 = {"FORCE_HTTP_1.0": "true", "NO_KEEPALIVE": "true", "REQUEST_HOST_HEADER": "other:80"}
    sent = request(new_message(), axis2=axis2)
    assert sent.http_1_0
    assert header(sent, "Connection") == "close"
    assert sent.host == "other:80"


def test_a_host_cannot_begin_another_header(new_message: NewMessage) -> None:
    assert request(new_message(), axis2={"REQUEST_HOST_HEADER": "a\r\nX: y"}).host is None


def test_a_request_shows_no_secrets(new_message: NewMessage) -> None:
    sent = request(new_message("<password>hunter2</password>", headers=[("Authorization", "k")]))
    assert repr(sent).startswith("OutboundRequest(POST http://b, ")
    assert "hunter2" not in repr(sent)
