"""``<clone>``: copies of the message, each with a way of its own, under way at once or in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from apns_connector.errors import MediationError
from apns_connector.mediation.branch import run_branch, start
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.splitting import (
    Target,
    begin_split,
    mark,
    run_all,
    target_from_element,
)
from apns_connector.mediation.xml import SYNAPSE, Element

ITERATION_PROPERTY = "CLONED_ITERATION_INDEX"
ITERATIONS_LIMIT = 100_000


class Clone:
    """With ``iterations``, that many copies go to the first target. The flow itself ends here,
    unless ``continue_parent``."""

    def __init__(
        self,
        targets: Sequence[Target],
        *,
        id_: str | None = None,
        continue_parent: bool = False,
        sequential: bool = False,
        iterations: Value | None = None,
    ) -> None:
        self._targets = tuple(targets)
        self._id = id_
        self._continue_parent = continue_parent
        self._sequential = sequential
        self._iterations = iterations

    async def mediate(self, message: Message) -> bool:
        begin_split(message, self._id)
        targets = self._targets
        if self._iterations is not None:
            targets = targets[:1] * _count(self._iterations.text(message))
        base = message.clone()  # the message may go on, and change, before the last copy is made
        runs = (
            run_branch(copy, target.mediate(copy))
            for copy, target in self._copies(message, base, targets)
        )
        if self._sequential:
            for run in runs:
                await run
                await asyncio.sleep(0)  # other requests get their turn, too
        elif targets:
            start(message, run_all(runs, len(targets)))
        return self._continue_parent

    def _copies(
        self, message: Message, base: Message, targets: Sequence[Target]
    ) -> Iterator[tuple[Message, Target]]:
        for number, target in enumerate(targets):
            copy = base.clone()
            mark(copy, message, self._id, number, len(targets))
            if self._iterations is not None:
                copy.properties.set(ITERATION_PROPERTY, number + 1)
            yield copy, target

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Clone:
        """Raises ConfigurationError without a target, and for one that leads nowhere."""
        targets = [
            target_from_element(child, reader)
            for child in element.iterchildren(f"{{{SYNAPSE}}}target")
        ]
        if not targets:
            raise reader.error(element, "<clone> needs <target>")
        return cls(
            targets,
            id_=element.get("id"),
            continue_parent=is_true(element.get("continueParent")),
            sequential=is_true(element.get("sequential")),
            iterations=reader.value(element, element.get("iterations", "")),
        )


def _count(text: str | None) -> int:
    trimmed = (text or "").strip()
    if not trimmed.isascii() or not trimmed.isdecimal() or int(trimmed) > ITERATIONS_LIMIT:
        raise MediationError(
            f"Error while parsing iterations number in clone mediator: '{trimmed[:20]}' is not a "
            f"number up to {ITERATIONS_LIMIT}"
        )
    return int(trimmed)
