"""JSONPath as text, against the bookshop that every description of JSONPath uses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.json_path import MISSING
from apns_connector.mediation.expressions.json_path_parser import compile_path

SHOP = {
    "store": {
        "book": [
            {"title": "A", "price": 8.95, "kind": "fiction", "isbn": "1"},
            {"title": "B", "price": 12.99, "kind": "reference"},
            {"title": "C", "price": 8, "kind": "fiction", "tags": ["x", "y"]},
        ],
        "bicycle": {"price": 19.95, "first name": "Fritz"},
    },
    "limit": 10,
    "we.ird": 1,
    "o'k": 2,
    "nothing": None,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", SHOP),
        ("$.", SHOP),
        ("$.limit", 10),
        ("limit", 10),
        ("$.store.book[0].title", "A"),
        ("$.store.book[-1].title", "C"),
        ("$['store']['book'][0]['title']", "A"),
        ('$["we.ird"]', 1),
        (r"$['o\'k']", 2),
        ("$.store.bicycle['first name']", "Fritz"),
        ("$.nothing", None),
        ("$.store.book.length()", 3),
        ("$.store.book[0]['title','price']", {"title": "A", "price": 8.95}),
        ("$.store.book[ 0 ].title", "A"),
        ("$.none", MISSING),
        ("$.store.book.title", MISSING),
        ("$.store.book[9]", MISSING),
        ("$.limit[0]", MISSING),
        ("$.none.length()", MISSING),
    ],
)
def test_a_definite_path_leads_to_one_value(path: str, value: Any) -> None:
    compiled = compile_path(path)
    assert compiled.definite
    assert compiled.read(SHOP) == value


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$.store.book[*].title", ["A", "B", "C"]),
        ("$.store.book.*.title", ["A", "B", "C"]),
        ("$..title", ["A", "B", "C"]),
        ("$..price", [8.95, 12.99, 8, 19.95]),
        ("$..['title','kind']", [
            {"title": "A", "kind": "fiction"}, {"title": "B", "kind": "reference"},
            {"title": "C", "kind": "fiction"},
        ]),
        ("$..book[0].title", ["A"]),
        ("$..book[0,2].title", ["A", "C"]),
        ("$.store.book[1:].title", ["B", "C"]),
        ("$.store.book[:2].title", ["A", "B"]),
        ("$.store.book[0:3:2].title", ["A", "C"]),
        ("$.store.book[-2:].title", ["B", "C"]),
        ("$.store.book[0,1].title", ["A", "B"]),
        ("$..title.length()", 3),
        ("$..none", []),
        ("$.none[*]", []),
        ("$.store.book[?(@.price<10)].title", ["A", "C"]),
        ("$.store.book[?(@.price < $.limit && @.kind == 'fiction')].title", ["A", "C"]),
        ("$.store.book[?(@.title == 'B' || @.price == 8)].title", ["B", "C"]),
        ("$.store.book[?(!(@.title == 'B') && @.isbn)].title", ["A"]),
        ("$.store.book[?(@.isbn)].title", ["A"]),
        ("$.store.book[?(!@.isbn)].title", ["B", "C"]),
        ("$.store.book[?(@.title =~ /[ab]/i)].title", ["A", "B"]),
        ("$.store.book[?(@.title in ['A', \"C\"])].title", ["A", "C"]),
        ("$.store.book[?(@.tags contains 'x')].title", ["C"]),
        ("$.store.book[?(@.tags.length() > 1)].title", ["C"]),
        ("$.store.book[?(@['kind'] != 'fiction')].title", ["B"]),
        ("$..[?(@.price > 19)].price", [19.95]),
        ("$.store.book[?(@.isbn == null)].title", []),
        ("$.store.book[?(@.tags[?(@ == 'y')])].title", ["A", "B", "C"]),
    ],
)  # fmt: skip
def test_any_other_path_leads_to_a_list(path: str, values: Any) -> None:
    compiled = compile_path(path)
    assert not compiled.definite
    assert compiled.read(SHOP) == values


@pytest.mark.parametrize(
    ("path", "position", "complaint"),
    [
        ("$.a[", 5, "a name in quotes, an index"),
        ("$.a[]", 5, "a name in quotes, an index"),
        ("$.a[1", 6, "']' is expected"),
        ("$.a['x]", 5, "a text in quotes is expected"),
        ("$.a b", 4, "the path does not go on like this"),
        ("$..", 4, "a name is expected"),
        ("$.a.[", 6, "a name in quotes"),
        ("$.a[1:2:0]", 10, "a step that is not 0"),
        ("$.a[(@.length-1)]", 5, "a name in quotes, an index"),
        ("$.a[?(@.b >)]", 12, "a path, a text, a number"),
        ("$.a[?(@.b == 1]", 15, "')' is expected"),
        ("$.a[?(@.b =~ /x)]", 14, "no closing /"),
        ("$.a[?(@.b =~ /(/)]", 17, "regular expression is not valid"),
        ("$.a[?(@.b in [1 2])]", 17, "',' or ']' is expected"),
        ("$.a.unknown()", 14, "function unknown() is not known"),
        ("$.a.length(5)", 14, "function length(5) is not known"),
    ],
)
def test_what_is_wrong_is_told_with_its_position(path: str, position: int, complaint: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        compile_path(path)
    assert f"the JSONPath {path} is not valid at position {position}: " in str(told.value)
    assert complaint in str(told.value)


def test_a_path_that_is_compiled_is_remembered() -> None:
    assert compile_path("$.a.b") is compile_path("$.a.b")


@settings(deadline=None)
@given(st.text("$@.[]()'\"*?:,=!<>&|/ab01 -", max_size=25))
def test_any_text_is_a_path_or_told_to_be_none(text: str) -> None:
    try:
        path = compile_path(text)
    except ConfigurationError as error:
        assert "is not valid at position" in str(error)  # noqa: PT017 - either outcome is fine
        return
    path.read({"a": [1, {"b": 0}], "b": "a"})
