"""``${…}``: the expressions of the Micro Integrator from 4.4 on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from lxml import etree

from apns_connector.mediation.expressions.evaluation import Expression
from apns_connector.mediation.expressions.synapse_calls import XPathCall
from apns_connector.mediation.expressions.synapse_parser import Parser
from apns_connector.mediation.expressions.synapse_values import EvaluationError, text_of
from apns_connector.mediation.expressions.variables import Getter
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)


class SynapseExpression(Expression):
    """What has no value is null, and ``""`` as text: a warning says why.

    As a condition only the text ``true`` holds (Synapse: SynapseExpression).
    """

    def __init__(self, source: str, evaluate: Getter) -> None:
        super().__init__(source)
        self._evaluate = evaluate
        self._native = evaluate.nodes if isinstance(evaluate, XPathCall) else evaluate

    def value(self, message: Message) -> Any:
        return self._result(self._native, message)

    def text(self, message: Message) -> str:
        result = self._result(self._evaluate, message)
        return "" if result is None else text_of(result)

    def boolean(self, message: Message) -> bool:
        return self.text(message).lower() == "true"

    def parameter(self, message: Message) -> Any:
        result = self.value(message)
        return result if isinstance(result, etree._Element) else self.text(message)

    def _result(self, evaluate: Getter, message: Message) -> Any:
        try:
            return evaluate(message)
        except EvaluationError as error:
            _log.warning("The expression %s has no value: %s", self.source, error)
            return None


def compile_synapse_expression(
    text: str, namespaces: Mapping[str | None, str]
) -> SynapseExpression:
    """``text`` with its ``${`` and ``}``. Raises ConfigurationError with the position of what is
    wrong."""
    parser = Parser(text, namespaces, at=len("${"))
    evaluate = parser.expression()
    parser.expect("}")
    if not parser.at_end:
        raise parser.error("the expression has ended")
    return SynapseExpression(text, evaluate)
