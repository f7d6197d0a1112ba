"""<property>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.expressions.typed_value import convert

Mediate = Callable[..., Any]


def test_a_value_and_an_expression_are_set(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='a' value='x'/><property name='b' expression='//x'/>"
        "<property name='c' value=''/>",
        payload="<r><x>1</x></r>",
    )
    assert ran.result is True
    assert ran.properties == {"a": "x", "b": "1", "c": ""}


@pytest.mark.parametrize("scope", ["axis2", "transport", "operation", "axis2-client"])
def test_the_scope_decides_where(mediate: Mediate, scope: str) -> None:
    ran = mediate(f"<property name='a' value='x' scope='{scope}'/>")
    assert ran.message.properties.get("a", scope) == "x"
    assert ran.properties == {}


def test_remove_forgets_a_property(mediate: Mediate) -> None:
    ran = mediate("<property name='a' action='remove'/>", properties={"a": "1", "b": "2"})
    assert ran.properties == {"b": "2"}


def test_the_name_may_be_an_expression(mediate: Mediate) -> None:
    ran = mediate("<property name='{$ctx:n}' value='x'/>", properties={"n": "dynamic"})
    assert ran.properties["dynamic"] == "x"
    with pytest.raises(MediationError, match="name of a property"):
        mediate("<property name='{$ctx:n}' value='x'/>")


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("STRING", " x ", " x "),
        ("BOOLEAN", "True", True),
        ("BOOLEAN", "yes", False),
        ("DOUBLE", "1.5", 1.5),
        ("FLOAT", "1", 1.0),
        ("INTEGER", "3.0", 3),
        ("LONG", "-9223372036854775808", -(2**63)),
        ("SHORT", "7", 7),
    ],
)
def test_a_type_converts(mediate: Mediate, type_: str, text: str, value: object) -> None:
    ran = mediate(f"<property name='a' value='{text}' type='{type_}'/>")
    assert ran.properties["a"] == value
    assert type(ran.properties["a"]) is type(value)


@pytest.mark.parametrize(
    ("type_", "text"),
    [("INTEGER", "x"), ("INTEGER", "2147483648"), ("SHORT", "32768"), ("DOUBLE", ""), ("OM", "x")],
)
def test_text_that_is_not_of_the_type_fails(type_: str, text: str) -> None:
    with pytest.raises(MediationError, match=f"no {type_}"):
        convert(text, type_)


def test_om_keeps_an_element(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='a' expression='//x' type='OM'/><property name='b' expression='//none' "
        "type='OM'/><property name='c' value='&lt;y/&gt;' type='OM'/>",
        payload="<r><x>1</x></r>",
    )
    assert ran.properties["a"].tag == "x"
    assert "b" not in ran.properties
    assert ran.properties["c"].tag == "y"


def test_each_message_gets_its_own_copy_of_inline_xml(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='a'><x xmlns=''>1</x></property><property name='b' expression='$ctx:a'/>"
        "<property name='a2'><x xmlns=''>1</x></property>"
    )
    assert ran.properties["a"].tag == "x"
    assert ran.properties["a"].getparent() is None
    assert ran.properties["b"] == "1"


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        ("pattern='[a-z]+'", "abc"),
        ("pattern='b'", ""),
        ("pattern='(a)(b)c' group='2'", "b"),
        ("pattern='(a)bc' group='5'", ""),
        ("pattern='(x)?abc' group='1'", ""),
    ],
)
def test_a_pattern_cuts_a_group_out_of_the_whole_text(
    mediate: Mediate, attributes: str, value: str
) -> None:
    assert mediate(f"<property name='a' value='abc' {attributes}/>").properties["a"] == value


def test_response_marks_the_message(mediate: Mediate) -> None:
    assert mediate("<property name='RESPONSE' value='true'/>").message.response
    assert not mediate("<property name='RESPONSE' value='false'/>").message.response
    assert not mediate("<property name='RESPONSE' value='true' scope='axis2'/>").message.response


def test_the_message_type_sets_the_content_type(mediate: Mediate) -> None:
    message = mediate("<property name='messageType' value='text/plain' scope='axis2'/>").message
    assert message.properties.get("ContentType", "axis2") == "text/plain"
    assert message.properties.get("content-type", "transport") == "text/plain"


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ("", "'name'"),
        ("name='a'", "'value' or 'expression'"),
        ("name='a' expression=''", "'expression'"),
        ("name='a' value='x' scope='nonsense'", "scope 'nonsense'"),
        ("name='a' value='x' type='XML'", "type 'XML'"),
        ("name='a' value='{' type='JSON'", "'{' is no JSON"),
        ("name='a' value='x' type='INTEGER'", "'x' is no INTEGER"),
        ("name='a' value='x' group='1'", "group but no pattern"),
        ("name='a' value='x' pattern='x' group='-1'", "group '-1'"),
        ("name='a' value='x' pattern='('", "pattern"),
        ("name='a' expression='//b:x'", "prefix 'b'"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, attributes: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(f"<property {attributes}/>")


@pytest.mark.parametrize("type_", ["INTEGER", "LONG", "DOUBLE"])
def test_what_only_python_reads_as_a_number_is_none(type_: str) -> None:
    with pytest.raises(MediationError, match="1_000"):
        convert("1_000", type_)


def test_a_property_may_hold_json(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='a' expression='json-eval($.items)' type='JSON'/>"
        "<property name='b' value='{&quot;x&quot;: [1]}' type='JSON'/>"
        "<property name='c' expression='json-eval($ctx:b.x[0])'/>"
        "<property name='d' expression='$ctx:a'/>",
        json={"items": [{"n": 1}]},
    )
    assert ran.properties == {"a": [{"n": 1}], "b": {"x": [1]}, "c": "1", "d": '[{"n":1}]'}


def test_what_is_missing_in_json_is_the_empty_text(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='a' expression='json-eval($.none)'/>"
        "<property name='b' expression='json-eval($.null)'/>"
        "<property name='c' expression='${payload.none}'/>",
        json={"null": None},
        properties={"a": "old", "b": "old", "c": "old"},
    )
    assert ran.properties == {"a": "", "b": "null", "c": ""}


def test_a_synapse_expression_is_converted(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='{${payload.name}}' expression='${payload.n + 1}' type='INTEGER'/>"
        "<property name='om' expression=\"${xpath('//n')}\" type='OM'/>",
        json={"name": "dynamic", "n": 5},
    )
    assert ran.properties["dynamic"] == 6
    assert ran.properties["om"].tag == "n"
