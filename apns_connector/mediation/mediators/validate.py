"""``<validate>``: checks a part of the message against schemas."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from apns_connector.errors import ConfigurationError, JsonError, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.deployment.referenced import (
    Source,
    bytes_of,
    resolver,
    resources_from_element,
    source_of,
)
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.value import Static, Value
from apns_connector.mediation.json_payload import element_to_json, read_json
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.schema import (
    Schema,
    XmlSchema,
    compile_json_schemas,
    compile_xml_schemas,
)
from apns_connector.mediation.xml import SYNAPSE, Element, children

INLINE = "inline-schema"
_KEPT = 100  # compiled sets of schemas; their keys may come from requests


class Schemas:
    """Compiled when they are needed first, and again when they have changed. ``keys`` lead to
    entries; ``inline`` are schemas in the configuration, by names of their own."""

    def __init__(
        self, keys: Sequence[Value], inline: Mapping[str, bytes], resources: Mapping[str, str]
    ) -> None:
        self._keys = tuple(keys)
        self._inline = dict(inline)
        self._resources = dict(resources)
        self._compiled: dict[tuple[str, ...], tuple[list[Source], Schema]] = {}

    def get(self, message: Message) -> Schema:
        """Raises MediationError for a schema that is none, or is not there."""
        keys = tuple(key.text(message) or "" for key in self._keys)
        return self._get(message.configuration, keys)

    def check(self, configuration: Configuration, _: str) -> None:
        """Compile them, if all are there and none depends on the message. Raises as ``get``."""
        keys = tuple(key.content for key in self._keys if isinstance(key, Static))
        there = (source_of(configuration, key) is not None for key in keys)
        if len(keys) == len(self._keys) and all(there):
            self._get(configuration, keys)

    def _get(self, configuration: Configuration, keys: tuple[str, ...]) -> Schema:
        sources = [_source(key, configuration) for key in keys]
        known = self._compiled.get(keys)
        if known is not None and all(map(operator.is_, known[0], sources)):
            return known[1]
        entries = {key: bytes_of(source) for key, source in zip(keys, sources, strict=True)}
        contents = {**entries, **self._inline}
        try:
            schema = self._compile(contents, configuration)
        except ConfigurationError as error:
            named = ", ".join(contents)
            text = f"Error creating a new schema objects for schemas : {named}: {error}"
            raise MediationError(text) from error
        if len(self._compiled) >= _KEPT:
            self._compiled.clear()
        self._compiled[keys] = (sources, schema)
        return schema

    def _compile(self, contents: Mapping[str, bytes], configuration: Configuration) -> Schema:
        if all(content.lstrip()[:1] == b"{" for content in contents.values()):
            return compile_json_schemas(list(contents.values()))
        return compile_xml_schemas(contents, resolver(configuration, self._resources))


class Validate:
    """The first element of the body, or all the JSON, unless ``source`` says otherwise. What is not
    valid goes to ``on_fail``, whose result is that of the mediator."""

    def __init__(
        self, schemas: Schemas, on_fail: Mediator, source: Expression | None = None
    ) -> None:
        self._schemas = schemas
        self._on_fail = on_fail
        self._source = source

    async def mediate(self, message: Message) -> bool:
        schema = self._schemas.get(message)
        read = self._element if isinstance(schema, XmlSchema) else self._json
        value = read(message)
        if value is None:
            problems = [f"Error occurred while accessing source element: {self._source_text}"]
        else:
            problems = schema.problems(value)
        if not problems:
            return True
        properties = message.properties
        properties.set("ERROR_MESSAGE", problems[0])
        properties.set("ERROR_DETAIL", "\n".join(problems))
        properties.set("ERROR_EXCEPTION", MediationError(problems[0]))
        return await run(self._on_fail, message)

    @property
    def _source_text(self) -> str:
        return "the first child of the SOAP body" if self._source is None else self._source.source

    def _element(self, message: Message) -> Element | None:
        nodes = [message.payload] if self._source is None else self._source.nodes(message)
        return nodes[0] if nodes and isinstance(nodes[0], etree._Element) else None

    def _json(self, message: Message) -> Any:
        if self._source is None:
            return message.as_json() if message.has_json or message.payload is not None else {}
        value = self._source.value(message)
        nodes = value if isinstance(value, list) else [value]
        if nodes and isinstance(nodes[0], etree._Element):
            return element_to_json(nodes[0])
        return _read(value) if isinstance(value, str) else value

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Validate:
        """Raises ConfigurationError without a schema, or without something to do on failure."""
        written = list(element.iterchildren(f"{{{SYNAPSE}}}schema"))
        on_fail = element.find(f"{{{SYNAPSE}}}on-fail")
        if not written:
            raise reader.error(element, "<validate> needs <schema>")
        if on_fail is None or not children(on_fail):
            raise reader.error(element, "<validate> needs an <on-fail> with mediators in it")
        keys = [reader.key(child, "key", "entry") for child in written]
        inline = {
            f"{INLINE}-{number}": _inline(child, reader)
            for number, (child, key) in enumerate(zip(written, keys, strict=True))
            if key is None
        }
        schemas = Schemas(
            [key for key in keys if key is not None],
            inline,
            resources_from_element(element, reader),
        )
        reader.refer("schemas", "schemas", element, schemas.check)
        source = None if element.get("source") is None else reader.expression(element, "source")
        return cls(schemas, reader.mediators(on_fail), source)


def _source(key: str, configuration: Configuration) -> Source:
    source = source_of(configuration, key)
    if source is None:
        raise MediationError(f"No Schema is available with the key  : {key}")
    return source


def _inline(element: Element, reader: Reader) -> bytes:
    """A schema in the configuration: XML, or JSON as text."""
    found = children(element)
    if found:
        return xml.serialize(xml.detached_copy(found[0]))
    text = (element.text or "").strip()
    if not text:
        raise reader.error(element, "<schema> needs a key, or a schema in it")
    return text.encode()


def _read(text: str) -> Any:
    """JSON in a property; any other text is one."""
    try:
        return read_json(text.encode(), xml.MESSAGE)
    except JsonError:
        return text
