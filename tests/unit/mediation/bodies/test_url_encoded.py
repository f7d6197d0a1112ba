"""Forms in a URL's encoding."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.errors import ContentError, ContentTooLarge
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.url_encoded import read_url_encoded, write_url_encoded


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("a=1&b=x+y%21", "<xformValues><a>1</a><b>x y!</b></xformValues>"),
        ("a=1&a=2", "<xformValues><a>1</a><a>2</a></xformValues>"),
        ("a=&b", "<xformValues><a></a><b></b></xformValues>"),
        ("first+name=x", "<xformValues><first_x0020_name>x</first_x0020_name></xformValues>"),
        ("a=%3Cb%3E%00", "<xformValues><a>&lt;b&gt;\ufffd</a></xformValues>"),
        ("a=1\r\n", "<xformValues><a>1</a></xformValues>"),
        ("", "<xformValues/>"),
    ],
)
def test_a_field_is_an_element(text: str, document: str) -> None:
    assert xml.serialize(read_url_encoded(text, 10)).decode() == document


def test_too_many_fields_are_refused() -> None:
    assert len(read_url_encoded("a=1&b=2", 2)) == 2
    with pytest.raises(ContentTooLarge, match="more than 2 fields"):
        read_url_encoded("a=1&b=2&c=3", 2)


def test_a_value_that_is_no_text_is_refused() -> None:
    with pytest.raises(ContentError, match="no UTF-8"):
        read_url_encoded("a=%ff", 10)


def test_the_children_of_any_payload_are_fields() -> None:
    payload = xml.parse(b"<p:r xmlns:p='urn:p'><p:a>1 &amp; 2</p:a><b>x<c>y</c></b></p:r>")
    assert write_url_encoded(payload) == "a=1+%26+2&b=xy"


_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]))


@settings(deadline=None)
@given(
    st.lists(st.tuples(_text.filter(lambda name: not name.startswith("_Json")), _text), max_size=5)
)
def test_what_is_written_is_read_again(fields: list[tuple[str, str]]) -> None:
    encoded = write_url_encoded(_element(fields))
    assert write_url_encoded(read_url_encoded(encoded, 10)) == encoded


def _element(fields: list[tuple[str, str]]) -> xml.Element:
    return read_url_encoded(urlencode([field for field in fields if field[0]]), 10)
