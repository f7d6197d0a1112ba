"""Which encoding a body is in."""

import pytest

from apns_connector.errors import ContentError
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.charset import decoded, readable_xml
from apns_connector.mediation.bodies.content_type import read_content_type

UMLAUT = "<a>\u00e4\u20ac</a>"


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
    document = readable_xml(body, read_content_type(content_type).charset)
    assert xml.parse(document).text == "\u00e4\u20ac"


def test_a_body_that_is_not_in_its_charset_is_refused():
    with pytest.raises(ContentError, match="The body is not us-ascii, as its charset says"):
        readable_xml(UMLAUT.encode(), "us-ascii")


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("\u00e4\u20ac".encode(), None),
        ("\u00e4\u20ac".encode("utf-8-sig"), None),
        ("\u00e4\u20ac".encode("utf-16"), None),
        ("\u00e4\u20ac".encode("utf-16"), "utf-16"),
        ("\u00e4\u20ac".encode("utf-16-be"), "UTF-16BE"),
        ("\u00e4\u20ac".encode("cp1252"), "windows-1252"),
    ],
)
def test_a_text_is_utf_8_unless_a_mark_or_the_charset_says_otherwise(content, charset):
    assert decoded(content, charset) == "\u00e4\u20ac"


def test_a_text_in_another_encoding_than_it_says_is_refused():
    with pytest.raises(ContentError, match="The body is not utf-8"):
        decoded(b"\xff", None)
