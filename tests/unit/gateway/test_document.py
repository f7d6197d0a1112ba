import pytest

from apns_connector.gateway.content_type import read_content_type
from apns_connector.gateway.document import announced_media_type, read_document
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.mediation import xml

LIMITS = Limits()
UMLAUT = "<a>\u00e4\u20ac</a>"


def document(content_type: str, body: bytes, limits: Limits = LIMITS):
    return read_document(read_content_type(content_type), body, limits)


def text(content_type: str, body: bytes) -> str | None:
    return xml.parse(document(content_type, body).content).text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/xml", UMLAUT.encode()),
        ("text/xml; charset=UTF-8", UMLAUT.encode()),
        ("text/xml; charset=UTF-8", UMLAUT.encode("utf-8-sig")),
        ("text/xml", UMLAUT.encode("utf-16")),
        ("text/xml; charset=UTF-16", UMLAUT.encode("utf-16")),
        ("text/xml; charset=UTF-16", UMLAUT.encode("utf-16-le")),
        ("text/xml; charset=utf-16", UMLAUT.encode("utf-16-be")),
        ("text/xml; charset=UTF-16BE", UMLAUT.encode("utf-16-be")),
        ("text/xml", f'<?xml version="1.0" encoding="UTF-16"?>{UMLAUT}'.encode("utf-16")),
        ("text/xml", f'<?xml version="1.0" encoding="cp1252"?>{UMLAUT}'.encode("cp1252")),
        ("text/xml; charset=windows-1252", UMLAUT.encode("cp1252")),
        ("text/xml; charset=iso-8859-15", UMLAUT.encode("iso-8859-15")),
        (
            "text/xml; charset=UTF-8",
            f'<?xml version="1.0" encoding="ISO-8859-1"?>{UMLAUT}'.encode(),
        ),
        (
            "text/xml; charset=windows-1252",
            f"<?xml version='1.0' encoding='UTF-8'?>\n{UMLAUT}".encode("cp1252"),
        ),
        (
            "text/xml; charset=windows-1252",
            f'<?xml version="1.0" encoding="UTF-8"?>{UMLAUT}'.encode("utf-8-sig"),
        ),
    ],
)
def test_mark_then_charset_then_declaration_tell_the_encoding(content_type, body):
    assert text(content_type, body) == "\u00e4\u20ac"


def test_a_body_that_is_not_in_its_charset_is_refused():
    with pytest.raises(Refused, match="The body is not us-ascii, as its charset says") as refused:
        document("text/xml; charset=us-ascii", UMLAUT.encode())
    assert refused.value.status == 400


def test_an_empty_body_is_refused():
    with pytest.raises(Refused, match="The request has no body") as refused:
        document("text/xml", b"")
    assert refused.value.status == 400


def test_an_envelope_beyond_its_cap_is_refused_even_inside_a_smaller_body_cap():
    with pytest.raises(Refused, match="The XML may have 10 bytes") as refused:
        document("text/xml", b"<a>12345</a>", Limits(envelope_bytes=10))
    assert refused.value.status == 413


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
    assert found.content == UMLAUT.encode()
    assert {key: part.content for key, part in found.parts.items()} == {
        "r": UMLAUT.encode(),
        "c": b"PNG",
    }


def test_an_mtom_request_that_hides_the_type_of_its_envelope_is_refused():
    with pytest.raises(Refused, match="start-info is absent") as refused:
        document(
            "multipart/related; boundary=b; type=application/xop+xml",
            multipart("application/xop+xml"),
        )
    assert refused.value.status == 415


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
