"""The files of a deployment: which there are, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from apns_connector.errors import ConfigurationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.library import Document, Library, read_library
from apns_connector.mediation.xml import SYNAPSE, children, line_of

# Folder -> the element its files hold, in the order in which Synapse reads them.
FOLDERS = {
    "imports": "import",
    "local-entries": "localEntry",
    "endpoints": "endpoint",
    "sequences": "sequence",
    "templates": "template",
    "proxy-services": "proxy",
    "tasks": "task",
    "event-sources": "eventSource",
    "priority-executors": "priorityExecutor",
    "message-stores": "messageStore",
    "message-processors": "messageProcessor",
    "api": "api",
    "inbound-endpoints": "inboundEndpoint",
}


class DeploymentFiles:
    """Reads below ``folder``; what is wrong is kept in ``problems``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._configs = folder / "synapse-configs" / "default"
        self.problems: list[ConfigurationError] = []

    def artifacts(self) -> list[Document]:
        """Those of ``synapse.xml`` first, so that what it defines wins over the same name again."""
        found = list(self._definitions(self._configs / "synapse.xml"))
        for name, kind in FOLDERS.items():
            for file in sorted((self._configs / name).glob("*.xml")):
                document = self._parsed(file)
                if document is not None and self._is_a(document, kind):
                    found.append(document)
        return found

    def libraries(self) -> list[Library]:
        """The connector archives that come with the deployment."""
        found = []
        for file in sorted((self._folder / "synapse-libs").glob("*.zip")):
            try:
                found.append(read_library(file))
            except ConfigurationError as error:
                self.problems.append(error)
        return found

    def content(self, uri: str) -> bytes:
        """A file named by a path, or a ``file:`` URI, relative to the deployment.

        Raises ConfigurationError, without a place, for everything outside of it.
        """
        path = uri.removeprefix("file:").lstrip("/") if uri.startswith("file:") else uri
        file = (self._folder / path).resolve()
        if "://" in path or not file.is_relative_to(self._folder.resolve()):
            raise ConfigurationError(
                f"'{uri}' is not inside the deployment: only file:PATH relative to it is read"
            )
        try:
            return file.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"'{uri}' cannot be read: {error.strerror}") from error

    def _definitions(self, file: Path) -> Iterator[Document]:
        document = self._parsed(file) if file.exists() else None
        if document is not None and self._is_a(document, "definitions"):
            for child in children(document.element):
                yield Document(child, document.file)

    def _parsed(self, file: Path) -> Document | None:
        name = file.relative_to(self._folder).as_posix()
        try:
            return Document(xml.parse(file.read_bytes(), xml.CONFIGURATION), name)
        except XmlError as error:
            self.problems.append(ConfigurationError(error.problem, name, error.line))
        except OSError as error:
            self.problems.append(ConfigurationError(f"the file cannot be read: {error}", name))
        return None

    def _is_a(self, document: Document, kind: str) -> bool:
        tag = document.element.tag
        if tag == f"{{{SYNAPSE}}}{kind}":
            return True
        problem = f"a <{kind}> in the namespace {SYNAPSE} is expected here, not <{tag}>"
        line = line_of(document.element)
        self.problems.append(ConfigurationError(problem, document.file, line))
        return False
