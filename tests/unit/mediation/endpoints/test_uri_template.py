"""URI templates; the cases are those of RFC 6570, 1.2 and 3.2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.endpoints.uri_template import UriTemplate

VALUES = {
    "var": "value",
    "hello": "Hello World!",
    "half": "50%",
    "path": "/foo/bar",
    "empty": "",
    "x": "1024",
    "y": "768",
    "encoded": "a%20b c",
    "uri.var.user": "7 & 8/9",
    "town": "Zürich",
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("http://h/none", "http://h/none"),
        ("{var}", "value"),
        ("{hello}", "Hello%20World%21"),
        ("{half}", "50%25"),
        ("O{empty}X", "OX"),
        ("O{undef}X", "OX"),
        ("{x,y}", "1024,768"),
        ("{x,hello,y}", "1024,Hello%20World%21,768"),
        ("?{x,empty}", "?1024,"),
        ("?{x,undef}", "?1024"),
        ("{var:3}", "val"),
        ("{var:30}", "value"),
        ("{+var}", "value"),
        ("{+hello}", "Hello%20World!"),
        ("{+half}", "50%25"),
        ("{+path}/here", "/foo/bar/here"),
        ("{+encoded}", "a%20b%20c"),
        ("{encoded}", "a%2520b%20c"),
        ("{#path,x}/here", "#/foo/bar,1024/here"),
        ("{#undef}", ""),
        ("X{.var}", "X.value"),
        ("X{.x,y}", "X.1024.768"),
        ("{/var}", "/value"),
        ("{/var,x}/here", "/value/1024/here"),
        ("{/var,empty}", "/value/"),
        ("{;x,y,empty}", ";x=1024;y=768;empty"),
        ("{?x,y}", "?x=1024&y=768"),
        ("{?x,y,empty}", "?x=1024&y=768&empty="),
        ("{?undef}", ""),
        ("?fixed=yes{&x}", "?fixed=yes&x=1024"),
        ("{x*}", "1024"),
        ("http://h/users/{uri.var.user}/devices", "http://h/users/7%20%26%208%2F9/devices"),
        ("{town}", "Z%C3%BCrich"),
    ],
)
def test_a_template_expands_as_the_standard_says(template: str, expected: str) -> None:
    assert UriTemplate(template).expand(VALUES.get) == expected


@pytest.mark.parametrize(
    "source", ["{", "}", "a{b", "a}b{c", "{}", "{ a }", "{=a}", "{a,}", "{{a}}"]
)
def test_what_is_no_template_is_refused_when_it_is_read(source: str) -> None:
    with pytest.raises(ConfigurationError, match="URI template"):
        UriTemplate(source)


@given(st.text(st.characters()))
def test_no_value_can_leave_its_place(value: str) -> None:
    expanded = UriTemplate("http://h/{v}/end").expand({"v": value}.get)
    assert expanded.startswith("http://h/")
    assert not set(expanded[len("http://h/") : -len("/end")]) & set("/?#@:& \r\n")


def test_half_a_character_of_json_is_replaced() -> None:
    assert UriTemplate("{v}{+v}").expand({"v": "\ud800"}.get) == "%3F?"
