"""``<messageStore>``: where ``<store>`` puts messages, as it is written down.

Which stores there are, and what their parameters mean, is known to those who open them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apns_connector.errors import ConfigurationError, ConnectorError
from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.xml import SYNAPSE, Element, line_of

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

# By whose value, taken from each message, records are delivered in order.
ORDERING_EXPRESSION = "ordering.expression"
# Another store, for what this one cannot take.
FAILOVER_STORE = "store.failover.message.store.name"
_EXPRESSIONS = frozenset({ORDERING_EXPRESSION, "store.resequence.id.path"})
# {wso2:vault-lookup('alias')} anywhere in a value, and ${wso2-vault('alias')}.
_LOOKUP = re.compile(r"\$?\{[^{}]*vault(?:-lookup)?\([^{}]*\)\s*\}")

_IN_MEMORY = (
    "org.apache.synapse.message.store.impl.memory.InMemoryStore",
    "org.apache.synapse.message.store.InMemoryMessageStore",
    "apns_connector.delivery.MemoryStore",
)

Namespaces = Mapping[str | None, str]


@dataclass(frozen=True, slots=True)
class MessageStoreDefinition:
    """Two are equal when they are the same store, wherever they are written.

    ``class_name`` is that of Java, or of ours; without one it is a store in memory. ``parameters``
    are texts that may hold look-ups of the vault, ``keys`` those that are under a key: both are
    looked up when the store is opened, see ``resolved``. ``expressions`` are evaluated for each
    message; ``sources`` is their text.
    """

    name: str
    class_name: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    keys: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    expressions: Mapping[str, Expression] = field(default_factory=dict, repr=False, compare=False)
    namespaces: Namespaces = field(default_factory=dict, repr=False)
    file: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)

    @property
    def in_memory(self) -> bool:
        """Whether it is a store in memory, which ``class`` need not name."""
        return (self.class_name or _IN_MEMORY[0]) in _IN_MEMORY

    @property
    def failover(self) -> str | None:
        """The name of the store that takes what this one cannot take."""
        return self.parameters.get(FAILOVER_STORE) or None

    def resolved(self, configuration: Configuration) -> Mapping[str, str]:
        """All parameters but expressions, as texts, the secrets among them. Raises
        ConfigurationError for a key that leads to no text, and for a secret that is not there."""
        under_keys = {name: self._under(key, configuration) for name, key in self.keys.items()}
        texts = {**self.parameters, **under_keys}
        return {name: self._looked_up(text, configuration) for name, text in texts.items()}

    def error(self, problem: str) -> ConfigurationError:
        """What is wrong with it, with its place."""
        text = f"message store '{self.name}': {problem}"
        return ConfigurationError(text, self.file or None, self.line)

    def _under(self, key: str, configuration: Configuration) -> str:
        found = configuration.entry(key)
        if not isinstance(found, str):
            raise self.error(f"there is no text under the key '{key}'")
        return found.strip()

    def _looked_up(self, text: str, configuration: Configuration) -> str:
        message = None
        for source in _LOOKUP.findall(text):
            if message is None:  # an expression is a question to a message
                message = Message(new_envelope(SoapVersion.SOAP11), configuration=configuration)
            try:
                value = _lookup(source, self.namespaces).text(message)
            except ConnectorError as error:
                raise self.error(str(error)) from error
            text = text.replace(source, value or "")
        return text

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> MessageStoreDefinition:
        """Raises ConfigurationError for a parameter without a name, and for an expression that can
        never work. Whether the class exists is asked where stores are opened."""
        read = _Parameters(reader)
        for child in element.findall(f"{{{SYNAPSE}}}parameter"):
            read.add(child)
        reader.refer("store", read.texts.get(FAILOVER_STORE) or None, element)
        return cls(
            name=reader.required(element, "name"),
            class_name=element.get("class") or None,
            parameters=read.texts,
            keys=read.keys,
            sources=read.sources,
            expressions=read.expressions,
            namespaces=dict(element.nsmap),
            file=reader.file,
            line=line_of(element),
        )


class _Parameters:
    """The parameters of one element by how their value is given."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.texts: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        self.expressions: dict[str, Expression] = {}

    def add(self, child: Element) -> None:
        name = self._reader.required(child, "name")
        if child.get("key"):
            self.keys[name] = str(child.get("key"))
            self._reader.refer("entry", self.keys[name], child)
        elif child.get("expression") or name in _EXPRESSIONS:
            self._add_expression(name, child)
        else:
            self._add_text(name, child)

    def _add_expression(self, name: str, child: Element) -> None:
        source = (child.get("expression") or child.text or "").strip()
        self.sources[name] = source
        try:
            self.expressions[name] = compile_expression(source, child.nsmap)
        except ConfigurationError as error:
            raise self._reader.located(error, child) from error

    def _add_text(self, name: str, child: Element) -> None:
        text = self._reader.resolved(child, (child.text or "").strip())
        try:
            for source in _LOOKUP.findall(text):
                _lookup(source, child.nsmap)
        except ConfigurationError as error:
            raise self._reader.located(error, child) from error
        self.texts[name] = text


def _lookup(source: str, namespaces: Namespaces) -> Expression:
    text = source if source.startswith("$") else source[1:-1]
    return compile_expression(text, namespaces)
