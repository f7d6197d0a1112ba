"""Reading a deployment: all its files, all its problems, one configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from apns_connector.errors import (
    ConfigurationError,
    ConnectorError,
    InvalidDeployment,
)
from apns_connector.mediation import xml
from apns_connector.mediation.api import Api, problems_with
from apns_connector.mediation.artifacts import Artifacts, Configuration
from apns_connector.mediation.compatibility import MI_4, Compatibility
from apns_connector.mediation.deployment.built_in import built_in_sequences
from apns_connector.mediation.deployment.files import DeploymentFiles
from apns_connector.mediation.deployment.imports import (
    enabled_libraries,
    read_imports,
    with_implied,
)
from apns_connector.mediation.deployment.layout import Layout, find_layout
from apns_connector.mediation.deployment.local_entry import LocalEntry
from apns_connector.mediation.deployment.references import follow
from apns_connector.mediation.deployment.resolvers import Resolvers
from apns_connector.mediation.endpoints.health import HealthOf, unrecorded
from apns_connector.mediation.endpoints.reading import endpoint_from_element
from apns_connector.mediation.endpoints.template import template_from_element
from apns_connector.mediation.library import Document, Import, Library
from apns_connector.mediation.mediator import Sequence as MediatorSequence
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.message_processor import MessageProcessorDefinition
from apns_connector.mediation.message_store import MessageStoreDefinition
from apns_connector.mediation.proxy import Proxy
from apns_connector.mediation.reading import (
    ArtifactFactory,
    ClassFactory,
    Language,
    Reader,
    Reference,
)
from apns_connector.mediation.registry import Registry
from apns_connector.mediation.task import Task
from apns_connector.mediation.vault import Vault
from apns_connector.mediation.xml import SYNAPSE, Element, line_of, local_name

__all__ = ["Configuration", "read_deployment"]

_NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kind:
    """How an artifact is built, in which map of Artifacts it is kept, and which attribute names
    it. ``key``: what it is kept under, where that is not the name."""

    build: ArtifactFactory
    map: str
    name: str = "name"
    key: Callable[[Any], str] | None = None


def _sequence_from_element(element: Element, reader: Reader) -> MediatorSequence:
    return reader.mediators(element, name=element.get("name"), on_error=element.get("onError"))


# Element -> what becomes of it. A new kind of artifact is a line here.
KINDS: Mapping[str, Kind] = {
    "localEntry": Kind(LocalEntry.from_element, "names", name="key"),
    "sequence": Kind(_sequence_from_element, "names"),
    "endpoint": Kind(endpoint_from_element, "endpoints"),
    "template": Kind(template_from_element, "names"),
    "proxy": Kind(Proxy.from_element, "proxies"),
    "api": Kind(Api.from_element, "apis", key=lambda api: str(api.key)),
    "task": Kind(Task.from_element, "tasks"),
    "messageStore": Kind(MessageStoreDefinition.from_element, "stores"),
    "messageProcessor": Kind(MessageProcessorDefinition.from_element, "processors"),
}
# These maps hold different kinds under one set of names.
SHARED_NAMES = ("names", "endpoints")

# Their content has no meaning here: the registry is a folder, and the tasks have one scheduler.
IGNORED_ARTIFACTS = ("import", "description", "registry", "taskManager")
NOT_SUPPORTED_ARTIFACTS: Mapping[str, str] = {
    "eventSource": "there is no eventing; call the subscribers with <clone>",
    "inboundEndpoint": "requests come over HTTP alone; deliver them to a proxy or an API",
    "priorityExecutor": "there are no threads to give priority to",
}


def read_deployment(
    deployment: Path,
    *,
    classes: Mapping[str, ClassFactory],
    libraries: Sequence[Library] = (),
    vault: Vault | None = None,
    environment: Mapping[str, str] = _NO_ENVIRONMENT,
    compatibility: Compatibility = MI_4,
    health: HealthOf = unrecorded,
) -> Configuration:
    """Read and build a deployment: a folder in any shape that ``layout`` knows, or a file.

    ``classes`` are those that ``<class name="…">`` may name. ``libraries`` are enabled unless an
    import says otherwise, and give way to an archive of the same name in the deployment.
    ``environment``: the variables that ``$SYSTEM:`` and ``${configs.…}`` may name.
    ``compatibility``: which version its flows were written for. ``health``: that of each endpoint
    in the configuration before. Raises InvalidDeployment with all problems that were found, and
    another ConfigurationError when there is no deployment.
    """
    configuration, problems = build_deployment(
        deployment,
        classes=classes,
        libraries=libraries,
        vault=vault,
        environment=environment,
        compatibility=compatibility,
        health=health,
    )
    if problems:
        raise InvalidDeployment(problems)
    return configuration


def build_deployment(
    deployment: Path,
    *,
    classes: Mapping[str, ClassFactory],
    libraries: Sequence[Library] = (),
    vault: Vault | None = None,
    environment: Mapping[str, str] = _NO_ENVIRONMENT,
    compatibility: Compatibility = MI_4,
    health: HealthOf = unrecorded,
) -> tuple[Configuration, list[ConfigurationError]]:
    """As ``read_deployment``; what is wrong does not keep it from giving what is right. Raises
    ConfigurationError only when there is no deployment."""
    layout = find_layout(deployment)
    files = DeploymentFiles(layout)
    return build_configuration(
        layout,
        files,
        Registry(layout.registry, files.resources()),
        classes=classes,
        libraries=libraries,
        vault=vault,
        environment=environment,
        compatibility=compatibility,
        health=health,
    )


def build_configuration(
    layout: Layout,
    files: DeploymentFiles,
    registry: Registry,
    *,
    classes: Mapping[str, ClassFactory],
    libraries: Sequence[Library] = (),
    vault: Vault | None = None,
    environment: Mapping[str, str] = _NO_ENVIRONMENT,
    compatibility: Compatibility = MI_4,
    health: HealthOf = unrecorded,
) -> tuple[Configuration, list[ConfigurationError]]:
    """As ``build_deployment``, of what ``files`` give, wherever they have it from."""
    documents = files.artifacts()
    imports, import_problems = read_imports(documents)
    known = [*libraries, *files.connectors()]
    enabled = enabled_libraries(files.libraries(), known, imports)
    resolvers = Resolvers(environment, files.file_properties(), files.configs())
    language = _language(classes, enabled, imports, files, resolvers)
    builder = _Builder(replace(language, compatibility=compatibility, health=health))
    for document in documents:
        builder.add(document)
    for library in enabled:
        for key, document in library.local_entries.items():
            builder.add_local_entry(key, document)
    builder.artifacts.names = {**built_in_sequences(), **builder.artifacts.names}
    configuration = Configuration(
        layout,
        builder.language,
        registry,
        vault,
        builder.artifacts,
        documents=documents,
        configs=resolvers.configs,
        notes=files.notes,
        further=files.further,
    )
    problems = [*files.problems, *import_problems, *builder.problems]
    followed = follow(builder.references, configuration)
    configuration.notes += tuple(followed.warnings)
    problems += followed.problems
    problems += _publish_wsdls(configuration)
    problems += problems_with(configuration.apis)
    return configuration, problems


def _language(
    classes: Mapping[str, ClassFactory],
    libraries: list[Library],
    imports: list[Import],
    files: DeploymentFiles,
    resolvers: Resolvers,
) -> Language:
    return Language(
        mediators=MEDIATORS,
        not_supported=NOT_SUPPORTED,
        operation=operation_from_element,
        classes=classes,
        libraries=libraries,
        imports=with_implied(imports, libraries),
        artifacts={name: kind.build for name, kind in KINDS.items()},
        content=files.content,
        resolve=resolvers.resolve,
    )


class _Builder:
    """Builds artifacts and keeps them by name, together with what is wrong with them."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.artifacts = Artifacts()
        self.problems: list[ConfigurationError] = []
        self.references: list[Reference] = []
        self._places: dict[tuple[str, str], str] = {}

    def add(self, document: Document) -> None:
        """Build one artifact; a bad one leaves problems behind."""
        reader = Reader(document.file, self.language)
        try:
            self._build(_kind(document), document.element, reader)
        except ConfigurationError as error:
            self.problems.append(reader.located(error, document.element))
        self.problems.extend(reader.problems)
        self.references.extend(reader.references)

    def add_local_entry(self, key: str, document: Document) -> None:
        """A local entry that comes with a library."""
        reader = Reader(document.file, self.language)
        try:
            entry = LocalEntry.from_element(document.element, reader)
            self._keep(KINDS["localEntry"], key, entry, document.element, reader)
        except ConfigurationError as error:
            self.problems.append(error)

    def _build(self, name: str, element: Element, reader: Reader) -> None:
        known = element.tag == f"{{{SYNAPSE}}}{name}"
        if known and name in KINDS:
            kind = KINDS[name]
            named = reader.required(element, kind.name)
            built = kind.build(element, reader)
            key = named if kind.key is None else kind.key(built)
            self._keep(kind, key, built, element, reader)
        elif known and name in NOT_SUPPORTED_ARTIFACTS:
            why = NOT_SUPPORTED_ARTIFACTS[name]
            raise reader.error(element, f"<{name}> is not supported: {why}")
        elif not known or name not in IGNORED_ARTIFACTS:
            raise reader.error(element, f"<{element.tag}> is nothing that a deployment holds")

    def _keep(self, kind: Kind, key: str, built: Any, element: Element, reader: Reader) -> None:
        names = "names" if kind.map in SHARED_NAMES else kind.map
        first = self._places.get((names, key))
        if first is not None:
            what = local_name(element.tag)
            text = f"Duplicate {what} definition for key : {key}: the first one is in {first}"
            raise reader.error(element, text)
        self._places[names, key] = f"{reader.file}:{line_of(element)}"
        getattr(self.artifacts, kind.map)[key] = built


def _publish_wsdls(configuration: Configuration) -> list[ConfigurationError]:
    """Find the WSDL of each proxy that publishes one. In safe mode a proxy goes without."""
    problems: list[ConfigurationError] = []
    for proxy in configuration.proxies.values():
        try:
            proxy.wsdl = _wsdl(proxy, configuration)
        except ConnectorError as error:
            if proxy.parameters.get("enablePublishWSDLSafeMode") != "true":
                text = f"the WSDL of proxy '{proxy.name}' cannot be had: {error}"
                problems.append(ConfigurationError(text, *proxy.place))
    return problems


def _wsdl(proxy: Proxy, configuration: Configuration) -> Element | None:
    source = proxy.wsdl_source
    if source is None:
        return None
    if source.uri is not None:
        return xml.parse(configuration.language.content(source.uri), xml.CONFIGURATION)
    if source.key is not None:
        found = configuration.element(source.key)
        if found is None:
            raise ConfigurationError(f"there is no XML under the key '{source.key}'")
        return found
    return source.inline


def _kind(document: Document) -> str:
    return local_name(document.element.tag)
