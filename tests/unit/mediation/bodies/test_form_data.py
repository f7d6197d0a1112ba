"""Forms with files."""

from __future__ import annotations

import base64

import pytest

from apns_connector.errors import ContentError, ContentTooLarge
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.content_limits import ContentLimits
from apns_connector.mediation.bodies.content_type import read_content_type
from apns_connector.mediation.bodies.form_data import read_form_data, write_form_data
from apns_connector.mediation.message import Attachment

LIMITS = ContentLimits()
TYPE = read_content_type("multipart/form-data; boundary=b")
FILE = bytes(range(256))


def part(disposition: str, content: bytes, content_type: str = "") -> bytes:
    header = f"Content-Disposition: form-data; {disposition}\r\n{content_type}\r\n"
    return b"--b\r\n" + header.encode() + content + b"\r\n"


def test_a_field_is_an_element_and_a_file_one_in_base64_and_an_attachment() -> None:
    body = (
        part('name="token"', "\u00e4".encode())
        + part('name="old"', b"\xe4", "Content-Type: text/plain; charset=iso-8859-1\r\n")
        + part("name=plain", b"x")
        + part('name="certificate"; filename="c.p12"', FILE, "Content-Type: application/x\r\n")
        + b"--b--"
    )
    root, files = read_form_data(body, TYPE, LIMITS)
    assert [(child.tag, child.text) for child in root] == [
        ("token", "\u00e4"), ("old", "\u00e4"), ("plain", "x"),
        ("certificate", base64.b64encode(FILE).decode()),
    ]  # fmt: skip
    assert root.tag == "mediate"
    assert files == {"certificate": Attachment("certificate", "application/x", FILE)}


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        (b"--b\r\n\r\nx\r\n--b--", ContentError, "has no name"),
        (part('filename="a"', b"x") + b"--b--", ContentError, "has no name"),
        (part('name="a"', b"\xff") + b"--b--", ContentError, "is not utf-8"),
        (part('name="a"', b"x"), ContentError, "truncated"),
        (part('name="a"', b"x") * 40 + b"--b--", ContentTooLarge, "more than 32"),
    ],
)
def test_a_broken_form_is_refused(body: bytes, kind: type[ContentError], problem: str) -> None:
    with pytest.raises(kind, match=problem):
        read_form_data(body, TYPE, LIMITS)


def test_what_is_written_is_read_again() -> None:
    body = (
        part('name="a b"', "\u00e4".encode())
        + part('name="c"; filename="c.bin"', FILE, "Content-Type: image/png\r\n")
        + b"--b--"
    )
    root, files = read_form_data(body, TYPE, LIMITS)
    written = write_form_data(root, files, "b")
    again, files_again = read_form_data(written, TYPE, LIMITS)
    assert xml.serialize(again) == xml.serialize(root)
    assert files_again == files


def test_elements_of_any_payload_become_parts() -> None:
    payload = xml.parse(
        b"<r><town><name>F</name></town><f:file xmlns:f='http://org.apache.axis2/xsd/form-data' "
        b"name='n' filename='x\"y' content-type='image/png'>AP8=</f:file><date>1</date></r>"
    )
    assert write_form_data(payload, {}, "b").split(b"\r\n") == [
        b"--b", b'Content-Disposition: form-data; name="town"', b"Content-Type: application/xml",
        b"", b"<town><name>F</name></town>",
        b"--b", b'Content-Disposition: form-data; name="n"; filename="x%22y"',
        b"Content-Type: image/png", b"", b"\x00\xff",
        b"--b", b'Content-Disposition: form-data; name="date"',
        b"Content-Type: text/plain; charset=UTF-8", b"", b"1", b"--b--", b"",
    ]  # fmt: skip


def test_a_file_that_is_no_base64_is_told() -> None:
    payload = xml.parse(
        b"<r><f:file xmlns:f='http://org.apache.axis2/xsd/form-data'>A</f:file></r>"
    )
    with pytest.raises(ContentError, match="no base64"):
        write_form_data(payload, {}, "b")
