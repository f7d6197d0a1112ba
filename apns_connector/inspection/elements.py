"""Walking over the definitions of a deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from apns_connector.errors import ConfigurationError, RegistryError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.finding import Finding, Severity
from apns_connector.mediation.library import Document
from apns_connector.mediation.template import Template
from apns_connector.mediation.xml import SYNAPSE, Element, children, line_of, local_name

_LITERAL = re.compile(r"""\{?\s*(['"])(.*)\1\s*\}?""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Placed:
    """An element of a definition, and how to speak of it."""

    element: Element
    file: str

    @property
    def name(self) -> str:
        return local_name(self.element.tag)

    def error(self, text: str) -> Finding:
        return Finding(Severity.ERROR, text, self.file, line_of(self.element))

    def warning(self, text: str) -> Finding:
        return Finding(Severity.WARNING, text, self.file, line_of(self.element))

    def children(self) -> list[Placed]:
        return [Placed(child, self.file) for child in children(self.element)]

    def texts(self) -> Iterator[str]:
        """The values of its attributes, and its text."""
        yield from (value for _, value in self.attributes())
        yield self.element.text or ""

    def attributes(self) -> Iterator[tuple[str, str]]:
        """Local names and values."""
        for name, value in self.element.attrib.items():
            yield local_name(str(name)), str(value)


@dataclass(frozen=True, slots=True)
class Call:
    """``<apns.push>`` with the template behind it."""

    placed: Placed
    template: Template


def definitions(configuration: Configuration) -> list[Document]:
    """The definitions of the deployment itself: those of libraries are not its author's."""
    libraries = tuple(f"{library.file}/" for library in configuration.language.libraries)
    return [found for found in configuration.documents() if not found.file.startswith(libraries)]


def elements(configuration: Configuration) -> Iterator[Placed]:
    for document in definitions(configuration):
        for element in document.element.iter(f"{{{SYNAPSE}}}*"):
            yield Placed(element, document.file)


def calls(configuration: Configuration) -> Iterator[Call]:
    """The calls of connector operations whose template is known."""
    for placed in elements(configuration):
        if placed.name.partition(".")[0] in configuration.language.mediators:
            continue
        target = configuration.language.target_of(placed.name)
        template = None if target is None else _template(target, configuration)
        if template is not None:
            yield Call(placed, template)


def _template(target: str, configuration: Configuration) -> Template | None:
    try:
        return configuration.template(target)
    except (ConfigurationError, RegistryError):  # was told when its call was followed
        return None


def constant(text: str) -> str | None:
    """What a value is whatever the message: static text, or an expression that is a literal.
    ``None`` when it depends on something."""
    trimmed = text.strip()
    literal = _LITERAL.fullmatch(trimmed)
    if literal is not None and literal[1] not in literal[2]:
        return literal[2]
    if trimmed.startswith(("{", "$SYSTEM:", "$FILE:", "${")):
        return None
    return trimmed or None
