"""What a deployment consists of, by name."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.background import Background
from apns_connector.mediation.deployment.finding import Finding
from apns_connector.mediation.deployment.layout import Layout
from apns_connector.mediation.deployment.local_entry import LocalEntry
from apns_connector.mediation.endpoints.endpoint import Endpoint
from apns_connector.mediation.endpoints.template import EndpointTemplate
from apns_connector.mediation.endpoints.transport import NoTransport, Transport
from apns_connector.mediation.library import Document
from apns_connector.mediation.mediator import Mediator
from apns_connector.mediation.mediator import Sequence as MediatorSequence
from apns_connector.mediation.message_keeper import MessageKeeper, NoKeeper
from apns_connector.mediation.reading import ArtifactFactory, Language, Reader, Reference
from apns_connector.mediation.registry import Registry
from apns_connector.mediation.template import Template
from apns_connector.mediation.vault import Vault
from apns_connector.mediation.xml import SYNAPSE, Element

if TYPE_CHECKING:
    from apns_connector.mediation.api import Api
    from apns_connector.mediation.message_processor import MessageProcessorDefinition
    from apns_connector.mediation.message_store import MessageStoreDefinition
    from apns_connector.mediation.proxy import Proxy
    from apns_connector.mediation.task import Task

Found = TypeVar("Found")
Artifact = MediatorSequence | Template | EndpointTemplate | LocalEntry

# Run before every proxy when a deployment defines it (Synapse: MANDATORY_SEQUENCE_KEY).
MANDATORY_SEQUENCE = "pre-mediate"
# Keys may come from requests; this many are remembered with what they lead to.
_MOST_KEYS = 1000
_NO_CONFIGS: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Artifacts:
    """Everything that a deployment defines, by kind and name.

    ``names`` is the map of local entries, sequences and templates. Endpoints share their names
    with these; every other kind has names of its own.
    """

    names: dict[str, Artifact] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    apis: dict[str, Api] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    stores: dict[str, MessageStoreDefinition] = field(default_factory=dict)
    processors: dict[str, MessageProcessorDefinition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _OnTheFly:
    """What was built of an element, and the static keys in it."""

    document: Document
    result: Any
    references: tuple[Reference, ...]


class Configuration:
    """One deployment, read and built. Shared by all messages, changed by none.

    What is not defined under a key is looked for in the registry, and a local entry or resource
    that holds XML serves as whatever that XML is. ``documents`` are the definitions as they were
    read, ``configs`` what ``${configs.…}`` may name, ``notes`` what was told while reading, and
    ``further`` files that were read because the configuration names them.
    """

    def __init__(
        self,
        layout: Layout,
        language: Language,
        registry: Registry,
        vault: Vault | None,
        artifacts: Artifacts,
        *,
        documents: Sequence[Document] = (),
        configs: Mapping[str, str] = _NO_CONFIGS,
        notes: Sequence[Finding] = (),
        further: Sequence[Path] = (),
    ) -> None:
        self.layout = layout
        self.language = language
        self.compatibility = language.compatibility
        self.registry = registry
        self.vault = vault
        self.names = artifacts.names
        self.endpoints = artifacts.endpoints
        self.proxies = artifacts.proxies
        self.apis = artifacts.apis
        self.tasks = artifacts.tasks
        self.stores = artifacts.stores
        self.processors = artifacts.processors
        self.configs: Mapping[str, str] = configs
        self.notes = tuple(notes)
        self.further = tuple(further)
        # Whoever serves the deployment gives it a transport that reaches backends, and a keeper
        # whose stores are open.
        self.transport: Transport = NoTransport()
        self.keeper: MessageKeeper = NoKeeper()
        self.background = Background()  # shared by all that it serves one after the other
        self.clock: Callable[[], float] = time.monotonic  # seconds that only grow
        mandatory = self.names.get(MANDATORY_SEQUENCE)
        self.mandatory_sequence = mandatory if isinstance(mandatory, MediatorSequence) else None
        self._documents = tuple(documents)
        self._built: dict[tuple[str, str], _OnTheFly] = {}
        # What a key leads to, and until when that is believed.
        self._templates: dict[str, tuple[float, Template | None]] = {}
        self._connections: dict[str, tuple[float, Mediator | None]] = {}

    def local_entry(self, key: str) -> Element | str | None:
        entry = self.names.get(key)
        return entry.value if isinstance(entry, LocalEntry) else None

    def sequence(self, key: str) -> MediatorSequence | None:
        """The sequence of that key, or ``None``. Raises ConfigurationError for XML that is no
        proper sequence, RegistryError for a path that leads out of the registry."""
        found = self.names.get(key)
        if isinstance(found, MediatorSequence):
            return found
        built: MediatorSequence | None = self._on_the_fly("sequence", key)
        return built

    def template(self, name: str) -> Template | None:
        """The template of that name: of this deployment, the registry, or a library. Raises as
        ``sequence`` does."""
        known = self._templates.get(name)
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        return self._looked_up(name, self._find_template, self._templates)

    def template_until(self, name: str) -> float:
        """Until when ``template`` gives what it gave last, by ``time.monotonic``."""
        known = self._templates.get(name)
        return -math.inf if known is None else known[0]

    def endpoint_template(self, name: str) -> EndpointTemplate | None:
        """The endpoint template of that name, or ``None``. Raises as ``sequence`` does."""
        found = self.names.get(name) or self._on_the_fly("template", name)
        return found if isinstance(found, EndpointTemplate) else None

    def endpoint(self, key: str) -> Endpoint | None:
        """The endpoint of that key, or ``None``. Raises as ``sequence`` does."""
        found = self.endpoints.get(key)
        if found is None:
            found = self._on_the_fly("endpoint", key)
        return found

    def connection(self, key: str) -> Mediator | None:
        """What a configKey leads to: the mediator in a local entry, such as ``<apns.init>``."""
        known = self._connections.get(key)
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        return self._looked_up(key, self._find_connection, self._connections)

    def entry(self, key: str) -> Element | str | None:
        """The text or XML under a key: a local entry, else a registry resource."""
        found = self.local_entry(key)
        return self.registry.text(key) if found is None else found

    def element(self, key: str) -> Element | None:
        """The XML under a key: a local entry, else a registry resource."""
        document = self._document(key)
        return None if document is None else document.element

    def references(self) -> list[Reference]:
        """The static keys in everything that was built on the fly so far."""
        return [reference for known in self._built.values() for reference in known.references]

    def documents(self) -> list[Document]:
        """The definitions of the deployment, and what was built on the fly so far."""
        return [*self._documents, *(known.document for known in self._built.values())]

    def _looked_up(
        self, key: str, look_up: Callable[[str], Found], known: dict[str, tuple[float, Found]]
    ) -> Found:
        """What a key leads to; of one that may be the registry's this is believed for as long as
        the registry believes in what it has found there."""
        found = look_up(key)
        if len(known) >= _MOST_KEYS:
            known.clear()
        known[key] = (self._believed_until(key), found)
        return found

    def _believed_until(self, key: str) -> float:
        return math.inf if key in self.names else self.registry.believed_until(key)

    def _find_template(self, name: str) -> Template | None:
        found = self.names.get(name)
        if not isinstance(found, Template):
            found = self._on_the_fly("template", name)
        return found if isinstance(found, Template) else self._library_template(name)

    def _find_connection(self, key: str) -> Mediator | None:
        found = self.names.get(key)
        if isinstance(found, MediatorSequence):
            return found
        document = self._document(key)
        return None if document is None else self._once("connection", key, document, _read_mediator)

    def _on_the_fly(self, kind: str, key: str) -> Any:
        document = self._document(key)
        if document is None or document.element.tag != f"{{{SYNAPSE}}}{kind}":
            return None
        build = self.language.artifacts.get(kind)
        return None if build is None else self._once(kind, key, document, build)

    def _document(self, key: str) -> Document | None:
        entry = self.names.get(key)
        if isinstance(entry, LocalEntry):
            return None if isinstance(entry.value, str) else Document(entry.value, entry.file)
        if entry is not None:
            return None
        resource = self.registry.resource(key)
        if resource is None:
            return None
        return Document(self.registry.parsed(resource), resource.file)

    def _library_template(self, name: str) -> Template | None:
        for library in self.language.libraries:
            if name in library.templates:
                document = library.templates[name]
                template: Template = self._once("template", name, document, Template.from_element)
                return template
        return None

    def _once(self, kind: str, key: str, document: Document, build: ArtifactFactory) -> Any:
        """Build what an element says, once per element: a changed resource is a new element."""
        # A registry resource by its file: a key from a request may spell it in any number of ways.
        known_as = (kind, key if key in self.names else document.file)
        known = self._built.get(known_as)
        if known is not None and known.document.element is document.element:
            return known.result
        reader = Reader(document.file, self.language)
        built = build(document.element, reader)
        if reader.problems:
            one = len(reader.problems) == 1
            raise reader.problems[0] if one else InvalidDeployment(reader.problems)
        self._built[known_as] = _OnTheFly(document, built, tuple(reader.references))
        return built


def _read_mediator(element: Element, reader: Reader) -> Mediator | None:
    return reader.mediator(element)
