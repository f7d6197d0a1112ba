"""Sequence templates, and what a call gives to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.value import Dynamic, Static, Value
from apns_connector.mediation.expressions.variables import Getter
from apns_connector.mediation.mediator import Sequence
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.sole_step import SoleStep
from apns_connector.mediation.xml import SYNAPSE, Element, children

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

MANDATORY_MISSING = 500101

_TEXT = frozenset({str})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter; ``default`` is used when the caller gives none."""

    name: str
    mandatory: bool = False
    default: Value | None = None


class Template:
    """A sequence with parameters. ``name`` is the local one, as the XML gives it."""

    def __init__(self, name: str, parameters: Iterable[Parameter], body: Sequence) -> None:
        self.name = name
        self.parameters = tuple(parameters)
        self.body = body
        self._declared = frozenset(parameter.name for parameter in self.parameters)
        # An operation declares dozens, of which a call gives a few; these are looked at always.
        self.needed = [one for one in self.parameters if one.mandatory or one.default is not None]
        self.sole_step = _sole_step(body)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Template:
        """Raises ConfigurationError when there is no name or no ``<sequence>``."""
        name = reader.required(element, "name")
        body = next((child for child in children(element) if child.tag == _SEQUENCE), None)
        if body is None:
            raise reader.error(element, f"template '{name}' has no <sequence>")
        parameters = tuple(
            Parameter(
                name=reader.required(child, "name"),
                mandatory=child.get("isMandatory") == "true",
                default=reader.value(child, child.get("defaultValue", "")),
            )
            for child in children(element)
            if child.tag == _PARAMETER
        )
        on_error = element.get("onError")
        return cls(name, parameters, reader.mediators(body, name=name, on_error=on_error))

    def arguments(self, given: Mapping[str, Value]) -> Arguments:
        """What is ``given`` for its parameters; what is not declared is never evaluated."""
        declared = {name: value for name, value in given.items() if name in self._declared}
        texts = {name: value.content for name, value in declared.items() if type(value) is Static}
        dynamic = {name: value for name, value in declared.items() if type(value) is not Static}
        return Arguments(
            self,
            texts,
            {name: _evaluation(value) for name, value in dynamic.items()},
            held_as=tuple(filter(None, map(_property_name, dynamic.values()))),
            lasting=not self.needed and all(map(_is_secret, dynamic.values())),
        )

    def add_needed(self, message: Message, values: dict[str, Any]) -> None:
        """Defaults for what has no value. Raises MediationError if one is mandatory."""
        for parameter in self.needed:
            if parameter.name not in values:
                value = None if parameter.default is None else parameter.default.parameter(message)
                if value is not None:
                    values[parameter.name] = value
                elif parameter.mandatory:
                    raise self._missing(message, parameter.name)

    def _missing(self, message: Message, parameter: str) -> MediationError:
        """Synapse writes these two properties itself, over those of an earlier fault."""
        text = (
            "Neither a value nor default value is provided for mandatory parameter: "
            f"{parameter} in seq-template {self.name}"
        )
        message.properties.set("ERROR_CODE", MANDATORY_MISSING)
        message.properties.set("ERROR_MESSAGE", text)
        return MediationError(text, code=MANDATORY_MISSING)


def _sole_step(body: Sequence) -> SoleStep | None:
    if body.on_error is not None or len(body.steps) != 1:
        return None
    mediator = body.steps[0].mediator
    return mediator if isinstance(mediator, SoleStep) else None


def _evaluation(value: Value) -> Getter:
    """How its value as a parameter is had, by the shortest way."""
    return value.expression.parameter if type(value) is Dynamic else value.parameter


def _property_name(value: Value) -> str | None:
    """The default property that it is, if it is no more than that."""
    return value.expression.property_name if type(value) is Dynamic else None


def _is_secret(value: Value) -> bool:
    return type(value) is Dynamic and value.expression.secret


@dataclass(frozen=True, slots=True)
class Arguments:
    """What one call gives to one template: ``texts`` as they are written out, the others to be
    evaluated for each message.

    ``held_as`` are the names of the default properties that are evaluated, in the same order; where
    something else is evaluated as well, they are fewer. ``lasting``: the values are the same for
    every message, but for secrets of the vault that change.
    """

    template: Template
    texts: Mapping[str, str]
    evaluated: Mapping[str, Getter]
    held_as: tuple[str, ...]
    lasting: bool

    def values(self, message: Message) -> dict[str, Any]:
        """Evaluated before the new parameters are in force: ``$func:`` in them is the caller's."""
        values = self._texts_of_properties(message) or self._evaluated_for(message)
        if self.texts:
            values = {**self.texts, **values}
        if self.template.needed:
            self.template.add_needed(message, values)
        return values

    def edition(self, configuration: Configuration) -> int:
        """That of the vault; another one may give other values, although they are lasting."""
        return 0 if configuration.vault is None else configuration.vault.edition

    def _texts_of_properties(self, message: Message) -> dict[str, Any] | None:
        """What is evaluated, if it is nothing but properties that hold text: nearly always, of the
        operations of a connector."""
        if len(self.held_as) < len(self.evaluated):
            return None
        held = map(message.properties.default.get, self.held_as)
        values = dict(zip(self.evaluated, held, strict=True))
        return values if _TEXT.issuperset(map(type, values.values())) else None

    def _evaluated_for(self, message: Message) -> dict[str, Any]:
        values = {name: evaluate(message) for name, evaluate in self.evaluated.items()}
        return {name: value for name, value in values.items() if value is not None}


_SEQUENCE = f"{{{SYNAPSE}}}sequence"
_PARAMETER = f"{{{SYNAPSE}}}parameter"
