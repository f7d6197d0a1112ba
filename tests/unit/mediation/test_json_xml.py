"""JSON as XML and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.errors import JsonError
from apns_connector.mediation import xml
from apns_connector.mediation.json_payload import read_json, write_json
from apns_connector.mediation.json_xml import element_to_json, json_to_element, scalar_text


def as_xml(json: str) -> str:
    return xml.serialize(json_to_element(read_json(json.encode()))).decode()


def as_json(document: str) -> str:
    return write_json(element_to_json(xml.parse(document.encode()))).decode()


# Synapse's own table: each JSON text, and the XML it stands for.
BOTH_WAYS = {
    '{"a":1}': "<jsonObject><a>1</a></jsonObject>",
    "{}": "<jsonObject/>",
    "[]": "<jsonArray><?xml-multiple jsonElement?></jsonArray>",
    '[1,"x"]': "<jsonArray><?xml-multiple jsonElement?><jsonElement>1</jsonElement>"
    "<jsonElement>x</jsonElement></jsonArray>",
    '{"k":null}': "<jsonObject><k/></jsonObject>",
    '{"k":{}}': "<jsonObject><k><jsonEmpty>_JsonScanner_EMPTY_OBJECT</jsonEmpty></k></jsonObject>",
    '{"k":[1,2]}': "<jsonObject><?xml-multiple k?><k>1</k><k>2</k></jsonObject>",
    '{"k":[1]}': "<jsonObject><?xml-multiple k?><k>1</k></jsonObject>",
    '{"k":[]}': "<jsonObject><?xml-multiple k?></jsonObject>",
    '{"k":[[1]]}': "<jsonObject><?xml-multiple k?><k><jsonArray><?xml-multiple jsonElement?>"
    "<jsonElement>1</jsonElement></jsonArray></k></jsonObject>",
    "[[1],[]]": "<jsonArray><?xml-multiple jsonElement?><jsonElement><jsonArray>"
    "<?xml-multiple jsonElement?><jsonElement>1</jsonElement></jsonArray></jsonElement>"
    "<jsonElement><jsonArray><?xml-multiple jsonElement?></jsonArray></jsonElement></jsonArray>",
    '{"1a":true}': "<jsonObject><_JsonReader_PD_1a>true</_JsonReader_PD_1a></jsonObject>",
    '{"$a":1.50}': "<jsonObject><_JsonReader_PS_a>1.50</_JsonReader_PS_a></jsonObject>",
    '{"k":{"@id":"7","$":"t"}}': '<jsonObject><k id="7">t</k></jsonObject>',
    '{"k":{"@id":"7"}}': '<jsonObject><k id="7"/></jsonObject>',
    '{"k":{"@id":"7","b":1}}': '<jsonObject><k id="7"><b>1</b></k></jsonObject>',
    "5": "<jsonValue>5</jsonValue>",
    '"x"': "<jsonValue>x</jsonValue>",
    "null": "<jsonValue>null</jsonValue>",
}


@pytest.mark.parametrize("json", BOTH_WAYS)
def test_json_stands_for_xml_and_comes_back(json: str) -> None:
    assert as_xml(json) == BOTH_WAYS[json]
    assert as_json(BOTH_WAYS[json]) == json


@pytest.mark.parametrize(
    ("document", "json"),
    [
        ("<order><id>1</id></order>", '{"order":{"id":1}}'),
        (
            '<o:order xmlns:o="urn:o" o:n="1"><o:id>1</o:id></o:order>',
            '{"order":{"@n":"1","id":1}}',
        ),
        ("<r><a>1</a><a>2</a><b/></r>", '{"r":{"a":[1,2],"b":null}}'),
        ("<r><a>1</a><b/><a>2</a></r>", '{"r":{"a":[1,2],"b":null}}'),
        ("<r> <a>1</a>\n</r>", '{"r":{"a":1}}'),
        ("<r>  </r>", '{"r":null}'),
        ("<r>true</r>", '{"r":true}'),
        ("<r>null</r>", '{"r":null}'),
        ("<r> true</r>", '{"r":" true"}'),
        ("<r>007</r>", '{"r":"007"}'),
        ("<r>-1.0e+5</r>", '{"r":-1.0e+5}'),
        ("<r>+1</r>", '{"r":"+1"}'),
        ("<r><!-- c --><a/><?other pi?></r>", '{"r":{"a":null}}'),
        ("<jsonElement><a>1</a></jsonElement>", '{"a":1}'),
        ("<jsonArray/>", "[]"),
        ("<jsonArray><jsonElement>1</jsonElement></jsonArray>", "[1]"),
        ("<jsonObject>x</jsonObject>", '"x"'),
        ("<r><![CDATA[<a>]]></r>", '{"r":"<a>"}'),
    ],
)
def test_xml_of_any_origin_becomes_json(document: str, json: str) -> None:
    assert as_json(document) == json


def test_text_beside_elements_has_no_json_form() -> None:
    with pytest.raises(JsonError, match="<r> has text beside elements"):
        as_json("<r>text<a/></r>")


def test_characters_that_xml_cannot_carry_are_replaced() -> None:
    assert as_xml('{"a":"x\\u0000y"}') == "<jsonObject><a>x\ufffdy</a></jsonObject>"


def test_a_namespace_declaration_is_no_attribute() -> None:
    json = '{"a":{"@xmlns":"urn:a"}}'
    assert as_xml(json) == "<jsonObject><a><_x0040_xmlns>urn:a</_x0040_xmlns></a></jsonObject>"
    assert as_json(as_xml(json)) == json


def test_a_text_beside_members_keeps_its_name() -> None:
    json = '{"a":{"$":"t","b":1}}'
    assert as_json(as_xml(json)) == json


@pytest.mark.parametrize(
    ("value", "text"), [(None, "null"), (True, "true"), (False, "false"), (5, "5"), ("x", "x")]
)
def test_a_scalar_as_text(value: Any, text: str) -> None:
    assert scalar_text(value) == text


# What XML loses: the empty text, text that looks like another type, and blanks.
_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1
).filter(lambda text: text.strip() == text and element_to_json(json_to_element([text])) == [text])
_scalars = st.none() | st.booleans() | st.integers() | _texts
_names = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Z"]), min_size=1).filter(
    lambda name: name[0] not in "@$" and not name.startswith("json")
)


@settings(deadline=None)
@given(
    st.recursive(
        _scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_value_survives_the_way_there_and_back(value: Any) -> None:
    assert element_to_json(json_to_element(value)) == value
