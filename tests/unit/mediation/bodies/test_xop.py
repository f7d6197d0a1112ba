import pytest

from apns_connector.errors import ContentError, ContentTooLarge
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.multipart import Part
from apns_connector.mediation.bodies.xop import restore

PARTS = {"c@x y": Part({}, b"\x00\xff\x10"), "d": Part({}, b"dd")}


def envelope(inside: str):
    return xml.parse(f'<e xmlns:xop="http://www.w3.org/2004/08/xop/include">{inside}</e>'.encode())


@pytest.mark.parametrize("href", ["cid:c@x%20y", "CID:c%40x%20y", "cid:c@x y"])
def test_an_include_becomes_the_base64_text_of_its_part(href):
    root = envelope(f'<a> <xop:Include href="{href}"/> </a><b>kept</b>')
    restore(root, PARTS, limit=100)
    assert root.findtext("a") == "AP8Q"
    assert root.findtext("b") == "kept"
    assert len(root.find("a")) == 0


def test_a_part_may_be_included_twice():
    root = envelope('<a><xop:Include href="cid:d"/></a><b><xop:Include href="cid:d"/></b>')
    restore(root, PARTS, limit=4)
    assert root.findtext("a") == root.findtext("b") == "ZGQ="


def test_including_one_part_again_and_again_hits_the_limit():
    root = envelope('<a><xop:Include href="cid:d"/></a>' * 3)
    with pytest.raises(ContentTooLarge, match="may have 5 bytes"):
        restore(root, PARTS, limit=5)


@pytest.mark.parametrize(
    ("inside", "problem"),
    [
        ('<a><xop:Include href="cid:none"/></a>', "No MIME part has the Content-ID"),
        ('<a><xop:Include href="http://x/d"/></a>', "is not a cid: URL"),
        ("<a><xop:Include/></a>", "is not a cid: URL"),
        ('<a>text<xop:Include href="cid:d"/></a>', "only content of its element"),
        ('<a><b/><xop:Include href="cid:d"/></a>', "only content of its element"),
        ('<a><xop:Include href="cid:d"/>text</a>', "only content of its element"),
    ],
)
def test_an_include_that_makes_no_sense_is_refused(inside, problem):
    with pytest.raises(ContentError, match=problem):
        restore(envelope(inside), PARTS, limit=100)


def test_an_include_as_root_is_refused():
    root = xml.parse(b'<Include xmlns="http://www.w3.org/2004/08/xop/include" href="cid:d"/>')
    with pytest.raises(ContentError, match="only content of its element"):
        restore(root, PARTS, limit=100)
