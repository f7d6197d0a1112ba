"""Names and paths in synapse expressions."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.synapse_parser import Parser


@pytest.mark.parametrize(
    "text", [".name", '["name"]', "['name']", '.["name"]', ".'name'", '[ "name" ]']
)
def test_a_name_may_be_written_in_several_ways(text: str) -> None:
    parser = Parser(text, {})
    assert parser.name() == "name"
    assert parser.at_end


@pytest.mark.parametrize("text", ["", "name", "[name]", ".1", "[1]"])
def test_anything_else_is_no_name(text: str) -> None:
    with pytest.raises(ConfigurationError):
        Parser(text, {}).name()


@pytest.mark.parametrize(
    "text",
    [".a", "[0]", '["a b"]', "..a", "..*", "..[0]", ".*", "[*]", "[0,1]", "[1:2]", "[:-1]", "[::2]",
     "[?(@.a == ']')]", ".a.length()", ".[0]", ".a[?(@.b[0] > 1 && (@.c))].d"],
)  # fmt: skip
def test_a_path_ends_where_it_ends(text: str) -> None:
    parser = Parser(f"{text} + 1", {})
    assert parser.path() is not None
    assert parser.text[parser.at :] == " + 1"


def test_there_may_be_no_path() -> None:
    assert Parser(" + 1", {}).path() is None
