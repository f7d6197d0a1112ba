"""The one door to the parser."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

import apns_connector
from apns_connector.errors import XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.xml import Limits, parse


def test_a_document_gives_its_root_element() -> None:
    assert parse(b"<a><b/></a>").tag == "a"


@pytest.mark.parametrize(
    "document",
    [
        b"<!DOCTYPE a><a/>",
        b"<!DOCTYPE a SYSTEM 'http://example.com/a.dtd'><a/>",
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE a><a/>".encode("utf-16"),
    ],
)
def test_a_document_type_is_refused_in_every_form(document: bytes) -> None:
    with pytest.raises(XmlError, match="DOCTYPE"):
        parse(document)


def test_entities_that_multiply_are_refused() -> None:
    laughs = b"<!DOCTYPE a [<!ENTITY x 'ha'>" + b"".join(
        b"<!ENTITY x%d '%s'>" % (level, b"&x%s;" % (str(level - 1).encode() if level else b"") * 10)
        for level in range(9)
    )
    with pytest.raises(XmlError):
        parse(laughs + b"]><a>&x8;</a>")


def test_a_broken_document_tells_the_line() -> None:
    with pytest.raises(XmlError) as refused:
        parse(b"<a>\n<b>\n</a>")
    assert refused.value.line == 3
    assert "not well-formed" in str(refused.value)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(XmlError):
        parse(b"")


def test_a_document_beyond_the_size_is_refused() -> None:
    assert parse(b"<a>12345</a>", Limits(size=12)).text == "12345"
    with pytest.raises(XmlError, match="12 bytes"):
        parse(b"<a>12345</a>", Limits(size=11))


def test_elements_nested_too_deep_are_refused() -> None:
    limits = Limits(size=1000, depth=3)
    parse(b"<a><a><a/></a><b/></a>", limits)
    with pytest.raises(XmlError, match="3 deep"):
        parse(b"<a><a><a><a/></a></a></a>", limits)


def test_the_default_depth_is_refused_before_the_parser_gives_up() -> None:
    parse(b"<a>" * 200 + b"</a>" * 200)
    with pytest.raises(XmlError, match="200 deep"):
        parse(b"<a>" * 201 + b"</a>" * 201)


def test_too_many_elements_are_refused() -> None:
    limits = Limits(size=1000, elements=3)
    parse(b"<a><b/><b/></a>", limits)
    with pytest.raises(XmlError, match="more than 3 elements"):
        parse(b"<a><b/><b/><b/></a>", limits)


def test_the_shortest_document_beyond_a_limit_is_refused() -> None:
    with pytest.raises(XmlError, match="1 deep"):
        parse(b"<a><b/></a>", Limits(size=1000, depth=1))
    with pytest.raises(XmlError, match="more than 1 elements"):
        parse(b"<a><b/></a>", Limits(size=1000, elements=1))


def test_an_element_inside_another_prints_only_the_namespaces_it_uses() -> None:
    root = parse(b"<s:a xmlns:s='urn:s' xmlns:t='urn:t'><t:b>x</t:b>tail</s:a>")
    assert xml.text_of(root[0]) == '<t:b xmlns:t="urn:t">x</t:b>'


def test_a_copy_has_neither_parent_nor_tail() -> None:
    copy = xml.detached_copy(parse(b"<a><b/>tail</a>")[0])
    assert copy.getparent() is None
    assert copy.tail is None


def test_nobody_else_in_the_package_parses_xml() -> None:
    package = Path(apns_connector.__file__).parent
    doors = ("etree.parse(", "etree.fromstring(", "XMLParser(", "etree.XML(", "iterparse(")
    offenders = [
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if any(door in file.read_text("utf-8") for door in doors)
    ]
    assert offenders == ["mediation/xml.py"]


def test_what_no_document_can_hold_is_replaced() -> None:
    assert xml.writable("a\x00b\x1fc\ud800d\ufffe\tö\U0001f600") == (
        "a\ufffdb\ufffdc\ufffdd\ufffd\tö\U0001f600"
    )


def test_a_document_may_refer_to_others_that_are_given_to_it() -> None:
    xs = "http://www.w3.org/2001/XMLSchema"
    asked: list[str] = []

    def resolve(location: str) -> bytes:
        asked.append(location)
        return f"<s:schema xmlns:s='{xs}'><s:element name='b'/></s:schema>".encode()

    including = f"<s:schema xmlns:s='{xs}'><s:include schemaLocation='b.xsd'/></s:schema>"
    root = xml.parse_referring(including.encode(), "gov:/s/a.xsd", resolve)
    assert etree.XMLSchema(root).validate(xml.parse(b"<b/>"))
    assert asked == ["gov:/s/b.xsd"]


def test_what_is_not_given_is_not_read_from_a_file_either(tmp_path: Path) -> None:
    xs = "http://www.w3.org/2001/XMLSchema"
    file = tmp_path / "b.xsd"
    file.write_text(f"<s:schema xmlns:s='{xs}'><s:element name='b'/></s:schema>")

    def refuse(location: str) -> bytes:
        raise LookupError(location)

    including = f"<s:schema xmlns:s='{xs}'><s:include schemaLocation='{file}'/></s:schema>"
    root = xml.parse_referring(including.encode(), "a.xsd", refuse)
    with pytest.raises(etree.XMLSchemaParseError):
        etree.XMLSchema(root)


def test_what_was_written_here_may_be_larger_and_deeper_than_what_comes_from_outside() -> None:
    document = b"<a>" * 300 + b"x" * 10_000_001 + b"</a>" * 300
    with pytest.raises(XmlError):
        parse(document, xml.CONFIGURATION)
    assert xml.serialize(xml.parse_own(document)) == document


def test_it_declares_no_document_type_all_the_same() -> None:
    with pytest.raises(XmlError, match="DOCTYPE"):
        xml.parse_own(b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")
