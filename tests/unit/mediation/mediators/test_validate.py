"""``<validate>``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError

Mediate = Callable[..., Any]

XS = "http://www.w3.org/2001/XMLSchema"
FAILED = "<on-fail><property name='failed' value='1'/></on-fail>"
SCHEMA = (
    f"<s:schema xmlns:s='{XS}'><s:element name='a'><s:complexType><s:sequence>"
    "<s:element name='n' type='s:int' maxOccurs='2'/></s:sequence></s:complexType></s:element>"
    "</s:schema>"
)
JSON_SCHEMA = '{"properties": {"n": {"type": "integer"}}, "required": ["n"]}'


def entry(content: str = SCHEMA, key: str = "X") -> str:
    return f"<localEntry key='{key}'>{content}</localEntry>"


def validate(inside: str = "<schema key='X'/>", attributes: str = "", failed: str = FAILED) -> str:
    return f"<validate {attributes}>{inside}{failed}</validate>"


def test_a_valid_payload_goes_on(mediate: Mediate) -> None:
    ran = mediate(validate(), definitions=entry(), payload="<a><n>1</n></a>")
    assert (ran.result, ran.properties) == (True, {})


def test_an_invalid_payload_runs_on_fail_and_tells_why(mediate: Mediate) -> None:
    ran = mediate(validate(), definitions=entry(), payload="<a><n>x</n><n>y</n></a>")
    assert ran.result is True
    assert ran.properties["failed"] == "1"
    assert "'x'" in ran.properties["ERROR_MESSAGE"]
    assert "'y'" not in ran.properties["ERROR_MESSAGE"]
    assert "'x'" in ran.properties["ERROR_DETAIL"]
    assert "'y'" in ran.properties["ERROR_DETAIL"]
    assert isinstance(ran.properties["ERROR_EXCEPTION"], MediationError)
    assert "ERROR_CODE" not in ran.properties


def test_the_result_is_that_of_on_fail(mediate: Mediate) -> None:
    invalid = validate(failed="<on-fail><drop/></on-fail>")
    assert mediate(invalid, definitions=entry(), payload="<b/>").result is False


def test_a_part_of_the_message_is_validated(mediate: Mediate) -> None:
    invalid = "<r><a><n>x</n></a></r>"
    ran = mediate(validate("<schema key='X'/>", "source='//a'"), definitions=entry(),
                  payload=invalid)  # fmt: skip
    assert ran.properties["failed"] == "1"
    ran = mediate(validate("<schema key='X'/>", "source='//none'"), definitions=entry())
    assert ran.properties["ERROR_MESSAGE"] == (
        "Error occurred while accessing source element: //none"
    )


def test_an_empty_body_is_not_valid(mediate: Mediate) -> None:
    ran = mediate(validate(), definitions=entry(), payload="")
    assert "first child of the SOAP body" in ran.properties["ERROR_MESSAGE"]


def test_several_schemas_by_key_and_inline_are_in_force(mediate: Mediate) -> None:
    inline = f"<s:schema xmlns:s='{XS}'><s:element name='b' type='s:int'/></s:schema>"
    schemas = validate(f"<schema key='X'/><schema>{inline}</schema>")
    for payload, failed in (("<a><n>1</n></a>", None), ("<b>1</b>", None), ("<b>x</b>", "1")):
        ran = mediate(schemas, definitions=entry(), payload=payload)
        assert ran.properties.get("failed") == failed


def test_a_schema_refers_to_another_by_a_resource(mediate: Mediate) -> None:
    using = (
        f"<s:schema xmlns:s='{XS}'><s:include schemaLocation='types.xsd'/>"
        "<s:element name='a' type='T'/></s:schema>"
    )
    types = (
        f"<s:schema xmlns:s='{XS}'><s:simpleType name='T'><s:restriction base='s:int'/>"
        "</s:simpleType></s:schema>"
    )
    ran = mediate(
        validate("<schema key='{$ctx:k}'/><resource location='types.xsd' key='T'/>"),
        definitions=entry(using) + entry(types, "T"),
        payload="<a>x</a>",
        properties={"k": "X"},
    )
    assert ran.properties["failed"] == "1"


@pytest.mark.parametrize(("value", "failed"), [("17", None), ('"x"', "1")])
def test_json_is_validated_against_a_json_schema(
    mediate: Mediate, value: str, failed: str | None
) -> None:
    make = f"<payloadFactory media-type='json'><format>{{\"n\": {value}}}</format></payloadFactory>"
    ran = mediate(make + validate(), definitions=entry(JSON_SCHEMA))
    assert ran.properties.get("failed") == failed


@pytest.mark.parametrize("source", ["json-eval($.o)", "${payload.o}", "$ctx:text", "//o"])
def test_a_part_of_json_is_validated(mediate: Mediate, source: str) -> None:
    make = '<payloadFactory media-type=\'json\'><format>{"o": {"n": 1}}</format></payloadFactory>'
    schema = JSON_SCHEMA if source != "//o" else '{"required": ["o"]}'
    ran = mediate(
        make + validate(f"<schema><![CDATA[{schema}]]></schema>", f"source='{source}'"),
        properties={"text": '{"n": 1}'},
    )
    assert ran.properties.get("ERROR_DETAIL") is None


def test_xml_is_validated_against_a_json_schema_as_json(mediate: Mediate) -> None:
    ran = mediate(validate('<schema>{"required": ["a"]}</schema>'), payload="<a><n>1</n></a>")
    assert "failed" not in ran.properties
    ran = mediate(validate('<schema>{"required": ["a"]}</schema>'), payload="")
    assert ran.properties["failed"] == "1"


def test_a_schema_that_is_none_is_a_failure(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match=r"Error creating a new schema objects.*: X: "):
        mediate(validate("<schema key='{\"X\"}'/>"), definitions=entry("<b/>"))
    with pytest.raises(MediationError, match="No Schema is available with the key  : none"):
        mediate(validate("<schema key='{$ctx:k}'/>"), properties={"k": "none"})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (validate(""), "needs <schema>"),
        (validate("<schema/>"), "needs a key, or a schema in it"),
        (validate("<schema key='none'/>"), "'none' is neither"),
        (validate(failed=""), "needs an <on-fail>"),
        (validate(failed="<on-fail/>"), "needs an <on-fail>"),
        (validate(attributes="source='//['"), "XPath"),
        (validate(failed="<on-fail><strange/></on-fail>"), "strange"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content, definitions=entry())
