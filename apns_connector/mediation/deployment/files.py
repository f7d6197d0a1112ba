"""The files of a deployment: which there are, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from apns_connector.errors import ConfigurationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.deployment.carbon_application import (
    CarbonApplication,
    read_application,
)
from apns_connector.mediation.deployment.finding import Finding, Severity
from apns_connector.mediation.deployment.layout import (
    FILE_PROPERTIES,
    SINGLE_FILES,
    Layout,
    files_below,
)
from apns_connector.mediation.deployment.resource_listing import Listed, listed_resources
from apns_connector.mediation.java_properties import read_properties
from apns_connector.mediation.library import Document, Library, read_library
from apns_connector.mediation.registry import Mounted
from apns_connector.mediation.xml import SYNAPSE, Element, children, line_of


class DeploymentFiles:
    """Reads what ``layout`` found; what is wrong is kept in ``problems``, in ``notes`` what is
    merely told. ``further`` are the files that were asked for by name."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.problems: list[ConfigurationError] = []
        self.notes: list[Finding] = [
            _note(f"not read: {why}", layout.name(path)) for path, why in layout.not_read
        ]
        self.further: list[Path] = []
        self._applications = [self._application(file) for file in layout.applications]
        listings = [(module, self._parsed(module / "artifact.xml")) for module in layout.modules]
        self._modules = [(module, found) for module, found in listings if found is not None]

    def artifacts(self) -> list[Document]:
        """Those of files with everything first, so that what they define wins over the same name
        again; those of carbon applications last."""
        found: list[Document] = []
        for file in self._layout.definitions:
            found += self._definitions(file)
        for folder, kinds in self._layout.artifacts:
            found += self._artifacts(folder, kinds)
        for application in self._applications:
            found += application.documents
        return found

    def libraries(self) -> list[Library]:
        """The connector archives that wait for an import."""
        return self._read_libraries(self._layout.libraries)

    def connectors(self) -> list[Library]:
        """The connector archives that are in force by being there: those of projects and carbon
        applications."""
        libraries = self._read_libraries(self._layout.connectors)
        for application in self._applications:
            libraries += application.libraries
        for module, listing in self._modules:
            libraries += self._read_libraries([module / name for name in _exported(listing)])
        return libraries

    def resources(self) -> dict[str, Mounted]:
        """Registry resources that do not lie in the folder ``registry``, by their path in there.
        The first one of a path stays; the others are noted."""
        found: dict[str, Mounted] = {}
        for path, mounted in self._all_resources():
            first = found.setdefault(path, mounted)
            if first is not mounted:
                text = f"not read: the registry resource '{path}' is that of {first.file}"
                self.notes.append(_note(text, mounted.file))
        return found

    def configs(self) -> dict[str, str]:
        """What ``${configs.…}`` may name."""
        found: dict[str, str] = {}
        for application in self._applications:
            found |= application.configs
        for file in self._layout.configs:
            found |= self._properties(file)
        return {name: value for name, value in found.items() if value not in _DECLARED}

    def file_properties(self) -> dict[str, str]:
        """What ``$FILE:…`` may name."""
        found: dict[str, str] = {}
        for name in FILE_PROPERTIES:
            found |= self._properties(self._layout.folder / name)
        return found

    def content(self, uri: str) -> bytes:
        """A file named by a path, or a ``file:`` URI, relative to the deployment.

        Raises ConfigurationError, without a place, for everything outside of it.
        """
        path = uri.removeprefix("file:").lstrip("/") if uri.startswith("file:") else uri
        file = (self._layout.folder / path).resolve()
        if "://" in path or not file.is_relative_to(self._layout.folder.resolve()):
            raise ConfigurationError(
                f"'{uri}' is not inside the deployment: only file:PATH relative to it is read"
            )
        self.further.append(file)
        try:
            return file.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"'{uri}' cannot be read: {error.strerror}") from error

    def _application(self, file: Path) -> CarbonApplication:
        application = read_application(file, self._layout.name(file))
        self.problems += application.problems
        self.notes += [_note(f"not read: {why}", name) for name, why in application.not_read]
        return application

    def _read_libraries(self, files: list[Path]) -> list[Library]:
        found = []
        for file in files:
            try:
                found.append(read_library(file, called=self._layout.name(file)))
            except ConfigurationError as error:
                self.problems.append(error)
        return found

    def _definitions(self, file: Path) -> Iterator[Document]:
        document = self._expected(file, "definitions")
        if document is not None:
            for child in children(document.element):
                yield Document(child, document.file)

    def _artifacts(self, folder: Path, kinds: Mapping[str, str]) -> Iterator[Document]:
        files = [(folder / name, kind) for name, kind in SINGLE_FILES.items()]
        files = [(file, kind) for file, kind in files if file.exists()]
        for name, kind in kinds.items():
            files += [(file, kind) for file in sorted((folder / name).glob("*.xml"))]
        for file, kind in files:
            document = self._expected(file, kind)
            if document is not None:
                yield document

    def _all_resources(self) -> Iterator[tuple[str, Mounted]]:
        for resources in self._layout.resources:
            yield from self._of_project(resources)
        for module, listing in self._modules:
            for listed in self._listed(listing):
                yield from self._of_module(module, listed)
        for application in self._applications:
            yield from application.resources.items()

    def _of_project(self, resources: Path) -> Iterator[tuple[str, Mounted]]:
        """``resources/registry/gov/x`` is ``gov:x``, and everything else in ``resources`` is
        reached as ``resources:x``."""
        for file in files_below(resources):
            parts = file.relative_to(resources).parts
            match parts:
                case ("registry", "gov" | "governance", _, *_):
                    yield "/".join(("governance", *parts[2:])), self._mounted(file)
                case ("registry", "conf" | "config", _, *_):
                    yield "/".join(("config", *parts[2:])), self._mounted(file)
                case ("registry" | "connectors" | "metadata", *_):
                    continue
                case (_, _, *_):
                    path = "/".join(("governance", "mi-resources", *parts))
                    yield path, self._mounted(file)

    def _of_module(self, module: Path, listed: Listed) -> Iterator[tuple[str, Mounted]]:
        source = module / listed.source
        if listed.collection:
            for file in files_below(source):
                path = f"{listed.path}/{file.relative_to(source).as_posix()}"
                yield path, self._mounted(file)
        elif source.is_file():
            yield listed.path, self._mounted(source, listed.media_type)
        else:
            name = self._layout.name(module / "artifact.xml")
            text = f"there is no file {listed.source}"
            self.problems.append(ConfigurationError(text, name, listed.line))

    def _mounted(self, file: Path, media_type: str | None = None) -> Mounted:
        return Mounted(file, media_type, self._layout.name(file))

    def _listed(self, listing: Document) -> list[Listed]:
        try:
            parts = _parts(listing, "registry/resource")
            return [found for part in parts for found in listed_resources(part, listing.file)]
        except ConfigurationError as error:
            self.problems.append(error)
            return []

    def _properties(self, file: Path) -> dict[str, str]:
        try:
            return read_properties(file.read_bytes()) if file.is_file() else {}
        except OSError as error:
            name = self._layout.name(file)
            self.problems.append(ConfigurationError(f"the file cannot be read: {error}", name))
            return {}

    def _expected(self, file: Path, kind: str) -> Document | None:
        """The document in a file, if its root is of that kind."""
        document = self._parsed(file)
        if document is None or document.element.tag == f"{{{SYNAPSE}}}{kind}":
            return document
        tag = document.element.tag
        problem = f"a <{kind}> in the namespace {SYNAPSE} is expected here, not <{tag}>"
        line = line_of(document.element)
        self.problems.append(ConfigurationError(problem, document.file, line))
        return None

    def _parsed(self, file: Path) -> Document | None:
        name = self._layout.name(file)
        try:
            return Document(xml.parse(file.read_bytes(), xml.CONFIGURATION), name)
        except XmlError as error:
            self.problems.append(ConfigurationError(error.problem, name, error.line))
        except OSError as error:
            self.problems.append(ConfigurationError(f"the file cannot be read: {error}", name))
        return None


# config.properties of newer projects declares types; the values come from the environment.
_DECLARED = frozenset({"string", "cert"})


def _parts(listing: Document, kind: str) -> list[Element]:
    """What an artifact.xml lists of that type."""
    return [part for part in children(listing.element) if part.get("type") == kind]


def _exported(listing: Document) -> list[str]:
    """The archives that a connector exporter lists, beside the listing."""
    files = (part.find("{*}file") for part in _parts(listing, "synapse/lib"))
    names = ((file.text or "").strip() for file in files if file is not None)
    return [PurePosixPath(name).name for name in names if name]


def _note(text: str, file: str) -> Finding:
    return Finding(Severity.NOTE, text, file)
