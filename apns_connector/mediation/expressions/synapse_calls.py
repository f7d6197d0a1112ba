"""Calls of functions in synapse expressions: those of values, and those that need the message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lxml import etree

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expressions.functions import vault_lookup
from apns_connector.mediation.expressions.result import as_text
from apns_connector.mediation.expressions.synapse_access import registry
from apns_connector.mediation.expressions.synapse_functions import FUNCTIONS
from apns_connector.mediation.expressions.synapse_values import EvaluationError, text_of
from apns_connector.mediation.expressions.variables import Getter
from apns_connector.mediation.expressions.xpath import XPathExpression, compile_xpath
from apns_connector.mediation.message import Message
from apns_connector.mediation.xml import Element

# They are given the message and then the values of their arguments.
_OF_THE_MESSAGE: dict[str, tuple[Callable[..., Any], range]] = {
    "registry": (registry, range(1, 3)),
    "wso2-vault": (vault_lookup, range(1, 2)),
}
# What these make of a secret gives the secret away.
_ENCODINGS = ("base64encode", "urlEncode", "toUpper", "toLower", "trim", "replace", "string")


def call(name: str, arguments: Sequence[Getter]) -> Getter:
    """Raises LookupError, with a sentence, for a function that is not known, and for a number of
    arguments that it does not take."""
    if name == "hashicorp-vault":
        raise LookupError("the function hashicorp-vault is not supported")
    if name == "exists":
        _check(name, arguments, range(1, 2))
        return _exists(arguments[0])
    if name in _OF_THE_MESSAGE:
        function, counts = _OF_THE_MESSAGE[name]
        _check(name, arguments, counts)
        return lambda message: function(message, *_values(name, arguments, message))
    if name not in FUNCTIONS:
        raise LookupError(f"the function {name} is not known")
    function, counts = FUNCTIONS[name]
    _check(name, arguments, counts)
    if name in _ENCODINGS:
        return _encoding(name, function, arguments)
    return lambda message: function(*_values(name, arguments, message))


class XPathCall:
    """``xpath('…')``: text inside an expression, nodes when it is the whole expression."""

    def __init__(self, find: Getter) -> None:
        self.nodes = find

    def __call__(self, message: Message) -> Any:
        return as_text(self.nodes(message))


def xpath_call(arguments: Sequence[Getter], namespaces: Mapping[str | None, str]) -> XPathCall:
    """On the message; with a second argument on the variable, or its field, of that name."""
    _check("xpath", arguments, range(1, 3))
    fixed = getattr(arguments[0], "value", None)
    if len(arguments) == 1 and isinstance(fixed, str):
        return XPathCall(compile_xpath(fixed, namespaces).value)

    def find(message: Message) -> Any:
        source, *variable = (text_of(value) for value in _values("xpath", arguments, message))
        if variable:
            return _in_variable(source, _variable(variable[0], message), namespaces)
        return _compiled(source, namespaces).value(message)

    return XPathCall(find)


def _compiled(source: str, namespaces: Mapping[str | None, str]) -> XPathExpression:
    try:
        return compile_xpath(source, namespaces)
    except ConfigurationError as error:
        raise EvaluationError(str(error)) from error


def _variable(name: str, message: Message) -> Element:
    name, _, field = name.partition(".")
    value = message.variables.get(name)
    if field and isinstance(value, Mapping):
        value = value.get(field)
    if not isinstance(value, etree._Element):
        raise EvaluationError(f"xpath: the variable {name} holds no XML")
    return value


def _in_variable(source: str, element: Element, namespaces: Mapping[str | None, str]) -> Any:
    prefixes = {prefix: uri for prefix, uri in namespaces.items() if prefix is not None}
    path = source if source.startswith("/") else f"/{source}"
    root: Any = element  # the stubs know of lists of elements only
    try:
        return etree.XPath(f"$root{path}", namespaces=prefixes, smart_strings=False)(
            element, root=root
        )
    except etree.XPathError as error:
        raise EvaluationError(f"xpath: {source} cannot be evaluated: {error}") from error


def _check(name: str, arguments: Sequence[Getter], counts: range) -> None:
    if len(arguments) not in counts:
        wanted = " or ".join(str(count) for count in counts)
        raise LookupError(f"the function {name} takes {wanted} arguments, not {len(arguments)}")


def _values(name: str, arguments: Sequence[Getter], message: Message) -> list[Any]:
    values = [argument(message) for argument in arguments]
    if None in values:
        raise EvaluationError(f"An argument of {name} is null")
    return values


def _exists(argument: Getter) -> Getter:
    def get(message: Message) -> bool:
        try:
            return argument(message) is not None
        except EvaluationError:
            return False

    return get


def _encoding(name: str, function: Callable[..., Any], arguments: Sequence[Getter]) -> Getter:
    def get(message: Message) -> Any:
        values = _values(name, arguments, message)
        result = function(*values)
        if any(secret in str(values[0]) for secret in message.secrets):
            message.secrets.add(result)
        return result

    return get
