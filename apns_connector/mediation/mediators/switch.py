"""``<switch>``: the first case that matches."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apns_connector.mediation.expression import Expression
from apns_connector.mediation.mediator import GoesOn, Mediator
from apns_connector.mediation.mediators.branch import branch_from_element
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element

Case = tuple[re.Pattern[str], Mediator]


class Switch:
    """Runs the first case whose pattern matches the whole text, else the default, if there is one.

    Null matches no case. The result is that of what was run.
    """

    def __init__(
        self, source: Expression, cases: Sequence[Case], default: Mediator | None = None
    ) -> None:
        self._source = source
        self._cases = tuple(cases)
        self._default = default

    def mediate(self, message: Message) -> GoesOn:
        chosen = self._choose(self._source.text(message))
        return chosen is None or chosen.mediate(message)

    def _choose(self, text: str | None) -> Mediator | None:
        if text is not None:
            for pattern, mediator in self._cases:
                if pattern.fullmatch(text):
                    return mediator
        return self._default

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Switch:
        """A second default is ignored, as in Synapse."""
        source = reader.expression(element, "source")
        cases = [
            (reader.pattern(case, "regex"), branch_from_element(case, reader))
            for case in element.iterchildren(f"{{{SYNAPSE}}}case")
        ]
        default = element.find(f"{{{SYNAPSE}}}default")
        return cls(source, cases, None if default is None else branch_from_element(default, reader))
