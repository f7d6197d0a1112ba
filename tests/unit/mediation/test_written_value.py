"""Values as MessagePack."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from lxml import etree

from apns_connector.errors import JsonError, XmlError
from apns_connector.mediation.json_value import ExactFloat, JsonArray
from apns_connector.mediation.written_value import (
    NotWritable,
    own_json,
    read_extension,
    writable_text,
    writable_value,
)


def again(value: Any) -> Any:
    content = msgspec.msgpack.encode(writable_value(value))
    return msgspec.msgpack.decode(content, ext_hook=read_extension)


@pytest.mark.parametrize("value", [None, True, "", "ä", 0, -(2**63), 2**64, 10**30, 1.5, {"a": []}])
def test_a_plain_value_comes_back(value: Any) -> None:
    assert again(value) == value
    assert type(again(value)) is type(value)


def test_a_number_with_its_digits_comes_back_with_them() -> None:
    assert again(ExactFloat("1.10")).text == "1.10"


def test_json_arrays_and_lists_of_nodes_stay_two_things() -> None:
    assert type(again(JsonArray([1]))) is JsonArray
    (node,) = again([etree.Element("a")])
    assert node.tag == "a"


def test_the_result_of_an_xpath_becomes_plain_text() -> None:
    (text,) = etree.XML("<a>x</a>").xpath("text()")  # type: ignore[union-attr, misc]
    assert type(writable_value(text)) is str


@pytest.mark.parametrize(
    "value", [object(), ValueError(), {"a": object()}, [object()], etree.Comment("x"), b"x"]
)
def test_what_has_no_written_form_is_told(value: Any) -> None:
    with pytest.raises(NotWritable):
        writable_value(value)


def test_half_a_character_becomes_a_replacement() -> None:
    assert writable_text("a\udc00ä") == "a\ufffdä"


def test_own_json_may_be_larger_than_that_of_a_request() -> None:
    assert len(own_json(b"[" + b"1," * 200_000 + b"1]")) == 200_001
    assert own_json(b'"x"') == "x"


@pytest.mark.parametrize(
    ("code", "content", "error"), [(1, b"<a", XmlError), (2, b"[", JsonError), (9, b"", ValueError)]
)
def test_a_damaged_extension_is_told(code: int, content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_extension(code, memoryview(content))
