"""A connector as the ESB sees it: ``connector.xml`` and folders of templates.

Names count, folders do not: ``connector.xml`` lists its components by the ``name`` of their
``component.xml``, and a template is called by package, library and the ``name`` of its own root
element. Synapse 2 (WSO2) layout; Apache Synapse's ``artifacts.xml`` is another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from apns_connector.errors import ConfigurationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.deployment.archive import Files, Folder, open_archive
from apns_connector.mediation.xml import Element, children, line_of, local_name


@dataclass(frozen=True, slots=True)
class Document:
    """An element and the file it was read from."""

    element: Element
    file: str


@dataclass(frozen=True, slots=True)
class Import:
    """What switches a library on. Its identity is ``{package}name``."""

    name: str
    package: str
    enabled: bool

    @property
    def identity(self) -> str:
        return f"{{{self.package}}}{self.name}"


@dataclass(frozen=True, slots=True)
class Library:
    """``templates`` by qualified name, ``local_entries`` by key; both not built yet."""

    name: str
    package: str
    file: str
    templates: dict[str, Document]
    local_entries: dict[str, Document]

    @property
    def identity(self) -> str:
        return f"{{{self.package}}}{self.name}"


def read_library(path: Path, *, called: str | None = None) -> Library:
    """The library in a ``.zip`` archive, or in an unpacked folder that holds ``connector.xml``.

    ``called``: what messages call it instead of its path, which a flow may send out. Raises
    ConfigurationError for anything a WSO2 product would not load, and as ``open_archive`` does.
    """
    name = called or str(path)
    if path.is_dir():
        return _read(Folder(path, name))
    with open_archive(path, name) as archive:
        return _read(archive)


def unpack_library(content: bytes, name: str) -> Library:
    """The library in the bytes of an archive, as a carbon application carries one. Raises as
    ``read_library`` does."""
    with open_archive(content, name) as archive:
        return _read(archive)


def _read(source: Files) -> Library:
    descriptor = _document(source, "connector.xml")
    component = next(_named(descriptor.element, "component"), None)
    if component is None:
        line = line_of(descriptor.element)
        raise ConfigurationError("connector.xml has no <component>", descriptor.file, line)
    name = _attribute(descriptor, component, "name")
    package = _attribute(descriptor, component, "package")
    templates: dict[str, Document] = {}
    for folder in _dependencies(source, descriptor, component):
        for template in _templates(source, folder):
            local = _attribute(template, template.element, "name")
            templates[f"{package}.{name}.{local}"] = template
    return Library(name, package, source.name, templates, _local_entries(source, name))


def _dependencies(source: Files, descriptor: Document, component: Element) -> list[Document]:
    """The component.xml of each dependency, found by the name it gives itself."""
    found: dict[str, Document] = {}
    for file in source.files("*/component.xml"):
        document = _document(source, file)
        found[document.element.get("name", "")] = document
    wanted = [
        _attribute(descriptor, dependency, "component")
        for dependency in _named(component, "dependency")
    ]
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ConfigurationError(
            f"Error when resolving Dependencies for lib: no component.xml has the name "
            f"'{missing[0]}'; there are: {', '.join(sorted(found)) or 'none'}",
            descriptor.file,
            line_of(component),
        )
    return [found[name] for name in wanted]


def _templates(source: Files, component: Document) -> Iterable[Document]:
    kind = component.element.get("type", "synapse/template")
    if kind != "synapse/template":
        raise ConfigurationError(
            f"the type '{kind}' is not synapse/template",
            component.file,
            line_of(component.element),
        )
    folder = PurePosixPath(component.file[len(source.name) + 1 :]).parent
    for part in _named(component.element, "subComponents"):
        for child in _named(part, "component"):
            file = next((item.text or "" for item in _named(child, "file")), "").strip()
            if not file:
                raise ConfigurationError(
                    "the component names no <file>", component.file, line_of(child)
                )
            yield _document(source, str(folder / file))


def _local_entries(source: Files, library: str) -> dict[str, Document]:
    """Local entries that come with a library; their keys begin with its name."""
    documents = (_document(source, file) for file in source.files("local-entries/*.xml"))
    return {f"{library}.{_attribute(found, found.element, 'key')}": found for found in documents}


def _document(source: Files, name: str) -> Document:
    file = f"{source.name}/{name}"
    content = source.read(name)
    if content is None:
        raise ConfigurationError(f"the library has no file '{name}'", source.name)
    try:
        return Document(xml.parse(content, xml.CONFIGURATION), file)
    except XmlError as error:
        raise ConfigurationError(error.problem, file, error.line) from error


def _named(element: Element, name: str) -> Iterator[Element]:
    """The children of that local name; connector files are written with and without namespace."""
    return (child for child in children(element) if local_name(child.tag) == name)


def _attribute(document: Document, element: Element, name: str) -> str:
    value = element.get(name)
    if not value:
        raise ConfigurationError(
            f"<{local_name(element.tag)}> needs the attribute '{name}'",
            document.file,
            line_of(element),
        )
    return value
