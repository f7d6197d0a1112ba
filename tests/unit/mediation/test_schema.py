"""Compiling schemas, and finding what is wrong."""

from __future__ import annotations

import sys

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.schema import XS, compile_json_schemas, compile_xml_schemas


def schema(inside: str, attributes: str = "") -> bytes:
    return f"<s:schema xmlns:s='{XS}' {attributes}>{inside}</s:schema>".encode()


def nothing(location: str) -> bytes:
    raise ConfigurationError(f"no {location}")


def problems(contents: dict[str, bytes], document: str) -> list[str]:
    return compile_xml_schemas(contents, nothing).problems(xml.parse(document.encode()))


A = schema("<s:element name='a' type='s:int'/>")
B = schema("<s:element name='b' type='s:int'/>")
TA = schema("<s:element name='a' type='s:int'/>", "targetNamespace='urn:t'")
TB = schema("<s:element name='b' type='s:int'/>", "targetNamespace='urn:t'")
UA = schema("<s:element name='a' type='s:int'/>", "targetNamespace='urn:u'")


def test_one_schema_finds_everything_that_is_wrong() -> None:
    assert problems({"A": A}, "<a>1</a>") == []
    (problem,) = problems({"A": A}, "<a>x</a>")
    assert "'x' is not a valid value" in problem


@pytest.mark.parametrize(
    "document",
    ["<a>{}</a>", "<b>{}</b>", "<a xmlns='urn:t'>{}</a>", "<b xmlns='urn:t'>{}</b>",
     "<a xmlns='urn:u'>{}</a>"],
)  # fmt: skip
def test_several_schemas_are_in_force_at_once(document: str) -> None:
    contents = {"A": A, "TA": TA, "B": B, "TB": TB, "UA": UA}
    assert problems(contents, document.format(1)) == []
    assert len(problems(contents, document.format("x"))) == 1


def test_what_a_schema_refers_to_is_asked_for() -> None:
    types = schema("<s:simpleType name='T'><s:restriction base='s:int'/></s:simpleType>")
    using = schema("<s:include schemaLocation='types.xsd'/><s:element name='a' type='T'/>")
    compiled = compile_xml_schemas({"gov:/x/a.xsd": using}, {"gov:/x/types.xsd": types}.__getitem__)
    assert compiled.problems(xml.parse(b"<a>1</a>")) == []


@pytest.mark.parametrize(
    "contents",
    [
        {"A": b"<a/>"},
        {"A": b"<a>"},
        {"A": schema("<s:element name='a' type='none'/>")},
        {"A": schema("<s:include schemaLocation='none'/>")},
        {"A": A, "again": A},
        {"A": A, "B": b"<b>"},
    ],
)
def test_what_is_no_schema_is_told(contents: dict[str, bytes]) -> None:
    with pytest.raises(ConfigurationError, match="XML schema cannot be used"):
        compile_xml_schemas(contents, nothing)


def test_a_json_schema_finds_everything_that_is_wrong_and_where() -> None:
    text = '{"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["m"]}'
    compiled = compile_json_schemas([text.encode()])
    assert compiled.problems({"n": 1, "m": 2}) == []
    assert sorted(compiled.problems({"n": "x"})) == [
        "$.n: 'x' is not of type 'integer'",
        "$: 'm' is a required property",
    ]


def test_several_json_schemas_are_in_force_at_once() -> None:
    compiled = compile_json_schemas([b'{"required": ["a"]}', b'{"required": ["b"]}'])
    assert len(compiled.problems({})) == 2


@pytest.mark.parametrize("text", ["{", '{"type": "strange"}'])
def test_what_is_no_json_schema_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError, match="JSON schema cannot be used"):
        compile_json_schemas([text.encode()])


def test_a_json_schema_is_never_fetched() -> None:
    compiled = compile_json_schemas([b'{"$ref": "http://localhost:1/other.json"}'])
    with pytest.raises(Exception, match="Unresolvable"):
        compiled.problems({})


def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'apns-connector\[json-schema\]'"):
        compile_json_schemas([b"{}"])
