"""Names of JSON members as names of elements."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from apns_connector.mediation.json_names import to_name, to_tag


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("plain", "plain"),
        ("a.b-c_1", "a.b-c_1"),
        ("1x", "_JsonReader_PD_1x"),
        ("$ref", "_JsonReader_PS_ref"),
        ("$", "_JsonReader_PS_"),
        ("a b", "a_x0020_b"),
        ("a:b", "a_x003A_b"),
        ("-a", "_x002D_a"),
        ("", "_x0000_"),
        ("_x0020_", "_x005F_x0020_"),
        ("\u00e9", "\u00e9"),
        ("\U0001f600", "\U0001f600"),
        ("a\u00d7", "a_x00D7_"),
    ],
)
def test_a_name_becomes_a_tag_and_the_tag_the_name_again(name: str, tag: str) -> None:
    assert to_tag(name) == tag
    assert to_name(tag) == name


def test_of_a_tag_with_a_namespace_the_local_name_counts() -> None:
    assert to_name("{urn:a}alert") == "alert"


@settings(deadline=None)
@given(st.text(max_size=20))
def test_every_name_has_a_tag_that_xml_takes_and_that_leads_back(name: str) -> None:
    tag = to_tag(name)
    etree.Element(tag)
    if not name.startswith(("_JsonReader_PD_", "_JsonReader_PS_")) and "\0" not in name:
        assert to_name(tag) == name
