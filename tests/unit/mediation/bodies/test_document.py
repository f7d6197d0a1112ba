import pytest

from apns_connector.errors import ContentNotSupported
from apns_connector.mediation.bodies.content_limits import ContentLimits
from apns_connector.mediation.bodies.content_type import read_content_type
from apns_connector.mediation.bodies.document import Document, announced_media_type, read_document

UMLAUT = "<a>\u00e4\u20ac</a>"


def document(content_type: str, body: bytes) -> Document:
    return read_document(read_content_type(content_type), body, ContentLimits())


def test_a_body_that_is_no_package_is_its_document():
    found = document('application/soap+xml; charset=utf-16; action="urn:a"', b"x")
    assert (found.content, found.charset, found.action) == (b"x", "utf-16", "urn:a")
    assert found.parts == {}


def multipart(root_type: str) -> bytes:
    return (
        f"--b\r\nContent-Type: {root_type}\r\nContent-ID: <r>\r\n\r\n{UMLAUT}\r\n"
        "--b\r\nContent-Type: image/png\r\nContent-ID: <c>\r\n\r\nPNG\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("parameters", "root_type", "media_type", "action", "packaged"),
    [
        ("type=text/xml", "text/xml; charset=UTF-8", "text/xml", None, False),
        ("", "application/soap+xml; action=urn:a", "application/soap+xml", "urn:a", False),
        ('type="Application/SOAP+xml"; action="urn:b"', "text/plain", "application/soap+xml",
         "urn:b", False),
        ('type="application/xop+xml"; start-info="text/xml"',
         'application/xop+xml; charset=UTF-8; type="text/xml"', "text/xml", None, True),
        ('type="application/xop+xml"; start-info="application/soap+xml; action=\\"urn:c\\""',
         "application/xop+xml", "application/soap+xml", "urn:c", True),
        ('type="application/xop+xml"', 'application/xop+xml; type="application/soap+xml"',
         "application/soap+xml", None, True),
    ],
)  # fmt: skip
def test_the_root_of_a_multipart_is_what_type_and_start_info_say(
    parameters, root_type, media_type, action, packaged
):
    found = document(f"multipart/related; boundary=b; {parameters}", multipart(root_type))
    assert (found.media_type, found.action, found.packaged) == (media_type, action, packaged)
    assert (found.root, found.content) == ("r", UMLAUT.encode())
    assert {key: part.content for key, part in found.parts.items()} == {
        "r": UMLAUT.encode(),
        "c": b"PNG",
    }


def test_an_mtom_request_that_hides_the_type_of_its_envelope_is_refused():
    with pytest.raises(ContentNotSupported, match="no start-info"):
        document(
            "multipart/related; boundary=b; type=application/xop+xml",
            multipart("application/xop+xml"),
        )


@pytest.mark.parametrize(
    ("header", "media_type"),
    [
        ("text/xml", "text/xml"),
        ('multipart/related; type="application/soap+xml"', "application/soap+xml"),
        ('multipart/related; type="application/xop+xml"; start-info="text/xml"', "text/xml"),
        ("multipart/related; type=application/xop+xml", None),
        ("multipart/related", None),
    ],
)
def test_the_header_alone_announces_a_media_type_or_leaves_it_to_the_parts(header, media_type):
    assert announced_media_type(read_content_type(header)) == media_type
