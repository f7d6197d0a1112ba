"""XML files among the artifacts that no rule reads: a slip of the hand, mostly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.finding import Finding, Severity
from apns_connector.mediation.deployment.layout import SINGLE_FILES, files_below


def inspect_stray_files(configuration: Configuration) -> Iterator[Finding]:
    layout = configuration.layout
    for folder, kinds in layout.artifacts:
        if folder == layout.folder:  # a folder with everything in it may hold any files besides
            continue
        files = {file.relative_to(folder).as_posix(): file for file in files_below(folder)}
        definitions = [file.name for file in layout.definitions if file.parent == folder]
        for name, why in stray(files, kinds, definitions):
            yield Finding(Severity.WARNING, why, layout.name(files[name]))


def stray(
    names: Iterable[str], kinds: Mapping[str, str], definitions: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """The names, relative to the folder of all kinds, of the XML files that are not read, and
    why."""
    read = {*SINGLE_FILES, *definitions}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix.lower() != ".xml" or name in read:
            continue
        if len(path.parts) == 1:
            yield name, f"not read: artifacts lie in folders such as {_some(kinds)}"
        elif path.parts[0] not in kinds:
            yield name, f"not read: '{path.parts[0]}' is none of the folders {', '.join(kinds)}"
        elif len(path.parts) > 2:
            yield name, f"not read: '{path.parts[0]}' has no folders inside"
        elif path.suffix != ".xml":
            yield name, f"not read: the suffix is .xml, not {path.suffix}"


def _some(kinds: Mapping[str, str]) -> str:
    return " and ".join(name for name, kind in kinds.items() if kind in ("sequence", "proxy"))
