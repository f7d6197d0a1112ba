"""Which language an expression is written in."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.expressions.json_eval import JsonEval
from apns_connector.mediation.expressions.synapse_expression import SynapseExpression
from apns_connector.mediation.expressions.xpath import XPathExpression


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("//a", XPathExpression),
        ("$ctx:x", XPathExpression),
        ("json-eval($.a)", JsonEval),
        ("  json-eval($.a)  ", JsonEval),
        ("${payload.a}", SynapseExpression),
    ],
)
def test_the_beginning_tells_the_language(source: str, kind: type[Expression]) -> None:
    expression = compile_expression(source, {})
    assert type(expression) is kind
    assert expression.source == source.strip()
    assert repr(expression) == f"{kind.__name__}({source.strip()!r})"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("json-eval($.a", "no closing parenthesis"),
        ("${payload.a", "'}' is expected"),
    ],
)
def test_what_is_no_expression_is_told(source: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        compile_expression(source, {})
