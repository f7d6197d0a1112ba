"""``<script>``: JavaScript that reads and changes the message by its object ``mc``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation import javascript, xml
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.bodies.message_type import JSON, set_message_type
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.javascript import Call
from apns_connector.mediation.json_payload import read_json, write_json
from apns_connector.mediation.json_value import as_property
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.script_message import apply, view_of
from apns_connector.mediation.xml import SYNAPSE, Element

LANGUAGES = ("js", "rhinoJs", "nashornJs", "graalJs")
_FUNCTION = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_TARGETS = ("none", "body", "variable")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the scripts under ``keys``; what it gives goes to ``target``, without one it
    says whether the flow goes on."""

    keys: Sequence[Value]
    name: str = "mediate"
    arguments: Sequence[Value | Expression] = ()
    target: str | None = None
    variable: str = ""


class Script:
    """``code`` is either the script itself, whose last value tells whether the flow goes on, or a
    function elsewhere. Only ``false`` ends the flow."""

    def __init__(self, code: str | Function) -> None:
        self._code = code

    async def mediate(self, message: Message) -> bool:
        code, call = self._code, None
        if isinstance(code, str):
            sources = [code]
        else:
            keys = (key.text(message) or "" for key in code.keys)
            sources = [_source(message.configuration, key) for key in keys]
            arguments = (_argument(one, message) for one in code.arguments)
            call = Call(code.name, tuple(arguments))
        view = view_of(message, "\n".join(sources))
        try:
            outcome = await javascript.run(sources, view, call)
        except MediationError as error:
            raise MediationError(f"{self._described} {error}") from error
        apply(outcome.changes, message)
        if isinstance(code, Function) and code.target is not None:
            _put(outcome.result, code, message)
            return True
        return outcome.result is not False

    @property
    def _described(self) -> str:
        which = "inlined js script" if isinstance(self._code, str) else "external js script"
        function = "" if isinstance(self._code, str) else f" function {self._code.name}"
        return f"The script engine returned an error executing the {which}{function}:"

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Script:
        """Raises ConfigurationError for another language, for a script that is none, and without
        the package that runs it."""
        language = reader.required(element, "language")
        if language not in LANGUAGES:
            raise reader.error(
                element,
                f"<script language='{language}'> is not supported, only JavaScript: "
                f"{', '.join(LANGUAGES)}",
            )
        source = "".join([element.text or "", *(child.tail or "" for child in element)])
        try:
            if element.get("key") is not None:
                javascript.engine()
                return cls(_function(element, reader))
            if element.get("function") is not None:
                raise reader.error(element, "<script> has a function but no key")
            javascript.check(source)
        except ConfigurationError as error:
            raise reader.located(error, element) from error
        return cls(source)


def _function(element: Element, reader: Reader) -> Function:
    written = [*element.iterchildren(f"{{{SYNAPSE}}}include"), element]
    keys = [reader.key(one, "key", "entry", _check) for one in written]
    name = element.get("function") or "mediate"
    if _FUNCTION.fullmatch(name) is None:
        raise reader.error(element, f"<script>: '{name}' is no name of a function")
    if None in keys:
        raise reader.error(element, "<script> and <include> need a key that is not empty")
    target = element.get("target", "").strip().lower()
    if target and target not in _TARGETS:
        raise reader.error(element, f"<script>: target '{target}' is none of {', '.join(_TARGETS)}")
    return Function(
        [key for key in keys if key is not None],
        name,
        [reader.value_or_expression(argument) for argument in _arguments(element)],
        target or None,
        reader.required(element, "target-variable") if target == "variable" else "",
    )


def _arguments(element: Element) -> list[Element]:
    inputs = element.find(f"{{{SYNAPSE}}}inputs")
    return [] if inputs is None else inputs.findall(f"{{{SYNAPSE}}}argument")


def _source(configuration: Configuration, key: str) -> str:
    entry = configuration.entry(key)
    if entry is None:
        raise MediationError(f"There is no script under the key '{key}'")
    return entry if isinstance(entry, str) else "".join(map(str, entry.itertext()))


def _check(configuration: Configuration, key: str) -> None:
    javascript.check(_source(configuration, key))


def _argument(argument: Value | Expression, message: Message) -> Any:
    """JSON as such, XML as text."""
    if not isinstance(argument, Expression):
        return argument.text(message)
    value = argument.value(message)
    if isinstance(value, dict | list) and not _has_nodes(value):
        return value
    return value if isinstance(value, bool | int | float) else argument.text(message)


def _has_nodes(value: Any) -> bool:
    return any(isinstance(one, etree._Element) for one in value)


def _put(result: Any, function: Function, message: Message) -> None:
    if function.target == "none":
        return
    if result is None:
        raise MediationError("The script gives nothing that could be put anywhere")
    if function.target == "variable":
        message.variables[function.variable] = as_property(result)
        return
    message.replace_json(read_json(write_json(result), xml.MESSAGE))
    set_message_type(message, JSON)
