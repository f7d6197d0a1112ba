"""The words of an expression."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.tokens import (
    Call,
    arguments_of,
    boolean_comparisons,
    function_calls,
    tokens_of,
)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens_of(text) if token.kind != "space"]


@pytest.mark.parametrize(
    "text", ["//a:b[@c = '$x:y']/text()", "$ctx:a.b-c + 1.5", "child::p:*", " x\n or y ", "é:ü/*"]
)
def test_the_tokens_together_are_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens_of(text)) == text


def test_names_may_have_dots_and_hyphens() -> None:
    assert kinds("$ctx:uri.var.id-1") == [("variable", "$ctx:uri.var.id-1")]


def test_a_literal_hides_what_looks_like_a_variable() -> None:
    assert kinds("'$ctx:a'") == [("literal", "'$ctx:a'")]
    assert kinds('"it\'s"') == [("literal", '"it\'s"')]


def test_an_axis_is_no_prefix() -> None:
    assert kinds("child::p:x")[0] == ("name", "child")
    assert ("name", "p:x") in kinds("child::p:x")


def test_a_quote_that_is_not_closed_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not closed"):
        tokens_of("concat('a, $b)")


def test_calls_are_names_before_a_parenthesis_but_operators_are_not() -> None:
    tokens = tokens_of("a (1) or (b) and count(c)")
    assert [tokens[index].text for index in sorted(function_calls(tokens))] == ["a", "count"]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("f()", Call("f", ())),
        ("p:f( 'a' , $b:c)", Call("p:f", ("'a'", "$b:c"))),
        ("f(g(1, 2), x[1, 2], ',')", Call("f", ("g(1, 2)", "x[1, 2]", "','"))),
        ("f(1) + f(2)", None),
        ("f(1)/x", None),
        ("(f(1))", None),
        ("x", None),
    ],
)
def test_an_expression_that_is_one_call_is_taken_apart(text: str, call: Call | None) -> None:
    assert arguments_of(text, tokens_of(text)) == call


@pytest.mark.parametrize(
    ("text", "operand", "boolean"),
    [
        ("$ctx:a = true()", "$ctx:a", "true()"),
        ("false ( )!=$ctx:a", "$ctx:a", "false ( )"),
        ("x and f( 'a', 'b' ) = false()", "f( 'a', 'b' )", "false()"),
        ("not(f() != true())", "f()", "true()"),
        ("//x[$ctx:a = true()]", "$ctx:a", "true()"),
    ],
)
def test_comparisons_with_booleans_are_found(text: str, operand: str, boolean: str) -> None:
    tokens = tokens_of(text)
    (found,) = boolean_comparisons(tokens)
    assert found.operand == operand
    assert found.value is boolean.startswith("true")
    assert "".join(token.text for token in tokens[found.tokens]) == boolean


@pytest.mark.parametrize(
    "text",
    [
        "$ctx:a = 'true()'",
        "$ctx:a >= true()",
        "$ctx:a/b = true()",
        "//f() = true()",
        "f(.) = true()",
        "1 + $ctx:a = true()",
        "$ctx:a = true() + 1",
        "$ctx:a = true() = $ctx:b",
        "true() = false()",
        "true = $ctx:a",
    ],
)
def test_an_operand_that_is_more_than_a_variable_or_a_call_is_left_alone(text: str) -> None:
    assert boolean_comparisons(tokens_of(text)) == []
