"""Carbon applications: ``.car`` archives, as the tools of WSO2 build them.

``artifacts.xml`` lists what is inside; each has a folder ``NAME_VERSION`` of its own, where
``artifact.xml`` tells its type and its file. Nothing in them needs an order here, since keys are
looked up by name when a message comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apns_connector.errors import ConfigurationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.deployment.archive import ARCHIVE_LIMIT, Archive, open_archive
from apns_connector.mediation.deployment.resource_listing import Listed, listed_resources
from apns_connector.mediation.java_properties import read_properties
from apns_connector.mediation.library import Document, Library, unpack_library
from apns_connector.mediation.registry import SIZE_LIMIT, Mounted
from apns_connector.mediation.xml import SYNAPSE, Element, children, line_of, local_name

# Type of an artifact -> the element of its file.
_CONFIGURATION: Mapping[str, str] = {
    "synapse/api": "api",
    "synapse/endpoint": "endpoint",
    "synapse/event-source": "eventSource",
    "synapse/import": "import",
    "synapse/inbound-endpoint": "inboundEndpoint",
    "synapse/local-entry": "localEntry",
    "synapse/message-processors": "messageProcessor",
    "synapse/message-store": "messageStore",
    "synapse/priority-executor": "priorityExecutor",
    "synapse/proxy-service": "proxy",
    "synapse/sequence": "sequence",
    "synapse/task": "task",
    "synapse/template": "template",
}
_LEFT_ALONE: Mapping[str, str] = {
    "synapse/metadata": "it describes an API for a catalogue",
    "lib/synapse/mediator": "Java does not run here; write class mediators in Python",
    "lib/connector/dependency": "Java does not run here",
    "lib/library/bundle": "Java does not run here",
}
RESOURCES_LIMIT = 128_000_000  # bytes of all of them together: they are kept in memory


@dataclass(slots=True)
class CarbonApplication:
    """What an archive holds, and what is wrong with it. ``resources``: by their path in the
    registry. ``not_read``: what is left alone, and why."""

    documents: list[Document] = field(default_factory=list)
    libraries: list[Library] = field(default_factory=list)
    resources: dict[str, Mounted] = field(default_factory=dict)
    configs: dict[str, str] = field(default_factory=dict)
    problems: list[ConfigurationError] = field(default_factory=list)
    not_read: list[tuple[str, str]] = field(default_factory=list)


def read_application(file: Path, name: str) -> CarbonApplication:
    """The application in ``file``, which messages call ``name``. Raises nothing: what is wrong is
    in ``problems``."""
    application = CarbonApplication()
    try:
        with open_archive(file, name) as archive:
            _Reading(archive, application).read()
    except ConfigurationError as error:
        application.problems.append(error)
    return application


@dataclass(frozen=True, slots=True)
class _Part:
    """One artifact of the application: its folder in the archive, type, and main file."""

    folder: str
    type: str
    file: str


class _Reading:
    def __init__(self, archive: Archive, application: CarbonApplication) -> None:
        self._archive = archive
        self._application = application
        self._resource_bytes = 0

    def read(self) -> None:
        listing = self._document("artifacts.xml")
        for element in listing.element.iter("{*}dependency"):
            try:
                self._add(element, listing.file)
            except ConfigurationError as error:
                self._application.problems.append(error)

    def _add(self, dependency: Element, listing: str) -> None:
        folder = f"{dependency.get('artifact', '')}_{dependency.get('version', '')}"
        if dependency.get("include", "true") == "false":
            return
        if f"{folder}/artifact.xml" not in self._archive:
            text = f"the archive has no {folder}/artifact.xml"
            raise ConfigurationError(text, listing, line_of(dependency))
        part = self._part(folder)
        if part.type in _CONFIGURATION:
            self._add_configuration(part)
        elif part.type == "synapse/lib":
            content = self._content(part, ARCHIVE_LIMIT)
            library = unpack_library(content, f"{self._archive.name}/{folder}/{part.file}")
            self._application.libraries.append(library)
        elif part.type == "registry/resource":
            self._add_resources(part)
        elif part.type == "config/property":
            self._add_configs(folder)
        else:
            why = _LEFT_ALONE.get(part.type, f"nothing here is of the type '{part.type}'")
            self._application.not_read.append((f"{self._archive.name}/{folder}", why))

    def _part(self, folder: str) -> _Part:
        document = self._document(f"{folder}/artifact.xml")
        files = [child for child in children(document.element) if local_name(child.tag) == "file"]
        file = (files[0].text or "").strip() if files else ""
        if not file:
            line = line_of(document.element)
            raise ConfigurationError("the artifact names no <file>", document.file, line)
        return _Part(folder, document.element.get("type", ""), file)

    def _add_configuration(self, part: _Part) -> None:
        document = self._document(f"{part.folder}/{part.file}")
        expected = f"{{{SYNAPSE}}}{_CONFIGURATION[part.type]}"
        if document.element.tag != expected:
            text = f"{part.type} is <{expected}>, not <{document.element.tag}>"
            raise ConfigurationError(text, document.file, line_of(document.element))
        self._application.documents.append(document)

    def _add_resources(self, part: _Part) -> None:
        listing = self._document(f"{part.folder}/{part.file}")
        for listed in listed_resources(listing.element, listing.file):
            source = f"{part.folder}/resources/{listed.source}"
            if listed.collection:
                for name in self._archive.below(source):
                    self._add_resource(name, listed.path + name.removeprefix(source), listed)
            elif source in self._archive:
                self._add_resource(source, listed.path, listed)
            else:
                text = f"the archive has no {source}"
                self._application.problems.append(
                    ConfigurationError(text, listing.file, listed.line)
                )

    def _add_resource(self, name: str, path: str, listed: Listed) -> None:
        content = self._archive.read(name, SIZE_LIMIT)
        file = f"{self._archive.name}/{name}"
        if content is None or len(content) > SIZE_LIMIT:
            raise ConfigurationError(f"the resource is larger than {SIZE_LIMIT} bytes", file)
        self._resource_bytes += len(content)
        if self._resource_bytes > RESOURCES_LIMIT:
            text = f"the registry resources are more than {RESOURCES_LIMIT} bytes"
            raise ConfigurationError(text, self._archive.name)
        self._application.resources[path] = Mounted(content, listed.media_type, file)

    def _add_configs(self, folder: str) -> None:
        for name in self._archive.below(folder):
            if name.endswith("/config.properties"):
                self._application.configs |= read_properties(self._archive.read(name) or b"")

    def _content(self, part: _Part, limit: int) -> bytes:
        name = f"{part.folder}/{part.file}"
        content = self._archive.read(name, limit)
        if content is None:
            raise ConfigurationError(f"the archive has no {name}", self._archive.name)
        if len(content) > limit:
            raise ConfigurationError(f"{name} is larger than {limit} bytes", self._archive.name)
        return content

    def _document(self, name: str) -> Document:
        file = f"{self._archive.name}/{name}"
        content = self._archive.read(name)
        if content is None:
            raise ConfigurationError(f"the archive has no {name}", self._archive.name)
        try:
            return Document(xml.parse(content, xml.CONFIGURATION), file)
        except XmlError as error:
            raise ConfigurationError(error.problem, file, error.line) from error
