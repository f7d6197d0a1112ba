"""JSON texts to values and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.errors import JsonError
from apns_connector.mediation.json_payload import json_text, read_json, write_json
from apns_connector.mediation.json_value import ExactFloat
from apns_connector.mediation.xml import Limits


@pytest.mark.parametrize(
    "text",
    [
        "1.10", "1e400", "-0.0", "1E5", "12345678901234567890123", "0.1000000000000000055",
        "null", "true", '"x"', "[]", "{}", '{"a":[1.0,{"b":2.50}]}', '"\u00e4\U0001f600"',
        '"/<>&\'"', '"\\"\\\\"',
    ],
)  # fmt: skip
def test_what_is_read_is_written_again_as_it_was(text: str) -> None:
    assert write_json(read_json(text.encode())) == text.encode()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (' {"a" : 1 } ', {"a": 1}),
        ('"\\u0041\\n\\ud83d\\ude00"', "A\n\U0001f600"),
        ('"\\u0000"', "\0"),
        ("\ufeff[1]", [1]),
    ],
)
def test_a_text_is_read(text: str, value: Any) -> None:
    assert read_json(text.encode()) == value


def test_of_two_members_of_one_name_the_last_counts() -> None:
    assert read_json(b'{"a":1,"b":2,"a":3}') == {"a": 3, "b": 2}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"  ", b"{", b"[1,]", b"{'a':1}", b"{a:1}", b"NaN", b"Infinity", b"01", b"+1", b".5",
        b'"a\nb"', b'"\xff"', b'"\\ud800"', b"1 2", b"// c\n1", b"<a/>", b"tru", b"9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(JsonError, match="is no JSON"):
        read_json(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b'"12345678901234567890"', "22 bytes, more than 20"),
        (b"[[[[1]]]]", "more than 4 deep"),
        (b'[{"a":[{"a":[]}]}]', "more than 4 deep"),
        (b"[1,2,3,4,5,6]", "more than 6 values"),
    ],
)
def test_what_is_too_large_is_refused(text: bytes, complaint: str) -> None:
    with pytest.raises(JsonError, match=complaint):
        read_json(text, Limits(size=20, depth=4, elements=6))


@pytest.mark.parametrize("text", [b"[[[1]]]", b"[1,2,3,4,5]"])
def test_what_is_just_small_enough_is_read(text: bytes) -> None:
    assert write_json(read_json(text, Limits(size=20, depth=4, elements=6))) == text


def test_nesting_beyond_every_limit_of_python_is_refused() -> None:
    with pytest.raises(JsonError, match="more than 200 deep"):
        read_json(b"[" * 400_000)


def test_half_a_character_is_replaced_when_it_is_written() -> None:
    assert write_json({"\ud800": ["\ud800", 1]}) == '{"\ufffd":["\ufffd",1]}'.encode()


def test_what_has_no_form_in_json_is_told() -> None:
    with pytest.raises(JsonError, match="cannot be written as JSON"):
        write_json({"a": object()})
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(JsonError, match="cannot be written as JSON"):
        write_json(circle)


def test_numbers_of_any_size_are_written() -> None:
    assert json_text([2**100, ExactFloat("1.50"), 0.5]) == f"[{2**100},1.50,0.5]"


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(_json)
def test_another_reader_sees_the_same(value: Any) -> None:
    text = json.dumps(value)
    try:
        ours = read_json(text.encode())
    except JsonError:
        assert "\\ud" in text  # half a character
        return
    assert ours == value
    assert json.loads(write_json(ours)) == value


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_refused(noise: bytes) -> None:
    try:
        value = read_json(noise)
    except JsonError:
        return
    assert read_json(write_json(value)) == value
