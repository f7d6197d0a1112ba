"""``<import>``: which connector libraries are in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.library import Document, Import, Library
from apns_connector.mediation.xml import line_of, local_name


def read_imports(
    documents: Iterable[Document],
) -> tuple[list[Import], list[ConfigurationError]]:
    """Those among the definitions of a deployment, and what is wrong with them."""
    found: list[Import] = []
    problems: list[ConfigurationError] = []
    for document in documents:
        element = document.element
        if local_name(element.tag) != "import":
            continue
        name, package = element.get("name"), element.get("package")
        if name and package:
            found.append(Import(name, package, element.get("status") == "enabled"))
        else:
            text = "<import> needs the attributes 'name' and 'package'"
            problems.append(ConfigurationError(text, document.file, line_of(element)))
    return found, problems


def enabled_libraries(
    archives: Sequence[Library], given: Sequence[Library], imports: Sequence[Import]
) -> list[Library]:
    """Which libraries are in force.

    An archive of ``synapse-libs`` needs an enabled import. One that is given needs none, but a
    disabled import switches it off; a later one of the same name takes its place, and an archive
    of ``synapse-libs`` that of all.
    """
    states = {found.identity: found.enabled for found in imports}
    givens = {library.identity: library for library in given}
    chosen = {**givens, **{library.identity: library for library in archives}}
    return [
        library for identity, library in chosen.items() if states.get(identity, identity in givens)
    ]


def with_implied(imports: Sequence[Import], libraries: Iterable[Library]) -> list[Import]:
    """The imports, and one for each library that is in force without (Micro Integrator: what it
    makes itself for a connector of a carbon application)."""
    stated = {found.identity for found in imports}
    implied = [
        Import(library.name, library.package, enabled=True)
        for library in libraries
        if library.identity not in stated
    ]
    return [*imports, *implied]
