"""Expressions of every language that Synapse knows, compiled once when the deployment is read."""

from __future__ import annotations

from collections.abc import Mapping

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.evaluation import Expression
from apns_connector.mediation.expressions.json_eval import compile_json_eval
from apns_connector.mediation.expressions.synapse_expression import compile_synapse_expression
from apns_connector.mediation.expressions.xpath import compile_xpath

__all__ = ["Expression", "compile_expression"]

_JSON_EVAL = "json-eval("


def compile_expression(source: str, namespaces: Mapping[str | None, str]) -> Expression:
    """XPath, ``json-eval(…)``, or ``${…}``.

    ``namespaces`` are those in scope where the expression is written; the default one does not
    count. Raises ConfigurationError, without a place, for anything that can never work.
    """
    text = source.strip()
    if not text:
        raise ConfigurationError("the expression is empty")
    if text.startswith(_JSON_EVAL):
        if not text.endswith(")"):
            raise ConfigurationError(f"json-eval has no closing parenthesis: {text}")
        return compile_json_eval(text, text[len(_JSON_EVAL) : -1], namespaces)
    if text.startswith("${"):
        return compile_synapse_expression(text, namespaces)
    return compile_xpath(text, namespaces)
