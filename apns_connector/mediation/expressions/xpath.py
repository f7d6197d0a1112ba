"""XPath 1.0 with Synapse's variables and functions.

lxml knows neither ``$ctx:a.b`` nor ``get-property``. The text is therefore cut into tokens, each
variable renamed to one lxml can be given (``$v0``, …) and each function registered with this
expression alone: functions registered for all slow every XPath of the process down. The frequent
short forms, ``$ctx:x`` and ``get-property('x')``, never reach lxml; they also are the ones that can
give null, for which XPath has no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from lxml import etree

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.expressions.evaluation import Expression
from apns_connector.mediation.expressions.functions import (
    FUNCTIONS,
    NOT_SUPPORTED,
    Function,
    VaultLookup,
    get_property,
    property_getter,
    vault_lookup,
)
from apns_connector.mediation.expressions.result import (
    TEXT_LIMIT,
    as_boolean,
    as_direct_text,
    as_parameter,
    as_text,
)
from apns_connector.mediation.expressions.tokens import (
    BooleanComparison,
    Token,
    arguments_of,
    boolean_comparisons,
    function_calls,
    tokens_of,
)
from apns_connector.mediation.expressions.variables import DefaultProperty, Getter, variable
from apns_connector.mediation.json_payload import json_text
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.message import Message


class XPathExpression(Expression):
    """``value`` gives text, a number, a boolean, a list of nodes, or whatever a property holds."""

    def __init__(self, source: str, evaluate: Getter) -> None:
        super().__init__(source)
        self._evaluate = evaluate
        self.property_name = evaluate.name if isinstance(evaluate, DefaultProperty) else None
        self.secret = isinstance(evaluate, VaultLookup)
        # "node()" anywhere in the expression makes Synapse print elements as XML.
        self._as_xml = "node()" in source

    def value(self, message: Message) -> Any:
        return self._evaluate(message)

    def text(self, message: Message) -> str | None:
        result = self._evaluate(message)
        if type(result) is list and len(result) == 1:
            only = result[0]
            if type(only) is str and len(only) <= TEXT_LIMIT:  # text() of one element
                return only
        elif result is None or type(result) is str:  # most variables
            return result
        return self._as_text(result, message)

    def _as_text(self, result: Any, message: Message) -> str | None:
        if message.configuration.compatibility.direct_text:
            return as_direct_text(result)
        return as_text(result, serialize_elements=self._as_xml)

    def boolean(self, message: Message) -> bool:
        return as_boolean(self._evaluate(message))

    def parameter(self, message: Message) -> Any:
        result = self._evaluate(message)
        if result is None or type(result) is str:
            return result
        if message.configuration.compatibility.text_parameters:
            return self._as_text(result, message)
        return as_parameter(result)


def compile_xpath(text: str, namespaces: Mapping[str | None, str]) -> XPathExpression:
    """``namespaces`` are those in scope; the default one does not count. Raises
    ConfigurationError."""
    prefixes = {prefix: uri for prefix, uri in namespaces.items() if prefix is not None}
    return XPathExpression(text, _compile(text, prefixes))


def _compile(text: str, namespaces: Mapping[str, str]) -> Getter:
    """The shortest way to the value."""
    tokens = tokens_of(text)
    if len(tokens) == 1 and tokens[0].kind == "variable":
        return _variable(tokens[0], namespaces)
    if len(tokens) == 1 and tokens[0].kind == "literal":
        literal = tokens[0].text[1:-1]
        return lambda message: literal
    call = arguments_of(text, tokens)
    if call is not None and (function := _function(call.name, namespaces)) is not None:
        return _call(function, call.arguments, namespaces)
    return _XPath(text, tokens, namespaces).getter()


def _call(function: Function, texts: tuple[str, ...], namespaces: Mapping[str, str]) -> Getter:
    if function is get_property and all(_LITERAL.fullmatch(text) for text in texts):
        return property_getter(*(text[1:-1] for text in texts))
    if all(_LITERAL.fullmatch(text) for text in texts):
        literals = [text[1:-1] for text in texts]
        if function is vault_lookup and len(literals) == 1:
            return VaultLookup(*literals)
        return lambda message: function(message, *literals)
    arguments = [_compile(text, namespaces) for text in texts]
    return lambda message: function(message, *(argument(message) for argument in arguments))


def _variable(token: Token, namespaces: Mapping[str, str]) -> Getter:
    prefix, _, name = token.text[1:].rpartition(":")
    if prefix in namespaces:
        raise ConfigurationError(
            f"{token.text} means no property here, because the prefix '{prefix}' is bound to the "
            f"namespace '{namespaces[prefix]}': use another prefix for that namespace"
        )
    getter = variable(prefix or None, name)
    if getter is None:
        raise ConfigurationError(f"the variable {token.text} is not known")
    return getter


_LITERAL = re.compile(r"""'[^']*'|"[^"]*\"""")

# fmt: off
_XPATH_FUNCTIONS = frozenset({
    "last", "position", "count", "id", "local-name", "namespace-uri", "name", "string", "concat",
    "starts-with", "contains", "substring-before", "substring-after", "substring",
    "string-length", "normalize-space", "translate", "boolean", "not", "true", "false", "lang",
    "number", "sum", "floor", "ceiling", "round",
})
# fmt: on
_NODE_TYPES = frozenset({"text", "node", "comment", "processing-instruction"})


def _function(name: str, namespaces: Mapping[str, str]) -> Function | None:
    """Synapse's function of that name; ``None`` for XPath's own."""
    if name in _XPATH_FUNCTIONS or name in _NODE_TYPES:
        return None
    for spelling in (name, name.rpartition(":")[2]):
        if spelling in FUNCTIONS:
            return FUNCTIONS[spelling]
        if spelling in NOT_SUPPORTED:
            raise ConfigurationError(f"the function {name}() is not supported yet")
    raise ConfigurationError(f"the function {name}() is not known")


# The message that is evaluated, for functions called by lxml, and the expressions being evaluated.
_running: ContextVar[tuple[Message, tuple[_XPath, ...]]] = ContextVar("running")


class _XPath:
    """An expression that lxml evaluates, against the envelope."""

    def __init__(self, text: str, tokens: list[Token], namespaces: Mapping[str, str]) -> None:
        self._source = text
        self._variables: dict[str, Getter] = {}
        self._functions: dict[tuple[None, str], Callable[..., Any]] = {}
        self._used: dict[str, str] = {}
        calls = function_calls(tokens)
        words = [
            self._rewritten(token, index in calls, namespaces) for index, token in enumerate(tokens)
        ]
        for comparison in boolean_comparisons(tokens):
            name = self._named(_boolean_or_null(comparison, namespaces))
            count = len(words[comparison.tokens])
            words[comparison.tokens] = [name, *[""] * (count - 1)]
        try:
            self._xpath = etree.XPath(
                "".join(words),
                namespaces=self._used,
                extensions=self._functions,
                regexp=False,
                smart_strings=False,
            )
        except etree.XPathError as error:
            raise ConfigurationError(f"the XPath {text} is not valid: {error}") from error

    def getter(self) -> Getter:
        if self._functions:
            return self._with_functions
        return self._with_variables if self._variables else self._by_itself

    def _by_itself(self, message: Message) -> Any:
        try:
            return self._xpath(message.envelope)
        except etree.XPathError as error:
            raise self._failure(error) from error

    def _with_variables(self, message: Message) -> Any:
        values = {name: _argument(get(message)) for name, get in self._variables.items()}
        try:
            return self._xpath(message.envelope, **values)
        except etree.XPathError as error:
            raise self._failure(error) from error

    def _with_functions(self, message: Message) -> Any:
        running = _running.get((message, ()))[1]
        # lxml locks an expression while it runs: to enter it again would wait for ever.
        if self in running:
            raise MediationError(f"The expression {self._source} refers to itself")
        token = _running.set((message, (*running, self)))
        try:
            return self._with_variables(message)
        finally:
            _running.reset(token)

    def _failure(self, error: etree.XPathError) -> MediationError:
        return MediationError(f"Evaluation of the XPath {self._source} failed: {error}")

    def _rewritten(self, token: Token, called: bool, namespaces: Mapping[str, str]) -> str:
        if token.kind == "variable":
            return self._named(_variable(token, namespaces))
        if token.kind != "name":
            return token.text
        if called:
            return self._registered(token.text, namespaces)
        self._use_prefix(token.text, namespaces)
        return token.text

    def _named(self, getter: Getter) -> str:
        """A variable with that value."""
        name = f"v{len(self._variables)}"
        self._variables[name] = getter
        return f"${name}"

    def _registered(self, name: str, namespaces: Mapping[str, str]) -> str:
        function = _function(name, namespaces)
        if function is None:
            return name
        plain = name.rpartition(":")[2]
        self._functions[(None, plain)] = lambda _, *arguments: _argument(
            function(_running.get()[0], *arguments)
        )
        return plain

    def _use_prefix(self, name: str, namespaces: Mapping[str, str]) -> None:
        prefix, colon, _ = name.partition(":")
        if not colon:
            return
        if prefix not in namespaces:
            raise ConfigurationError(
                f"the prefix '{prefix}' of {name} is not declared: "
                f'add xmlns:{prefix}="…" to this element or one around it'
            )
        self._used[prefix] = namespaces[prefix]


def _boolean_or_null(comparison: BooleanComparison, namespaces: Mapping[str, str]) -> Getter:
    """Null when the operand is: two empty node sets compare the way null does, but one is equal to
    ``false()``."""
    operand, value = _compile(comparison.operand, namespaces), comparison.value
    return lambda message: None if operand(message) is None else value


def _argument(value: Any) -> Any:
    """A value lxml accepts. Null becomes an empty node set, which compares the way null does."""
    if value is None:
        return []
    if isinstance(value, dict | JsonArray):
        return json_text(value)
    if isinstance(value, str | bool | int | float | list | etree._Element):
        return value
    return str(value)
