"""What is no synapse expression, and where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.synapse_expression import compile_synapse_expression


@pytest.mark.parametrize(
    ("source", "position", "complaint"),
    [
        ("${", 3, "a value is expected"),
        ("${}", 3, "a value is expected"),
        ("${1 +}", 6, "a value is expected"),
        ("${payload.a", 12, "'}' is expected"),
        ("${payload.a b}", 13, "'}' is expected"),
        ("${payload.a} b", 13, "the expression has ended"),
        ("${(1}", 5, "')' is expected"),
        ("${1 ? 2}", 8, "':' is expected"),
        ("${[1 2]}", 6, "']' is expected"),
        ("${nope.x}", 3, "'nope' is none of payload, vars"),
        ("${props.x.y}", 3, "'props' is none of"),
        ("${foo(1)}", 3, "the function foo is not known"),
        ("${length()}", 3, "length takes 1 arguments, not 0"),
        ("${now(1)}", 3, "now takes 0 arguments, not 1"),
        ("${xpath()}", 3, "xpath takes 1 or 2 arguments"),
        ("${exists(1, 2)}", 3, "exists takes 1"),
        ("${hashicorp-vault('a','b')}", 3, "hashicorp-vault is not supported"),
        ("${payload.}", 11, "a name, * or [ is expected"),
        ("${payload.a[}", 13, "a value is expected"),
        ("${payload.a[0", 14, "']' is expected"),
        ("${payload.a[?(@.b", 18, "the filter has no end"),
        ("${vars}", 7, "a name is expected"),
        ("${vars[0]}", 8, "a text in quotes is expected"),
        ("${'abc}", 3, "a text in quotes is expected"),
    ],
)
def test_what_is_wrong_is_told_with_its_position(
    source: str, position: int, complaint: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        compile_synapse_expression(source, {})
    start = f"the synapse expression {source} is not valid at position {position}: "
    assert str(told.value).startswith(start)
    assert complaint in str(told.value)


@pytest.mark.parametrize(
    "source",
    ["${payload.a[?(@.b >)]}", "${payload.a['x',]}", "${xpath('//a[')}", "${xpath('//b:a')}"],
)
def test_a_path_that_is_known_now_is_read_now(source: str) -> None:
    with pytest.raises(ConfigurationError):
        compile_synapse_expression(source, {})


@settings(deadline=None)
@given(st.text("payloadvrs.[]()'\"?:!=<>&|+-*/% 01,$@", max_size=25))
def test_any_text_is_an_expression_or_told_to_be_none(text: str) -> None:
    try:
        compile_synapse_expression(f"${{{text}}}", {})
    except ConfigurationError as error:
        assert "is not valid at position" in str(error)  # noqa: PT017 - either outcome is fine
