"""XML Schemas and JSON Schemas, compiled to something that finds what is wrong with a payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from lxml import etree

from apns_connector.errors import ConfigurationError, ConnectorError, JsonError
from apns_connector.mediation import xml
from apns_connector.mediation.deployment.referenced import NotThere
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.xml import Element

XS = "http://www.w3.org/2001/XMLSchema"
MISSING_PACKAGE = (
    "a JSON schema needs the package jsonschema: pip install 'apns-connector[json-schema]'"
)
_ROOT, _GROUP = "validate-root", "validate-group"
_INCLUDE = '<s:include schemaLocation="{}"/>'


class Schema(Protocol):
    def problems(self, value: Any) -> list[str]:
        """What is wrong with an element, or a JSON value; nothing for a valid one."""


@dataclass(frozen=True, slots=True)
class XmlSchema:
    compiled: etree.XMLSchema

    def problems(self, value: Element) -> list[str]:
        if self.compiled.validate(value):
            return []
        return [entry.message for entry in self.compiled.error_log]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """``validators``: those of the package jsonschema."""

    validators: Sequence[Any]

    def problems(self, value: Any) -> list[str]:
        found = [error for one in self.validators for error in one.iter_errors(value)]
        return [f"{error.json_path}: {error.message}" for error in found]


def compile_xml_schemas(
    contents: Mapping[str, bytes], resolve: Callable[[str], bytes]
) -> XmlSchema:
    """Several schemas in force at once. ``contents`` by the names that locations in them are
    relative to; ``resolve`` gives what they refer to. Raises ConfigurationError, and NotThere as
    ``resolve`` does."""
    failures: list[ConnectorError] = []

    def noted(location: str) -> bytes:  # libxml2 does not tell why it could not read a document
        try:
            return resolve(location)
        except ConnectorError as error:
            failures.append(error)
            raise

    try:
        if len(contents) == 1:
            ((name, content),) = contents.items()
            root = xml.parse_referring(content, name, noted)
        else:
            documents = {**contents, **_joined(contents)}
            root = xml.parse_referring(
                documents[_ROOT], _ROOT, lambda name: documents.get(name) or noted(name)
            )
        return XmlSchema(etree.XMLSchema(root))
    except (etree.XMLSchemaParseError, ConnectorError) as error:
        why = failures[0] if failures else error
        if isinstance(why, NotThere):
            raise why from error
        raise ConfigurationError(f"the XML schema cannot be used: {why}") from error


def compile_json_schemas(contents: Sequence[bytes]) -> JsonSchema:
    """Raises ConfigurationError for what is no JSON schema, and without the package for it."""
    package = _package()
    validators = []
    for content in contents:
        try:
            schema = read_json(content, xml.CONFIGURATION)
            kind = package.validators.validator_for(schema)
            kind.check_schema(schema)
        except JsonError as error:
            raise ConfigurationError(f"the JSON schema cannot be used: {error}") from error
        except package.exceptions.SchemaError as error:
            raise ConfigurationError(f"the JSON schema cannot be used: {error.message}") from error
        # An empty registry: what a schema refers to is not fetched from anywhere.
        registry = import_module("referencing").Registry()
        validators.append(kind(schema, registry=registry))
    return JsonSchema(validators)


def _package() -> ModuleType:
    try:
        return import_module("jsonschema")
    except ImportError as error:
        raise ConfigurationError(MISSING_PACKAGE) from error


def _joined(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """A schema that imports a schema for each namespace, which includes all schemas of that one:
    libxml2 imports a namespace only once."""
    groups: dict[str | None, list[str]] = {}
    for name, content in contents.items():
        namespace = xml.parse(content, xml.CONFIGURATION).get("targetNamespace")
        groups.setdefault(namespace, []).append(name)
    documents, parts = {}, []
    for number, (namespace, names) in enumerate(groups.items()):
        includes = "".join(_INCLUDE.format(name) for name in names)
        if namespace is None:
            parts.append((1, includes))
            continue
        location = f"{_GROUP}-{number}"
        target = f'targetNamespace="{namespace}"'
        documents[location] = f'<s:schema xmlns:s="{XS}" {target}>{includes}</s:schema>'.encode()
        parts.append((0, f'<s:import namespace="{namespace}" schemaLocation="{location}"/>'))
    inside = "".join(part for _, part in sorted(parts))
    documents[_ROOT] = f'<s:schema xmlns:s="{XS}">{inside}</s:schema>'.encode()
    return documents
