"""Reading a deployment: all its files, all its problems, one configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from apns_connector.errors import (
    ConfigurationError,
    ConnectorError,
    InvalidDeployment,
    XmlError,
)
from apns_connector.mediation import xml
from apns_connector.mediation.artifacts import Artifact, Configuration, LocalEntry
from apns_connector.mediation.built_in import built_in_sequences
from apns_connector.mediation.files import DeploymentFiles
from apns_connector.mediation.library import Document, Import, Library
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.proxy import Proxy
from apns_connector.mediation.reading import ClassFactory, Language, Reader, Reference
from apns_connector.mediation.references import problems_of
from apns_connector.mediation.registry import Registry
from apns_connector.mediation.template import Template
from apns_connector.mediation.vault import Vault
from apns_connector.mediation.xml import SYNAPSE, Element, children, line_of, local_name

__all__ = ["Configuration", "read_deployment"]

# Their content has no meaning here: the registry is a folder, and there are no tasks yet.
IGNORED_ARTIFACTS = ("import", "description", "registry", "taskManager")
NOT_SUPPORTED_ARTIFACTS = (
    "endpoint",
    "task",
    "eventSource",
    "priorityExecutor",
    "messageStore",
    "messageProcessor",
    "api",
    "inboundEndpoint",
)


def read_deployment(
    folder: Path,
    *,
    classes: Mapping[str, ClassFactory],
    libraries: Sequence[Library] = (),
    vault: Vault | None = None,
) -> Configuration:
    """Read and build the deployment in ``folder``.

    ``classes`` are those that ``<class name="…">`` may name. ``libraries`` are enabled unless an
    import says otherwise, and give way to an archive of the same name in ``synapse-libs``. Raises
    InvalidDeployment with all problems that were found.
    """
    if not folder.is_dir():
        raise InvalidDeployment([ConfigurationError("there is no such folder", str(folder))])
    files = DeploymentFiles(folder)
    artifacts = files.artifacts()
    imports, import_problems = _read_imports(artifacts)
    enabled = enabled_libraries(files.libraries(), libraries, imports)
    builder = _Builder(files, _language(classes, enabled, imports))
    for document in artifacts:
        builder.add(document)
    for library in enabled:
        for key, document in library.local_entries.items():
            builder.add_local_entry(key, document)
    configuration = Configuration(
        folder,
        builder.language,
        Registry(folder / "registry"),
        vault,
        {**built_in_sequences(), **builder.names},
        builder.proxies,
    )
    problems = [*files.problems, *import_problems, *builder.problems]
    problems += problems_of(builder.references, configuration)
    problems += _publish_wsdls(configuration, files)
    if problems:
        raise InvalidDeployment(problems)
    return configuration


def enabled_libraries(
    archives: Sequence[Library], given: Sequence[Library], imports: Sequence[Import]
) -> list[Library]:
    """Which libraries are in force.

    A library of the deployment needs an enabled import. One that is given needs none, but a
    disabled import switches it off; an archive of the same name takes its place.
    """
    states = {found.identity: found.enabled for found in imports}
    givens = {library.identity: library for library in given}
    chosen = {**givens, **{library.identity: library for library in archives}}
    return [
        library for identity, library in chosen.items() if states.get(identity, identity in givens)
    ]


def _language(
    classes: Mapping[str, ClassFactory], libraries: list[Library], imports: list[Import]
) -> Language:
    stated = {found.identity for found in imports}
    implied = [
        Import(library.name, library.package, enabled=True)
        for library in libraries
        if library.identity not in stated
    ]
    return Language(
        mediators=MEDIATORS,
        not_supported=NOT_SUPPORTED,
        operation=operation_from_element,
        classes=classes,
        libraries=libraries,
        imports=[*imports, *implied],
    )


def _read_imports(
    documents: Sequence[Document],
) -> tuple[list[Import], list[ConfigurationError]]:
    found: list[Import] = []
    problems: list[ConfigurationError] = []
    for document in documents:
        if _kind(document) != "import":
            continue
        element = document.element
        name, package = element.get("name"), element.get("package")
        if name and package:
            found.append(Import(name, package, element.get("status") == "enabled"))
        else:
            text = "<import> needs the attributes 'name' and 'package'"
            problems.append(ConfigurationError(text, document.file, line_of(element)))
    return found, problems


class _Builder:
    """Builds artifacts and keeps them by name, together with what is wrong with them."""

    def __init__(self, files: DeploymentFiles, language: Language) -> None:
        self._files = files
        self.language = language
        self.names: dict[str, Artifact] = {}
        self.proxies: dict[str, Proxy] = {}
        self.problems: list[ConfigurationError] = []
        self.references: list[Reference] = []

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
            self._name(key, self._local_entry(document.element, reader), document.element, reader)
        except ConfigurationError as error:
            self.problems.append(error)

    def _build(self, kind: str, element: Element, reader: Reader) -> None:
        match kind:
            case "localEntry":
                key = reader.required(element, "key")
                self._name(key, self._local_entry(element, reader), element, reader)
            case "sequence":
                name = reader.required(element, "name")
                sequence = reader.mediators(element, name=name, on_error=element.get("onError"))
                self._name(name, sequence, element, reader)
            case "template":
                template = Template.from_element(element, reader)
                self._name(template.name, template, element, reader)
            case "proxy":
                self._add_proxy(Proxy.from_element(element, reader), element, reader)
            case _ if kind in NOT_SUPPORTED_ARTIFACTS:
                raise reader.error(element, f"<{kind}> is not supported yet")
            case _ if kind not in IGNORED_ARTIFACTS or element.tag != f"{{{SYNAPSE}}}{kind}":
                raise reader.error(element, f"<{element.tag}> is nothing that a deployment holds")

    def _name(self, name: str, artifact: Artifact, element: Element, reader: Reader) -> None:
        """Local entries, sequences and templates share one map of names."""
        if name in self.names:
            kind = local_name(element.tag)
            raise reader.error(element, f"Duplicate {kind} definition for key : {name}")
        self.names[name] = artifact

    def _add_proxy(self, proxy: Proxy, element: Element, reader: Reader) -> None:
        if proxy.name in self.proxies:
            raise reader.error(element, f"Duplicate proxy definition for key : {proxy.name}")
        self.proxies[proxy.name] = proxy

    def _local_entry(self, element: Element, reader: Reader) -> LocalEntry:
        source = element.get("src")
        if source is not None:
            return self._local_entry_from_file(source, element, reader)
        inline = [child for child in children(element) if local_name(child.tag) != "description"]
        if inline:
            return LocalEntry(inline[0], reader.file)
        # The text may stand behind the description.
        parts = [element.text or "", *(child.tail or "" for child in element)]
        return LocalEntry("".join(parts).strip(), reader.file)

    def _local_entry_from_file(self, source: str, element: Element, reader: Reader) -> LocalEntry:
        """XML becomes an element, everything else is text."""
        try:
            content = self._files.content(source)
        except ConfigurationError as error:
            raise reader.located(error, element) from error
        try:
            return LocalEntry(xml.parse(content, xml.CONFIGURATION), source)
        except XmlError:
            return LocalEntry(content.decode("utf-8", "replace").strip(), source)


def _publish_wsdls(
    configuration: Configuration, files: DeploymentFiles
) -> list[ConfigurationError]:
    """Find the WSDL of each proxy that publishes one. In safe mode a proxy goes without."""
    problems: list[ConfigurationError] = []
    for proxy in configuration.proxies.values():
        try:
            proxy.wsdl = _wsdl(proxy, configuration, files)
        except ConnectorError as error:
            if proxy.parameters.get("enablePublishWSDLSafeMode") != "true":
                text = f"the WSDL of proxy '{proxy.name}' cannot be had: {error}"
                problems.append(ConfigurationError(text, *proxy.place))
    return problems


def _wsdl(proxy: Proxy, configuration: Configuration, files: DeploymentFiles) -> Element | None:
    source = proxy.wsdl_source
    if source is None:
        return None
    if source.uri is not None:
        return xml.parse(files.content(source.uri), xml.CONFIGURATION)
    if source.key is not None:
        found = configuration.element(source.key)
        if found is None:
            raise ConfigurationError(f"there is no XML under the key '{source.key}'")
        return found
    return source.inline


def _kind(document: Document) -> str:
    return local_name(document.element.tag)
