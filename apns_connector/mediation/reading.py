"""From XML elements to mediators; what is wrong is collected with its file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.compatibility import MI_4, Compatibility
from apns_connector.mediation.endpoints.health import HealthOf, unrecorded
from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.expressions.text_template import TextTemplate, compile_template
from apns_connector.mediation.expressions.value import Static, Value, parse_value
from apns_connector.mediation.library import Import, Library
from apns_connector.mediation.mediator import Mediator, Step
from apns_connector.mediation.mediator import Sequence as MediatorSequence
from apns_connector.mediation.xml import SYNAPSE, Element, children, line_of, local_name

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

# Builds a mediator from its element; raises ConfigurationError for the first thing that is wrong.
Factory = Callable[[Element, "Reader"], Mediator]
ClassFactory = Callable[[], Mediator]
# Builds an artifact from its element; raises as a Factory does.
ArtifactFactory = Callable[[Element, "Reader"], Any]
# Makes of the content behind a key what a mediator needs; raises ConnectorError when that fails.
Check = Callable[["Configuration", str], object]


def _no_file(uri: str) -> bytes:
    raise ConfigurationError(f"'{uri}' cannot be read: there is no deployment to read it from")


def _unresolved(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """What an element may mean in one deployment.

    ``mediators`` and ``not_supported``, with the reason, by element name; ``operation`` builds the
    call of a connector's operation; ``classes`` by the name in ``<class name="…">``;
    ``artifacts`` by element name, for those that are built from a local entry or a registry
    resource when a key leads there. ``content`` gives a file of the deployment by its URI, and
    ``resolve`` the value behind ``$SYSTEM:``, ``$FILE:`` and ``${configs.}``; both raise
    ConfigurationError without a place. ``compatibility``: which version's flows these are.
    ``health`` gives that of each endpoint.
    """

    mediators: Mapping[str, Factory]
    not_supported: Mapping[str, str]
    operation: Callable[[Element, Reader, str], Mediator]
    classes: Mapping[str, ClassFactory] = field(default_factory=dict)
    libraries: Sequence[Library] = ()
    imports: Sequence[Import] = ()
    artifacts: Mapping[str, ArtifactFactory] = field(default_factory=dict)
    content: Callable[[str], bytes] = _no_file
    resolve: Callable[[str], str] = _unresolved
    compatibility: Compatibility = MI_4
    health: HealthOf = unrecorded

    def target_of(self, name: str) -> str | None:
        """The template that an element ``apns.init`` calls; ``None`` when nothing lays claim to it.

        As in Synapse, an import claims every element whose name begins with its own, without
        looking for the dot; whether the template exists is a question of its own. A name without
        any dot leads to no template that could exist, so it stays unknown.
        """
        if "." not in name:
            return None
        for library in self.libraries:
            if any(name in qualified for qualified in library.templates):
                return f"{library.package}.{name}"
        for import_ in self.imports:
            if name.startswith(import_.name):
                return f"{import_.package}.{name}"
        return None


@dataclass(frozen=True, slots=True)
class Reference:
    """A static key somewhere in the configuration; ``kind`` is one of ``references.LOOKUPS``.
    ``check``: whether what lies there is what it has to be."""

    kind: str
    key: str
    file: str
    line: int | None
    check: Check | None = None


class Reader:
    """Reads the elements of one file."""

    def __init__(self, file: str, language: Language) -> None:
        self.file = file
        self.language = language
        self.problems: list[ConfigurationError] = []
        self.references: list[Reference] = []

    def mediators(
        self, element: Element, *, name: str | None = None, on_error: str | None = None
    ) -> MediatorSequence:
        """The children of an element as a list of mediators; each bad one becomes a problem."""
        steps = [
            Step(mediator, self.place(child))
            for child in children(element)
            if child.tag != _DESCRIPTION and (mediator := self.mediator(child)) is not None
        ]
        self.refer("sequence", on_error, element)
        return MediatorSequence(steps, name=name, on_error=on_error)

    def mediator(self, element: Element) -> Mediator | None:
        """One mediator; ``None`` when there is a problem with it, which is kept."""
        try:
            return self._mediator(element)
        except ConfigurationError as error:
            self.problems.append(self.located(error, element))
            return None

    def _mediator(self, element: Element) -> Mediator:
        name = local_name(element.tag)
        if element.tag != f"{{{SYNAPSE}}}{name}":
            raise self.error(
                element,
                f"Unknown mediator referenced by configuration element : {element.tag}: "
                f"mediators belong to the namespace {SYNAPSE}",
            )
        for candidate in (name, name.partition(".")[0]):
            if candidate in self.language.mediators:
                return self.language.mediators[candidate](element, self)
            if candidate in self.language.not_supported:
                why = self.language.not_supported[candidate]
                raise self.error(element, f"the mediator <{name}> is not supported: {why}")
        target = self.language.target_of(name)
        if target is None:
            raise self._unknown(element, name)
        return self.language.operation(element, self, target)

    def _unknown(self, element: Element, name: str) -> ConfigurationError:
        text = f"Unknown mediator referenced by configuration element : {element.tag}"
        library, dot, _ = name.partition(".")
        if dot:
            text += (
                f": no library '{library}' is loaded; an archive in synapse-libs needs an import "
                "with status='enabled'"
            )
        return self.error(element, text)

    def place(self, element: Element) -> str:
        return f"<{local_name(element.tag)}> ({self.file}:{line_of(element)})"

    def error(self, element: Element, problem: str) -> ConfigurationError:
        return ConfigurationError(problem, self.file, line_of(element))

    def located(self, error: ConfigurationError, element: Element) -> ConfigurationError:
        """The error with a place: its own, or else that of the element."""
        if error.file is not None:
            return error
        return self.error(element, f"{self._name(element)}: {error.problem}")

    def required(self, element: Element, attribute: str) -> str:
        """An attribute that must be there and not be empty."""
        value = element.get(attribute)
        if not value:
            raise self.error(element, f"{self._name(element)} needs the attribute '{attribute}'")
        return value

    def choice(self, element: Element, attribute: str, allowed: Sequence[str]) -> str:
        """An attribute that is one of several words; the first of them when it is not there."""
        value = element.get(attribute, allowed[0])
        if value not in allowed:
            raise self.error(
                element,
                f"{self._name(element)}: {attribute} '{value}' is none of {', '.join(allowed)}",
            )
        return value

    def expression(self, element: Element, attribute: str = "expression") -> Expression:
        """The expression in an attribute that must be there."""
        source = self.required(element, attribute)
        try:
            return compile_expression(source, element.nsmap)
        except ConfigurationError as error:
            raise self.located(error, element) from error

    def pattern(self, element: Element, attribute: str) -> re.Pattern[str]:
        """The regular expression in an attribute that must be there."""
        source = self.required(element, attribute)
        try:
            # Java's \d, \w and \s are those of ASCII.
            return re.compile(source, re.ASCII)
        except re.error as error:
            raise self.error(
                element, f"{self._name(element)}: {attribute} {source} is not valid: {error}"
            ) from error

    def value(self, element: Element, text: str) -> Value | None:
        """Static text, ``{expression}`` or ``{{expression}}``; ``None`` for empty text."""
        try:
            return parse_value(text, element.nsmap)
        except ConfigurationError as error:
            raise self.located(error, element) from error

    def value_or_expression(self, element: Element) -> Value | Expression:
        """What ``value="…"`` or, without it, ``expression="…"`` gives."""
        text = element.get("value")
        if text is not None:
            return Static(text)
        if element.get("expression") is None:
            raise self.error(
                element, f"{self._name(element)} needs the attribute 'value' or 'expression'"
            )
        return self.expression(element)

    def text_template(self, element: Element, text: str) -> TextTemplate:
        """Text with ``${…}`` in it."""
        try:
            return compile_template(text, element.nsmap)
        except ConfigurationError as error:
            raise self.located(error, element) from error

    def resolved(self, element: Element, text: str) -> str:
        """The text, or what it stands for when it is ``$SYSTEM:…``, ``$FILE:…`` or
        ``${configs.…}``. Raises ConfigurationError when that is not known."""
        try:
            return self.language.resolve(text)
        except ConfigurationError as error:
            raise self.located(error, element) from error

    def key(
        self, element: Element, attribute: str, kind: str, check: Check | None = None
    ) -> Value | None:
        """A key, static or ``{expression}``. A static one must lead to something in the end, which
        has to pass the ``check``."""
        value = self.value(element, element.get(attribute, ""))
        if isinstance(value, Static):
            self.refer(kind, value.content, element, check)
        return value

    def refer(
        self, kind: str, key: str | None, element: Element, check: Check | None = None
    ) -> None:
        """Note a static key, to be followed when everything has been read."""
        if key is not None:
            self.references.append(Reference(kind, key, self.file, line_of(element), check))

    def _name(self, element: Element) -> str:
        name = element.get("name")
        return f"<{local_name(element.tag)}{f' name={name!r}' if name else ''}>"


_DESCRIPTION = f"{{{SYNAPSE}}}description"
