"""The bytes of a body, with its content type, become a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import (
    ContentError,
    ContentNotSupported,
    ContentTooLarge,
    VersionMismatch,
)
from apns_connector.mediation.bodies.building import Built, build_message
from apns_connector.mediation.bodies.content_limits import ContentLimits
from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.soap import SoapVersion

Build = Callable[..., Built]

ENVELOPE11 = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a/></e:Body>'
    b"</e:Envelope>"
)
ENVELOPE12 = ENVELOPE11.replace(
    b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"
)


@pytest.fixture
def build(deploy: Callable[..., Configuration]) -> Build:
    configuration = deploy()

    def made(content_type: str | None, body: bytes, limits: Any = None, **values: Any) -> Built:
        return build_message(
            content_type, body, limits or ContentLimits(), configuration=configuration, **values
        )

    return made


@pytest.mark.parametrize(
    ("content_type", "body", "form", "media_type", "tag"),
    [
        ("text/xml", ENVELOPE11, Form.SOAP11, "text/xml", "a"),
        ("application/soap+xml", ENVELOPE12, Form.SOAP12, "application/soap+xml", "a"),
        ("application/xml", ENVELOPE12, Form.SOAP12, "application/soap+xml", "a"),
        ("text/xml", b"<p/>", Form.POX, "application/xml", "p"),
        ("application/atom+xml", b"<p/>", Form.POX, "application/xml", "p"),
        ("application/x-www-form-urlencoded", b"a=1", Form.URL_ENCODED,
         "application/x-www-form-urlencoded", "xformValues"),
        ("multipart/form-data; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--', Form.FORM_DATA,
         "multipart/form-data", "mediate"),
    ],
)  # fmt: skip
def test_xml_and_forms_become_xml(
    build: Build, content_type: str, body: bytes, form: Form, media_type: str, tag: str
) -> None:
    built = build(content_type, body)
    assert (built.form, built.media_type) == (form, media_type)
    assert built.message.payload.tag == tag
    assert built.message.pox is (form.version is None)
    if form.version is not None:
        assert built.message.soap_version is form.version


@pytest.mark.parametrize(
    ("content_type", "body", "value"),
    [
        ("application/json", b'{"a": 1.10}', {"a": 1.1}),
        ("application/json; charset=UTF-8", b"[]", []),
        ("application/json; charset=utf-16", '"\u00e4"'.encode("utf-16"), "\u00e4"),
        ("application/vnd.api+json", b"\xef\xbb\xbfnull", None),
    ],
)
def test_json_stays_json(build: Build, content_type: str, body: bytes, value: Any) -> None:
    built = build(content_type, body)
    assert built.form is Form.JSON
    assert built.message.has_json
    assert built.message.json == value
    assert built.message.pox


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain", "\u00e4".encode(), "\u00e4"),
        ("text/plain; charset=iso-8859-1", b"\xe4", "\u00e4"),
        ("text/csv", b"a,b", "a,b"),
    ],
)
def test_text_is_put_into_its_wrapper(
    build: Build, content_type: str, body: bytes, text: str
) -> None:
    built = build(content_type, body)
    assert (built.form, built.message.text) == (Form.TEXT, text)
    assert built.media_type == content_type.partition(";")[0]


@pytest.mark.parametrize("content_type", ["application/octet-stream", "image/png", None])
def test_anything_else_is_bytes(build: Build, content_type: str | None) -> None:
    built = build(content_type, b"\0\xff")
    assert (built.form, built.message.binary) == (Form.BINARY, b"\0\xff")
    assert built.media_type == (content_type or "application/octet-stream")


@pytest.mark.parametrize(
    ("content_type", "form"),
    [(None, Form.POX), ("application/json", Form.JSON), ("text/plain", Form.TEXT),
     ("image/png", Form.BINARY)],
)  # fmt: skip
def test_no_body_is_an_empty_message(build: Build, content_type: str | None, form: Form) -> None:
    built = build(content_type, b"", action="urn:a")
    assert built.form is form
    assert built.message.payload is None
    assert not built.message.has_json


def test_a_json_body_of_blanks_is_an_empty_message(build: Build) -> None:
    built = build("application/json", b" \n")
    assert built.message.payload is None
    assert not built.message.has_json


@pytest.mark.parametrize("content_type", ["text/xml", "application/soap+xml", "application/xml"])
def test_xml_needs_a_body(build: Build, content_type: str) -> None:
    with pytest.raises(ContentError, match="The request has no body"):
        build(content_type, b"")


def test_a_package_is_its_root_with_attachments(build: Build) -> None:
    body = (
        b"--b\r\nContent-Type: text/xml\r\nContent-ID: <r>\r\n\r\n" + ENVELOPE11 + b"\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <c>\r\n\r\nPNG\r\n--b--"
    )
    built = build("multipart/related; boundary=b; type=text/xml", body)
    assert (built.form, built.media_type) == (Form.SOAP11, "text/xml")
    assert [(part.content_id, part.root) for part in built.message.attachments.values()] == [
        ("r", True), ("c", False),
    ]  # fmt: skip


def test_a_package_may_hold_json(build: Build) -> None:
    body = (
        b"--b\r\nContent-Type: application/json\r\nContent-ID: <r>\r\n\r\n[1]\r\n"
        b"--b\r\nContent-ID: <c>\r\n\r\nx\r\n--b--"
    )
    built = build("multipart/related; boundary=b", body)
    assert built.message.json == [1]
    assert set(built.message.attachments) == {"r", "c"}


def test_the_action_of_the_media_type_wins_over_the_header(build: Build) -> None:
    built = build('application/soap+xml; action="urn:a"', ENVELOPE12, action="urn:b")
    assert built.action == built.message.action == "urn:a"
    assert build("text/xml", ENVELOPE11, action="urn:b").action == "urn:b"


def test_the_files_of_a_form_are_attachments(build: Build) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="c"; filename="f"\r\n\r\nx\r\n--b--'
    assert build("multipart/form-data; boundary=b", body).message.attachments["c"].content == b"x"


@pytest.mark.parametrize(
    ("content_type", "body", "kind", "problem"),
    [
        ("text/xml", ENVELOPE12, VersionMismatch, "is not of the SOAP version of text/xml"),
        ("text/xml", b"<Envelope/>", VersionMismatch, "is not of the SOAP version"),
        ("application/soap+xml", b"<a/>", ContentError, "is not a SOAP Envelope"),
        ("text/xml", b"<a", ContentError, "not well-formed"),
        ("application/json", b"{", ContentError, "is no JSON"),
        ("text/plain", b"\xff", ContentError, "is not utf-8"),
        ("text/plain; charset=ebcdic", b"x", ContentNotSupported, "send UTF-8"),
        ("nonsense", b"x", ContentError, "is not a media type"),
        ("multipart/related; boundary=b", b"x", ContentError, "truncated"),
        ("text/xml", b"<a>12345678901234</a>", ContentTooLarge, "The XML may have 20 bytes"),
        ("application/json", b'"12345678901234567890"', ContentTooLarge, "The JSON may have 20"),
        ("text/plain", b"123456789012345678901", ContentTooLarge, "The TEXT may have 20"),
        ("application/x-www-form-urlencoded", b"a&b&c", ContentTooLarge, "more than 2 fields"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(
    build: Build, content_type: str, body: bytes, kind: type[ContentError], problem: str
) -> None:
    # An envelope alone is longer than what else is tried here.
    small = ContentLimits(envelope_bytes=20 if b"nvelope" not in body else 200, form_fields=2)
    with pytest.raises(ContentError, match=problem) as refused:
        build(content_type, body, small)
    assert type(refused.value) is kind


def test_bytes_may_be_more_than_a_document(build: Build) -> None:
    assert build("image/png", b"x" * 50, ContentLimits(envelope_bytes=20)).message.binary


def test_soap_versions_have_a_form_each() -> None:
    assert {Form.SOAP11.version, Form.SOAP12.version} == set(SoapVersion)
