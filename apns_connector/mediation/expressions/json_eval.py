"""``json-eval(…)``: a JSONPath on the JSON payload, or on JSON in a property."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from apns_connector.errors import ConfigurationError, JsonError, MediationError
from apns_connector.mediation.expressions.evaluation import Expression
from apns_connector.mediation.expressions.json_path import MISSING, JsonPath
from apns_connector.mediation.expressions.json_path_parser import compile_path
from apns_connector.mediation.expressions.variables import Getter
from apns_connector.mediation.expressions.xpath import XPathExpression, compile_xpath
from apns_connector.mediation.json_payload import json_text, read_json
from apns_connector.mediation.json_xml import scalar_text
from apns_connector.mediation.message import Message

# json-eval($ctx:name.path): everything up to the first dot or bracket is the property.
_PROPERTY = re.compile(r"\$(?:ctx|trp|axis2|func):[^.\[]+")
# {expression} inside the path, put in as text before the path is read. No JSONPath has braces.
_INLINE = re.compile(r"\{([^{}]+)\}")


class JsonEval(Expression):
    """What is not there is ``""`` and null is ``null`` as text; objects and arrays are JSON text.

    As a condition only the text ``true`` holds (Synapse: SynapseJsonPath).
    """

    def __init__(self, source: str, root: Getter, path: Callable[[Message], JsonPath]) -> None:
        super().__init__(source)
        self._root = root
        self._path = path

    def value(self, message: Message) -> Any:
        """The JSON value; ``None`` also for what is not there."""
        found = self._found(message)
        return None if found is MISSING else found

    def text(self, message: Message) -> str:
        found = self._found(message)
        if type(found) is str:
            return found
        if found is MISSING:
            return ""
        return json_text(found) if isinstance(found, dict | list) else scalar_text(found)

    def boolean(self, message: Message) -> bool:
        return self.text(message).lower() == "true"

    def parameter(self, message: Message) -> Any:
        return self.text(message)

    def path(self, message: Message) -> JsonPath:
        """The path for this message, for what changes JSON at a place."""
        return self._path(message)

    def _found(self, message: Message) -> Any:
        root = self._root(message)
        return MISSING if root is MISSING else self._path(message).read(root)


def compile_json_eval(source: str, path: str, namespaces: Mapping[str | None, str]) -> JsonEval:
    """``path`` is what stands between the parentheses. Raises ConfigurationError."""
    text = path.strip()
    root: Getter = _payload
    prefix = _PROPERTY.match(text)
    if prefix is not None:
        root = _in_property(compile_xpath(prefix[0], namespaces))
        text = f"${text[prefix.end() :]}"
    if _INLINE.search(text) is None:
        compiled = compile_path(text)
        return JsonEval(source, root, lambda message: compiled)
    return JsonEval(source, root, _assembled(text, namespaces))


def _payload(message: Message) -> Any:
    """The payload as JSON; an empty one has nothing in it."""
    try:
        found = message.as_json()
    except JsonError as error:
        raise MediationError(f"The payload has no JSON form: {error}") from error
    if found is None and not message.has_json and message.payload is None:
        return MISSING
    return found


def _in_property(expression: XPathExpression) -> Getter:
    def root(message: Message) -> Any:
        value = expression.value(message)
        if not isinstance(value, str):
            return MISSING if value is None else value
        try:
            return read_json(value.encode())
        except JsonError as error:
            raise MediationError(f"{expression.source} holds no JSON: {error}") from error

    return root


def _assembled(text: str, namespaces: Mapping[str | None, str]) -> Callable[[Message], JsonPath]:
    """A path with parts that each message gives."""
    pieces = _INLINE.split(text)
    inline = {index: compile_xpath(pieces[index], namespaces) for index in range(1, len(pieces), 2)}

    def path(message: Message) -> JsonPath:
        texts = [
            piece if index not in inline else inline[index].text(message) or ""
            for index, piece in enumerate(pieces)
        ]
        try:
            return compile_path("".join(texts))
        except ConfigurationError as error:
            raise MediationError(str(error)) from error

    return path
