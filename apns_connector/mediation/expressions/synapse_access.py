"""What synapse expressions read off a message: payload, variables, headers, properties, …"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.errors import ConfigurationError, JsonError, MediationError
from apns_connector.mediation.expressions.json_path import MISSING, JsonPath
from apns_connector.mediation.expressions.json_path_parser import compile_path
from apns_connector.mediation.expressions.synapse_values import EvaluationError, from_text, text_of
from apns_connector.mediation.expressions.variables import Getter, resolved
from apns_connector.mediation.json_payload import json_text, read_json
from apns_connector.mediation.json_value import as_property
from apns_connector.mediation.message import Message


class Path:
    """A JSONPath, written out or with parts that each message gives: ``[vars.index]``."""

    def __init__(self, pieces: Sequence[str | Getter]) -> None:
        self._pieces = tuple(pieces)
        texts = [piece for piece in pieces if isinstance(piece, str)]
        # What is wrong with a path is told when the deployment is read, as far as it is known.
        self._static = compile_path("$" + "".join(texts)) if len(texts) == len(pieces) else None

    def read(self, root: Any, message: Message) -> Any:
        """Raises EvaluationError when a definite path leads nowhere."""
        path = self._static or self._assembled(message)
        found = path.read(root)
        if found is MISSING:
            raise EvaluationError(f"The path {path.source} leads nowhere")
        return as_property(found)

    def _assembled(self, message: Message) -> JsonPath:
        texts = (piece if isinstance(piece, str) else piece(message) for piece in self._pieces)
        try:
            return compile_path("$" + "".join(texts))
        except ConfigurationError as error:
            raise EvaluationError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Constant:
    """A getter whose value is known when the expression is read."""

    value: Any

    def __call__(self, message: Message) -> Any:
        return self.value


def in_path(part: Getter) -> str | Getter:
    """A value as a part of a JSONPath: a text in quotes, anything else as JSON."""
    if isinstance(part, Constant):
        return json_text(part.value)
    return lambda message: json_text(part(message))


def payload(path: Path | None) -> Getter:
    """The payload as JSON; without a path XML is itself, and text the text."""
    if path is None:
        return _whole_payload
    return lambda message: path.read(_json_payload(message), message)


def _whole_payload(message: Message) -> Any:
    if message.has_json:
        return as_property(message.json)
    text = message.text
    found = message.payload if text is None else text
    if found is None:
        raise EvaluationError("The payload is empty")
    return found


def _json_payload(message: Message) -> Any:
    try:
        found = message.as_json()
    except JsonError as error:
        raise EvaluationError(f"The payload has no JSON form: {error}") from error
    if found is None and not message.has_json and message.payload is None:
        raise EvaluationError("The payload is empty")
    return found


def variable(name: str, path: Path | None) -> Getter:
    def get(message: Message) -> Any:
        value = message.variables.get(name)
        if value is None:
            raise EvaluationError(f"The variable {name} is not defined")
        return value if path is None else path.read(json_of(value), message)

    return get


def part_of(whole: Getter, path: Path) -> Getter:
    """A part of what a function gives, such as ``object(…).a``."""
    return lambda message: path.read(json_of(whole(message)), message)


def json_of(value: Any) -> Any:
    """A value as JSON to look into: a text is read. Raises EvaluationError for XML."""
    if isinstance(value, dict) or (isinstance(value, list) and not _has_nodes(value)):
        return value
    if isinstance(value, etree._Element | list):
        raise EvaluationError("A path of JSON cannot lead into XML: use xpath(…)")
    try:
        return read_json(text_of(value).encode())
    except JsonError as error:
        raise EvaluationError("A path of JSON leads into what is no JSON") from error


def _has_nodes(values: list[Any]) -> bool:
    return any(isinstance(value, etree._Element) for value in values)


def scoped(read: Callable[[Message], Any], name: str) -> Getter:
    """A header or property. Raises EvaluationError when it is not there."""

    def get(message: Message) -> Any:
        value = resolved(read(message), message)
        if value is None:
            raise EvaluationError(f"There is no value of {name}")
        return from_text(value)

    return get


def _template_parameter(message: Message, name: str) -> Any:
    try:
        return message.properties.function(name)
    except MediationError as error:  # no template is running
        raise EvaluationError(str(error)) from error


def _scope(scope: str, prefix: str = "") -> Callable[[Message, str], Any]:
    return lambda message, name: message.properties.get(prefix + name, scope)


# By the words before the name.
SCOPES: dict[str, Callable[[Message, str], Any]] = {
    "headers": _scope("transport"),
    "configs": lambda message, name: message.configuration.configs.get(name),
    "props.synapse": _scope("default"),
    "props.axis2": _scope("axis2"),
    "params.queryParams": _scope("default", "query.param."),
    "params.pathParams": _scope("default", "uri.var."),
    "params.functionParams": _template_parameter,
}


def registry(message: Message, key: Any, name: Any = None) -> str:
    """The text of a registry resource, or with ``name`` one of its properties."""
    path = text_of(key) if name is None else f"{text_of(key)}@{text_of(name)}"
    found = message.configuration.registry.text(path)
    if found is None:
        raise EvaluationError(f"There is no {path} in the registry")
    return found
