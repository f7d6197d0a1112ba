"""``<class name="…">``: a mediator written in Python, found by its name."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Any, NoReturn

from apns_connector.errors import ConnectorError, MediationError
from apns_connector.mediation.effect import Effect, Effective
from apns_connector.mediation.mediator import GoesOn, Mediator
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import FunctionContext
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.sole_step import SoleStep
from apns_connector.mediation.xml import SYNAPSE, Element, children, detached_copy

_log = logging.getLogger(__name__)

# Synapse's own sentence, with its spelling: flows and people match on it.
FAILED = "Error occured in the mediation of the class mediator"


class ClassMediator(SoleStep):
    """One instance for each element, shared by all messages."""

    def __init__(self, name: str, mediator: Mediator) -> None:
        self._name = name
        self._mediator = mediator

    def mediate(self, message: Message) -> GoesOn:
        try:
            goes_on = self._mediator.mediate(message)
        except Exception as fault:  # noqa: BLE001 - whatever it throws is the flow's fault
            self._fail(fault)
        return goes_on if isinstance(goes_on, bool) else self._waited_for(goes_on)

    def begin(self, message: Message) -> GoesOn:
        return self._mediator.mediate(message)

    def effect(self, context: FunctionContext) -> Effect | None:
        mediator = self._mediator
        return mediator.effect(context) if isinstance(mediator, Effective) else None

    async def _waited_for(self, goes_on: Awaitable[bool]) -> bool:
        try:
            return await goes_on
        except Exception as fault:  # noqa: BLE001 - as above
            self._fail(fault)

    def _fail(self, fault: Exception) -> NoReturn:
        failure = self.failure(fault)
        if failure is fault:
            raise fault
        raise failure from fault

    def failure(self, fault: Exception) -> Exception:
        """The same if it says which fault it is, else as Synapse says it."""
        if isinstance(fault, MediationError) and fault.code is not None:
            return fault
        if not isinstance(fault, ConnectorError):
            _log.error("The class mediator %s failed unexpectedly", self._name, exc_info=fault)
        wrapped = MediationError(FAILED)
        wrapped.add_note(f"caused by {type(fault).__name__} in {self._name}")
        return wrapped

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> ClassMediator:
        """Raises ConfigurationError for a class or an attribute that is not there."""
        name = reader.required(element, "name")
        factory = reader.language.classes.get(name)
        if factory is None:
            known = ", ".join(sorted(reader.language.classes)) or "none"
            raise reader.error(element, f"the class '{name}' is not known; known: {known}")
        mediator = factory()
        for child in element.iterchildren(f"{{{SYNAPSE}}}property"):
            _set(mediator, child, reader)
        return cls(name, mediator)


def _set(mediator: Mediator, element: Element, reader: Reader) -> None:
    attribute = reader.required(element, "name")
    if not hasattr(mediator, attribute):
        raise reader.error(
            element, f"the class {type(mediator).__name__} has no attribute '{attribute}'"
        )
    setattr(mediator, attribute, _value(getattr(mediator, attribute), element, reader))


def _value(present: Any, element: Element, reader: Reader) -> Any:
    """The value, as the type that the attribute has already."""
    inline = children(element)
    if inline:
        return detached_copy(inline[0])
    if element.get("value") is None and element.get("expression") is not None:
        raise reader.error(element, "an expression as property of <class> is not supported yet")
    text = element.get("value", "")
    if isinstance(present, bool):
        return text.lower() == "true"
    if not isinstance(present, int | float):
        return text
    try:
        return type(present)(text)
    except ValueError as error:
        kind = type(present).__name__
        raise reader.error(element, f"'{text}' is not of the type {kind}") from error
