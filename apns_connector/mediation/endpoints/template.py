"""Endpoint templates: an ``<endpoint>`` with places for values, and the endpoints made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apns_connector.errors import EndpointError
from apns_connector.mediation.endpoints.endpoint import UNKNOWN, Endpoint, Sent, nested, report
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Language, Reader
from apns_connector.mediation.template import Template
from apns_connector.mediation.xml import SYNAPSE, Element, detached_copy


@dataclass(frozen=True, slots=True)
class EndpointTemplate:
    """``$name`` as the whole text of an attribute or element stands for a parameter."""

    name: str
    parameters: frozenset[str]
    element: Element
    file: str

    def made(self, values: Mapping[str, str], language: Language) -> Endpoint:
        """An endpoint. Raises ConfigurationError for one that the values make impossible."""
        element = detached_copy(self.element)
        for part in element.iter("*"):
            for attribute, text in list(part.attrib.items()):
                part.set(attribute, self._filled(str(text), values))
            if part.text is not None:
                part.text = self._filled(part.text, values)
        reader = Reader(self.file, language)
        endpoint: Endpoint = language.artifacts["endpoint"](element, reader)
        if reader.problems:
            raise reader.problems[0]
        return endpoint

    def _filled(self, text: str, values: Mapping[str, str]) -> str:
        name = text.strip().removeprefix("$")
        if not text.strip().startswith("$") or name not in self.parameters:
            return text
        return values.get(name, text)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> EndpointTemplate:
        """Raises ConfigurationError when it has no name or no ``<endpoint>``."""
        name = reader.required(element, "name")
        endpoint = element.find(_ENDPOINT)
        if endpoint is None:
            raise reader.error(element, f"template '{name}' has no <endpoint>")
        parameters = {reader.required(child, "name") for child in element.findall(_PARAMETER)}
        return cls(name, frozenset(parameters), endpoint, reader.file)


class TemplatedEndpoint:
    """``<endpoint template="…">``: made when the first message comes, and kept with its state."""

    def __init__(self, template: str, values: Mapping[str, str]) -> None:
        self.name = values.get("name")
        self._template = template
        self._values = dict(values)
        self._made: tuple[EndpointTemplate, Endpoint] | None = None

    def ready(self, message: Message) -> bool:
        found = self._find(message)
        with nested(message):
            return found is not None and found.ready(message)

    def retries_elsewhere(self, message: Message, code: int) -> bool:
        found = self._find(message)
        with nested(message):
            return found is None or found.retries_elsewhere(message, code)

    async def send(self, message: Message) -> list[Sent]:
        found = self._find(message)
        if found is None:
            error = EndpointError(f"There is no endpoint template '{self._template}'", UNKNOWN)
            report(message, error)
            raise error
        with nested(message):
            return await found.send(message)

    def _find(self, message: Message) -> Endpoint | None:
        template = message.configuration.endpoint_template(self._template)
        if template is None:
            return None
        if self._made is None or self._made[0] is not template:
            self._made = (template, template.made(self._values, message.configuration.language))
        return self._made[1]

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> TemplatedEndpoint:
        """``name`` and ``uri`` are parameters as well. Raises ConfigurationError for a parameter
        without name or value."""
        template = reader.resolved(element, reader.required(element, "template"))
        reader.refer("endpoint template", template, element)
        values = {
            name: reader.resolved(element, text)
            for name in ("name", "uri")
            if (text := element.get(name)) is not None
        }
        for child in element.findall(_PARAMETER):
            value = child.get("value")
            if value is None:
                raise reader.error(child, "<parameter> needs the attribute 'value'")
            values[reader.required(child, "name")] = reader.resolved(child, value)
        return cls(template, values)


def template_from_element(element: Element, reader: Reader) -> Template | EndpointTemplate:
    """A ``<template>`` of either kind. Raises ConfigurationError for one that is neither."""
    kind = EndpointTemplate if element.find(_ENDPOINT) is not None else Template
    return kind.from_element(element, reader)


_ENDPOINT = f"{{{SYNAPSE}}}endpoint"
_PARAMETER = f"{{{SYNAPSE}}}parameter"
