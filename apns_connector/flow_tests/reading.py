"""From a unit-test file to a suite; all that is wrong is told at once, with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from apns_connector.errors import ConfigurationError, InvalidDeployment, RegistryError, XmlError
from apns_connector.flow_tests.case_reading import read_case
from apns_connector.flow_tests.mock_reading import read_mock_service
from apns_connector.flow_tests.mock_service import MockService, repoint
from apns_connector.flow_tests.node import Node
from apns_connector.flow_tests.paths import locate, shown
from apns_connector.flow_tests.suite import Case, Kind, Suite
from apns_connector.mediation import xml
from apns_connector.mediation.library import Document, Library, read_library
from apns_connector.mediation.registry import Mounted, canonical
from apns_connector.mediation.xml import SYNAPSE, Element, children, line_of, local_name

# The second one is how a file travels to the Micro Integrator, with everything written inline.
ROOTS = ("unit-test", "synapse-unit-test")
_KINDS = {f"{{{SYNAPSE}}}{kind.value}": kind for kind in Kind}


def read_suite(file: Path) -> Suite:
    """Raises InvalidDeployment with all problems of the file, and of those that it names."""
    problems: list[ConfigurationError] = []
    root = _parsed(file, problems)
    if root is not None and local_name(root.tag) not in ROOTS:
        text = f"the root of a unit test is <unit-test>, not <{root.tag}>"
        problems.append(ConfigurationError(text, shown(file), line_of(root)))
    if root is None or problems:
        raise InvalidDeployment(problems)
    suite = _SuiteReader(file, Node(root, shown(file), problems)).suite()
    if suite is None or problems:
        raise InvalidDeployment(sorted(problems, key=_place))
    return suite


def _place(problem: ConfigurationError) -> tuple[str, int]:
    return problem.file or "", problem.line or 0


class _SuiteReader:
    def __init__(self, file: Path, root: Node) -> None:
        self._file = file
        self._root = root
        self._folder = file.absolute().parent

    def suite(self) -> Suite | None:
        """``None`` when there is no artifact to test."""
        root = self._root
        root.only("artifacts", "test-cases", "mock-services")
        artifacts = root.node("artifacts")
        if artifacts is None:
            root.complain("<unit-test> needs <artifacts>")
            return None
        services = tuple(self._services())
        documents = self._documents(artifacts)
        kind = _KINDS.get(documents[0].element.tag) if documents else None
        if kind is None:
            return None
        for document in documents:
            _prepare(document.element, services, blocking=kind is Kind.SEQUENCE)
        return Suite(
            root.file,
            kind,
            documents[0].element.get("name", ""),
            self._folder,
            tuple(documents),
            dict(self._resources(artifacts)),
            tuple(self._libraries(artifacts)),
            services,
            tuple(self._cases(kind)),
        )

    def _documents(self, artifacts: Node) -> list[Document]:
        """The artifact under test and those that it needs. Empty without the first one."""
        artifacts.only(
            "test-artifact", "supportive-artifacts", "registry-resources", "connector-resources"
        )
        named = artifacts.listed("test-artifact", "artifact")
        if len(named) != 1:
            artifacts.complain("<artifacts> needs one <test-artifact> with one <artifact>")
            return []
        tested = self._artifact(named[0], own_folder=True)
        if tested is not None and tested.element.tag not in _KINDS:
            tag = tested.element.tag
            named[0].complain(f"a sequence, proxy or api can be tested, not <{tag}>")
            return []
        others = artifacts.listed("supportive-artifacts", "artifact")
        found = [self._artifact(node) for node in others]
        return [] if tested is None else [tested, *filter(None, found)]

    def _artifact(self, node: Node, *, own_folder: bool = False) -> Document | None:
        """An artifact by its path, or written inline."""
        inline = children(node.element)
        if inline:
            return Document(deepcopy(inline[0]), node.file)
        located = self._located(node, node.content())
        if located is None:
            return None
        file, folder = located
        if own_folder:
            self._folder = folder
        root = _parsed(file, node.problems)
        return None if root is None else Document(root, shown(file))

    def _resources(self, artifacts: Node) -> Iterator[tuple[str, Mounted]]:
        for node in artifacts.listed("registry-resources", "registry-resource"):
            node.only("file-name", "artifact", "registry-path", "media-type")
            path, name = node.required("registry-path"), node.required("file-name")
            located = self._located(node, node.required("artifact"))
            if located is None:
                continue
            try:
                key = canonical(f"{path.rstrip('/')}/{name}")
            except RegistryError as error:
                node.complain(str(error))
                continue
            yield key, Mounted(located[0], node.text("media-type"), shown(located[0]))

    def _libraries(self, artifacts: Node) -> Iterator[Library]:
        for node in artifacts.listed("connector-resources", "connector-resource"):
            located = self._located(node, node.content())
            if located is not None:
                try:
                    yield read_library(located[0], called=shown(located[0]))
                except ConfigurationError as error:
                    node.problems.append(error)

    def _services(self) -> Iterator[MockService]:
        for node in self._root.listed("mock-services", "mock-service"):
            if children(node.element):
                yield read_mock_service(node)
                continue
            located = self._located(node, node.content())
            root = None if located is None else _parsed(located[0], node.problems)
            if located is not None and root is not None:
                yield read_mock_service(Node(root, shown(located[0]), node.problems))

    def _cases(self, kind: Kind) -> Iterator[Case]:
        nodes = self._root.listed("test-cases", "test-case")
        if not nodes:
            self._root.complain("<unit-test> needs <test-cases> with a <test-case>")
        for number, node in enumerate(nodes, 1):
            yield read_case(node, kind, f"test case {number}")

    def _located(self, node: Node, named: str) -> tuple[Path, Path] | None:
        located = locate(self._file, named)
        if located is None and named:
            node.complain(f"there is no file {named} in a folder above this one")
        elif not named:
            node.complain(f"<{node.name}> names no file")
        return located


def _prepare(element: Element, services: tuple[MockService, ...], *, blocking: bool) -> None:
    """Backends are the mock services. Of a sequence under test every call is a blocking one
    (Synapse: ConfigModifier)."""
    repoint(element, services)
    if blocking:
        for call in element.iter(f"{{{SYNAPSE}}}call"):
            call.set("blocking", "true")


def _parsed(file: Path, problems: list[ConfigurationError]) -> Element | None:
    try:
        return xml.parse(file.read_bytes(), xml.CONFIGURATION)
    except XmlError as error:
        problems.append(ConfigurationError(error.problem, shown(file), error.line))
    except OSError as error:
        text = f"the file cannot be read: {error.strerror}"
        problems.append(ConfigurationError(text, shown(file)))
    return None
