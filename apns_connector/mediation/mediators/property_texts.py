"""Neighbouring ``<property>`` elements that take the texts of children of one element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apns_connector.mediation.expressions.child_text import ChildText, ChildTexts, Parent
from apns_connector.mediation.mediator import Joinable, Mediator
from apns_connector.mediation.message import Message


@dataclass(frozen=True, slots=True)
class Taken:
    """A text that a step takes, and the default property that is to hold it."""

    text: ChildText
    name: str


class TakesText(Joinable):
    """A step that may do no more than to take a text; it does not change what others take."""

    takes: Taken | None = None

    def joined(self, following: Iterable[Mediator]) -> tuple[Mediator, int]:
        if self.takes is None:
            return self, 0
        parent = self.takes.text.parent
        steps: dict[Taken, Mediator] = {self.takes: self}
        for step in following:
            takes = step.takes if isinstance(step, TakesText) else None
            if takes is None or takes.text.parent != parent or _is_among(takes, steps):
                break
            steps[takes] = step
        return (self, 0) if len(steps) == 1 else (SetTexts(parent, steps), len(steps) - 1)


def _is_among(taken: Taken, others: Iterable[Taken]) -> bool:
    """Whether one has the same child or the same property."""
    return any(taken.text.tag == other.text.tag or taken.name == other.name for other in others)


class SetTexts:
    """Does what its ``steps`` do one after the other. They all take of ``parent``."""

    def __init__(self, parent: Parent, steps: Mapping[Taken, Mediator]) -> None:
        self._texts = ChildTexts(parent, {taken.text.tag: taken.name for taken in steps})
        self._steps = tuple((taken.name, mediator) for taken, mediator in steps.items())

    def mediate(self, message: Message) -> bool:
        texts = self._texts.find(message.envelope)
        properties = message.properties.default
        if len(texts) == len(self._steps) and None not in texts.values():  # nearly always
            properties.update(texts)
            return True
        frame = message.frame
        for name, step in self._steps:
            text = texts.get(name)
            if text is None:
                step.mediate(message)
            else:
                properties[name] = text
            if frame is not None:
                frame.position += 1  # where the next one fails, if it does
        return True
