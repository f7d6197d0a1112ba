"""What a deployment consists of, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from apns_connector.mediation.library import Document
from apns_connector.mediation.mediator import Mediator, Sequence
from apns_connector.mediation.reading import Language, Reader, Reference
from apns_connector.mediation.registry import Registry
from apns_connector.mediation.template import Template
from apns_connector.mediation.vault import Vault
from apns_connector.mediation.xml import SYNAPSE, Element

if TYPE_CHECKING:
    from apns_connector.mediation.proxy import Proxy

Built = TypeVar("Built")


@dataclass(frozen=True, slots=True)
class LocalEntry:
    """``value`` is text or an element, ``file`` where it was read from."""

    value: str | Element
    file: str


@dataclass(frozen=True, slots=True)
class _OnTheFly:
    """What was built of an element, and the static keys in it."""

    element: Element
    result: Any
    references: tuple[Reference, ...]


Artifact = Sequence | Template | LocalEntry

# Run before every proxy when a deployment defines it (Synapse: MANDATORY_SEQUENCE_KEY).
MANDATORY_SEQUENCE = "pre-mediate"


class Configuration:
    """One deployment, read and built. Shared by all messages, changed by none.

    ``names`` is the map that local entries, sequences and templates share. What is not in there is
    looked for in the registry, and a local entry or resource that holds XML serves as whatever
    that XML is.
    """

    def __init__(
        self,
        folder: Path,
        language: Language,
        registry: Registry,
        vault: Vault | None,
        names: Mapping[str, Artifact],
        proxies: Mapping[str, Proxy],
    ) -> None:
        self.folder = folder
        self.language = language
        self.registry = registry
        self.vault = vault
        self.names = dict(names)
        self.proxies = dict(proxies)
        mandatory = self.names.get(MANDATORY_SEQUENCE)
        self.mandatory_sequence = mandatory if isinstance(mandatory, Sequence) else None
        self._built: dict[tuple[str, str], _OnTheFly] = {}

    def local_entry(self, key: str) -> Element | str | None:
        entry = self.names.get(key)
        return entry.value if isinstance(entry, LocalEntry) else None

    def sequence(self, key: str) -> Sequence | None:
        """The sequence of that key, or ``None``. Raises ConfigurationError for XML that is no
        proper sequence, RegistryError for a path that leads out of the registry."""
        found = self.names.get(key)
        if isinstance(found, Sequence):
            return found
        return self._on_the_fly("sequence", key, _read_sequence)

    def template(self, name: str) -> Template | None:
        """The template of that name: of this deployment, the registry, or a library. Raises as
        ``sequence`` does."""
        found = self.names.get(name)
        if isinstance(found, Template):
            return found
        return self._on_the_fly("template", name, _read_template) or self._library_template(name)

    def connection(self, key: str) -> Mediator | None:
        """What a configKey leads to: the mediator in a local entry, such as ``<apns.init>``."""
        found = self.names.get(key)
        if isinstance(found, Sequence):
            return found
        return self._on_the_fly("connection", key, _read_mediator)

    def element(self, key: str) -> Element | None:
        """The XML under a key: a local entry, else a registry resource."""
        document = self._document(key)
        return None if document is None else document.element

    def references(self) -> list[Reference]:
        """The static keys in everything that was built on the fly so far."""
        return [reference for known in self._built.values() for reference in known.references]

    def _on_the_fly(
        self, kind: str, key: str, read: Callable[[Element, Reader], Built | None]
    ) -> Built | None:
        document = self._document(key)
        if document is None:
            return None
        # A registry resource by its file: a key from a request may spell it in any number of ways.
        return self._once(kind, key if key in self.names else document.file, document, read)

    def _document(self, key: str) -> Document | None:
        entry = self.names.get(key)
        if isinstance(entry, LocalEntry):
            return None if isinstance(entry.value, str) else Document(entry.value, entry.file)
        if entry is not None:
            return None
        resource = self.registry.resource(key)
        if resource is None:
            return None
        return Document(self.registry.parsed(resource), resource.path)

    def _library_template(self, name: str) -> Template | None:
        for library in self.language.libraries:
            if name in library.templates:
                return self._once("template", name, library.templates[name], _read_template)
        return None

    def _once(
        self,
        kind: str,
        key: str,
        document: Document,
        read: Callable[[Element, Reader], Built | None],
    ) -> Built | None:
        """Build what an element says, once per element: a changed resource is a new element."""
        known = self._built.get((kind, key))
        if known is not None and known.element is document.element:
            result: Built | None = known.result
            return result
        reader = Reader(document.file, self.language)
        built = read(document.element, reader)
        if reader.problems:
            raise reader.problems[0]
        self._built[(kind, key)] = _OnTheFly(document.element, built, tuple(reader.references))
        return built


def _read_sequence(element: Element, reader: Reader) -> Sequence | None:
    if element.tag != f"{{{SYNAPSE}}}sequence":
        return None
    return reader.mediators(element, name=element.get("name"), on_error=element.get("onError"))


def _read_template(element: Element, reader: Reader) -> Template | None:
    if element.tag != f"{{{SYNAPSE}}}template":
        return None
    return Template.from_element(element, reader)


def _read_mediator(element: Element, reader: Reader) -> Mediator | None:
    return reader.mediator(element)
