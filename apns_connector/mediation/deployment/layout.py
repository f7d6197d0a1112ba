"""Where the configuration lies in a deployment. WSO2 users have it in several shapes.

========================================== ========================================================
``synapse-configs/default/``               a server's folder: ``synapse.xml``, and a folder per kind
``synapse.xml``                            everything in one file
``carbonapps/*.car``, ``*.car``            carbon applications
``src/main/wso2mi/``                       a project of the VS Code extension
``src/main/synapse-config/`` in modules    a project of Integration Studio or Developer Studio
========================================== ========================================================

Each may be beside the others. ``repository/deployment/server/`` of a server's home is looked into
as well, so that the home itself can be served.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apns_connector.errors import ConfigurationError

# Folder -> the element its files hold, in the order in which Synapse reads them.
FOLDERS: Mapping[str, str] = {
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
PROJECT_FOLDERS: Mapping[str, str] = {
    ("apis" if name == "api" else name): kind for name, kind in FOLDERS.items()
}
# Files of one artifact each, beside the folders.
SINGLE_FILES: Mapping[str, str] = {"registry.xml": "registry", "task-manager.xml": "taskManager"}

CONFIGS = "synapse-configs/default"
_SERVER = "repository/deployment/server"
_OLD_PROJECT = "src/main/synapse-config"
_NEW_PROJECT = "src/main/wso2mi"
_SETTINGS = ("gateway.yaml", "vault.json")
FILE_PROPERTIES = ("file.properties", "conf/file.properties")
_CONFIG_PROPERTIES = ("config.properties", "conf/config.properties")

_MODULE_DEPTH = 3  # Parent/Module of a multi-module project, in a folder with others
_NO_MODULES = frozenset({"target", "node_modules", "src", "registry", "repository", "credentials"})

# Folders by which a server's folder is known when it is given itself.
_TELLING = ("proxy-services", "sequences", "local-entries", "api")
_NOT_READ: Mapping[str, str] = {
    "deployment.toml": "it configures a WSO2 server; settings of the gateway are in gateway.yaml",
    "src/main/java": "Java does not run here; write class mediators in Python",
}


@dataclass(slots=True)
class Layout:
    """What lies where; ``folder`` is what all names are relative to.

    ``definitions``: files of all kinds of artifacts. ``artifacts``: folders with a folder per kind,
    and which element is in which. ``libraries``: connector archives that wait for an import;
    ``connectors``: those that need none. ``modules``: folders whose ``artifact.xml`` lists what
    they hold. ``resources``: ``resources`` of new projects. ``configs``: files with the values of
    ``${configs.…}``. ``not_read``: what is left alone, and why.
    """

    folder: Path
    definitions: list[Path] = field(default_factory=list)
    artifacts: list[tuple[Path, Mapping[str, str]]] = field(default_factory=list)
    libraries: list[Path] = field(default_factory=list)
    connectors: list[Path] = field(default_factory=list)
    applications: list[Path] = field(default_factory=list)
    modules: list[Path] = field(default_factory=list)
    resources: list[Path] = field(default_factory=list)
    configs: list[Path] = field(default_factory=list)
    not_read: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def found(self) -> bool:
        """Whether there is anything that makes a folder a deployment."""
        return any((self.definitions, self.artifacts, self.applications, self.modules))

    @property
    def registry(self) -> Path:
        return self.folder / "registry"

    def name(self, file: Path) -> str:
        """What messages call a file."""
        return file.relative_to(self.folder).as_posix()

    def files(self) -> Iterator[Path]:
        """Every file that the deployment is made of, the settings and the vault included."""
        yield from (self.folder / name for name in (*_SETTINGS, *FILE_PROPERTIES))
        for files in (self.definitions, self.libraries, self.connectors, self.applications):
            yield from files
        yield from self.configs
        for path, kinds in self.artifacts:
            yield from (path / name for name in SINGLE_FILES)
            for name in kinds:
                yield from files_below(path / name)
        for folder in (self.registry, *self.resources, *self.modules):
            yield from files_below(folder)


def find_layout(deployment: Path) -> Layout:
    """Look for all shapes in a folder; a ``.car`` or ``.xml`` file is a deployment of its own.

    A folder with nothing but settings is one as well. Raises ConfigurationError for what is
    neither, or a folder without any of all this.
    """
    if deployment.is_dir():
        layout = _in_folder(deployment)
        if not layout.found and not (deployment / _SETTINGS[0]).is_file():
            raise ConfigurationError(
                f"{deployment} is no deployment: it has neither a folder {CONFIGS}, nor a .car "
                f"file, nor synapse.xml, nor {_NEW_PROJECT}, nor {_OLD_PROJECT}"
            )
        return layout
    layout = Layout(deployment.parent)
    if not deployment.is_file():
        raise ConfigurationError(f"{deployment} does not exist: a deployment is a folder or a file")
    if deployment.suffix == ".car":
        layout.applications.append(deployment)
    elif deployment.suffix == ".xml":
        layout.definitions.append(deployment)
    else:
        raise ConfigurationError(f"{deployment} is neither a folder, nor a .car or .xml file")
    return layout


def files_below(folder: Path) -> Iterator[Path]:
    """All files at any depth, sorted. Hidden ones, what a build left behind, and what lies behind
    a link to a folder do not count."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # not there, or not there any more
        return
    for entry in entries:
        if entry.name.startswith(".") and entry.name != ".metadata":
            continue
        if entry.is_dir():
            if entry.name not in ("target", "node_modules") and not entry.is_symlink():
                yield from files_below(entry)
        else:
            yield entry


def _in_folder(deployment: Path) -> Layout:
    layout = Layout(deployment)
    _add_server(layout, deployment)
    _add_server(layout, deployment / _SERVER)
    layout.applications += sorted(deployment.glob("deployment/carbonapps/*.car"))
    layout.definitions += _existing(deployment, ("synapse.xml",))
    layout.configs += _existing(deployment, _CONFIG_PROPERTIES)
    for module in _modules(deployment, _MODULE_DEPTH):
        _add_module(layout, module)
    if not layout.artifacts and any((deployment / name).is_dir() for name in _TELLING):
        layout.artifacts.append((deployment, FOLDERS))  # "default" itself
    return layout


def _add_server(layout: Layout, folder: Path) -> None:
    """What a server keeps in its deployment folder."""
    configs = folder / CONFIGS
    if configs.is_dir():
        layout.definitions += _existing(configs, ("synapse.xml",))
        layout.artifacts.append((configs, FOLDERS))
    layout.libraries += sorted(folder.glob("synapse-libs/*.zip"))
    layout.applications += sorted([*folder.glob("*.car"), *folder.glob("carbonapps/*.car")])


def _add_module(layout: Layout, module: Path) -> None:
    """What one module of a project holds; a project of one module is one itself."""
    if (module / _OLD_PROJECT).is_dir():
        layout.artifacts.append((module / _OLD_PROJECT, FOLDERS))
    if (module / "artifact.xml").is_file():
        layout.modules.append(module)
    project = module / _NEW_PROJECT
    if project.is_dir():
        layout.artifacts.append((project / "artifacts", PROJECT_FOLDERS))
        layout.resources.append(project / "resources")
        layout.connectors += sorted(project.glob("resources/connectors/*.zip"))
        layout.configs += _existing(project / "resources", _CONFIG_PROPERTIES)
    layout.not_read += [
        (module / name, why) for name, why in _NOT_READ.items() if (module / name).exists()
    ]


def _modules(folder: Path, depth: int) -> Iterator[Path]:
    """The folder and those in it, to a depth, without those that are no part of a project."""
    yield folder
    try:
        inside = sorted(folder.iterdir()) if depth > 0 else []
    except OSError:  # not ours to read, so no part of the deployment
        return
    for child in inside:
        if child.name.startswith(".") or child.name in _NO_MODULES or child.is_symlink():
            continue
        if child.is_dir():
            yield from _modules(child, depth - 1)


def _existing(folder: Path, names: Iterable[str]) -> list[Path]:
    return [folder / name for name in names if (folder / name).exists()]
