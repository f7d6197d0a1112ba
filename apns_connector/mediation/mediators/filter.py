"""``<filter>``: if, then, else."""

from __future__ import annotations

import re

from apns_connector.mediation.expression import Expression
from apns_connector.mediation.mediator import GoesOn, Mediator
from apns_connector.mediation.mediators.branch import branch_from_element
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element

_THEN = f"{{{SYNAPSE}}}then"
_ELSE = f"{{{SYNAPSE}}}else"


class Filter:
    """Runs one of two branches. With ``pattern`` the text of the expression must match as a whole,
    without it the expression must be true.

    The result is that of the branch: ``False`` in a branch ends the flow behind the filter too.
    """

    def __init__(
        self,
        condition: Expression,
        then: Mediator,
        otherwise: Mediator | None = None,
        *,
        pattern: re.Pattern[str] | None = None,
    ) -> None:
        self._condition = condition
        self._pattern = pattern
        self._then = then
        self._otherwise = otherwise

    def mediate(self, message: Message) -> GoesOn:
        if self._holds(message):
            return self._then.mediate(message)
        return self._otherwise is None or self._otherwise.mediate(message)

    def _holds(self, message: Message) -> bool:
        if self._pattern is None:
            return self._condition.boolean(message)
        text = self._condition.text(message)
        return text is not None and self._pattern.fullmatch(text) is not None

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Filter:
        """Raises ConfigurationError without a condition, and for ``<else>`` without ``<then>``."""
        by_source = element.get("source") is not None
        condition = reader.expression(element, "source" if by_source else "xpath")
        pattern = reader.pattern(element, "regex") if by_source else None
        then, otherwise = element.find(_THEN), element.find(_ELSE)
        if then is None and otherwise is not None:
            raise reader.error(
                otherwise, "<else> without <then>: put the other mediators in <then>"
            )
        return cls(
            condition,
            reader.mediators(element) if then is None else branch_from_element(then, reader),
            None if otherwise is None else branch_from_element(otherwise, reader),
            pattern=pattern,
        )
