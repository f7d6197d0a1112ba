"""Escaping and converting what goes into a payload."""

from __future__ import annotations

from typing import Any

import pytest

from apns_connector.mediation import xml
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.payload_text import (
    Medium,
    argument_text,
    is_xml,
    value_text,
    wants_quotes,
)

XML, JSON, TEXT = Medium


@pytest.mark.parametrize(
    ("text", "medium", "options", "inserted"),
    [
        ('a < "b" & c', XML, {}, "a &lt; &quot;b&quot; &amp; c"),
        ("<a>1</a>", XML, {}, "<a>1</a>"),
        ("<a>1</b>", XML, {}, "&lt;a&gt;1&lt;/b&gt;"),
        ("<a>1</a>", XML, {"literal": True}, "<a>1</a>".replace("<", "&lt;").replace(">", "&gt;")),
        ('{"a":{"b":1}}', XML, {"from_json": True}, "<a><b>1</b></a>"),
        ("[1,2]", XML, {"from_json": True}, "<jsonElement>1</jsonElement><jsonElement>2"
         "</jsonElement>"),
        ('{"a":[1,2]}', XML, {"from_json": True}, "<a>1</a><a>2</a>"),
        ('{"a":1}', XML, {}, "{&quot;a&quot;:1}"),
        ("{no json}", XML, {"from_json": True}, "{no json}"),
        ('say "hi"\n\\', JSON, {}, 'say \\"hi\\"\\n\\\\'),
        ('{"a":1}', JSON, {}, '{"a":1}'),
        ('{"a":1}', JSON, {"literal": True}, '{\\"a\\":1}'),
        ("<a><b>1</b></a>", JSON, {}, '{"a":{"b":1}}'),
        ("<a>1</a>", JSON, {"from_json": True}, "<a>1</a>"),
        ("<a>x<b/></a>", JSON, {}, "<a>x<b/></a>"),
        ("17", JSON, {}, "17"),
        ('<a> & "', TEXT, {}, '<a> & "'),
    ],
)  # fmt: skip
def test_an_argument_is_escaped_or_converted_for_what_is_written(
    text: str, medium: Medium, options: dict[str, bool], inserted: str
) -> None:
    assert argument_text(text, medium, **options) == inserted


@pytest.mark.parametrize(
    ("value", "medium", "quoted", "inserted"),
    [
        (None, JSON, True, ""),
        (None, JSON, False, "null"),
        (None, XML, False, ""),
        ('a "b"', JSON, True, 'a \\"b\\"'),
        (True, JSON, False, "true"),
        (12, JSON, False, "12"),
        ({"a": "b"}, JSON, False, '{"a":"b"}'),
        ({"a": "b"}, JSON, True, '{\\"a\\":\\"b\\"}'),
        (JsonArray([1]), TEXT, False, "[1]"),
        ({"a": "b"}, XML, False, "<a>b</a>"),
        ("<a/>", XML, False, "&lt;a/&gt;"),
        ('"', XML, True, "&quot;"),
        (xml.parse(b"<a><b/></a>"), XML, False, "<a><b/></a>"),
        (xml.parse(b"<a><b/></a>"), XML, True, "&lt;a&gt;&lt;b/&gt;&lt;/a&gt;"),
        (xml.parse(b"<a><b>1</b></a>"), JSON, False, '{"a":{"b":1}}'),
        (xml.parse(b"<a><b c='1'/></a>"), JSON, True, '<a><b c=\\"1\\"/></a>'),
        ([xml.parse(b"<a>1</a>")], TEXT, False, "1"),
        ("any", TEXT, True, "any"),
    ],
)
def test_a_value_is_written_by_its_kind(
    value: Any, medium: Medium, quoted: bool, inserted: str
) -> None:
    assert value_text(value, medium, quoted=quoted) == inserted


@pytest.mark.parametrize("text", ["", "<>", "<a>", "a", "<a/><b/>", "<!DOCTYPE a><a/>"])
def test_only_a_whole_document_is_xml(text: str) -> None:
    assert not is_xml(text)
    assert is_xml("  <a b='1'/>\n")


@pytest.mark.parametrize("text", ["1", "-1.5e3", "true", "null", ' {"a":1}', "[1]"])
def test_values_of_json_want_no_quotes(text: str) -> None:
    assert not wants_quotes(text)


@pytest.mark.parametrize("text", ["", "abc", "007", "True"])
def test_texts_want_quotes(text: str) -> None:
    assert wants_quotes(text)
