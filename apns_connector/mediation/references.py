"""Static keys are followed when a deployment is read.

Synapse looks every key up when a message needs it. So do the mediators here; but a key that cannot
lead anywhere would then fail at the first message, and can be told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apns_connector.errors import ConfigurationError, InvalidDeployment, RegistryError
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.reading import Reference


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a key is followed, and what is said of one that leads nowhere."""

    find: Callable[[Configuration, str], Any]
    missing: str


LOOKUPS: Mapping[str, Lookup] = {
    "sequence": Lookup(
        Configuration.sequence, "sequence '{key}' is defined neither here nor in the registry"
    ),
    "endpoint": Lookup(
        Configuration.endpoint, "endpoint '{key}' is defined neither here nor in the registry"
    ),
    "template": Lookup(
        Configuration.template, "template '{key}' cannot be found; libraries loaded: {libraries}"
    ),
    "endpoint template": Lookup(
        Configuration.endpoint_template,
        "endpoint template '{key}' is defined neither here nor in the registry",
    ),
    "connection": Lookup(
        Configuration.connection,
        "configKey '{key}' leads to no local entry with a connector element in it",
    ),
    "entry": Lookup(
        Configuration.entry, "'{key}' is neither a local entry nor a resource of the registry"
    ),
    "store": Lookup(
        lambda configuration, key: configuration.stores.get(key),
        "message store '{key}' is not defined",
    ),
    "proxy": Lookup(
        lambda configuration, key: configuration.proxies.get(key), "proxy '{key}' is not defined"
    ),
}


def problems_of(
    references: Iterable[Reference], configuration: Configuration
) -> list[ConfigurationError]:
    """What is wrong with the references, each problem once.

    Following a key builds what it leads to: local entries, registry resources and templates of
    libraries are read by this as far as they are used, and their own keys followed in turn.
    """
    problems: dict[str, ConfigurationError] = {}
    followed: set[Reference] = set()
    ahead = list(references)
    while ahead:
        for reference in ahead:
            for problem in _problems_of(reference, configuration):
                problems.setdefault(str(problem), problem)
        followed.update(ahead)
        ahead = [found for found in configuration.references() if found not in followed]
    return list(problems.values())


def _problems_of(reference: Reference, configuration: Configuration) -> list[ConfigurationError]:
    try:
        problem = _missing(reference, configuration)
    except InvalidDeployment as error:
        return list(error.problems)
    except ConfigurationError as error:
        return [error]
    except RegistryError as error:
        problem = str(error)
    if problem is None:
        return []
    return [ConfigurationError(problem, reference.file, reference.line)]


def _missing(reference: Reference, configuration: Configuration) -> str | None:
    """What to say of a reference that leads nowhere; ``None`` for a good one."""
    lookup = LOOKUPS[reference.kind]
    if lookup.find(configuration, reference.key) is not None:
        return None
    loaded = ", ".join(library.name for library in configuration.language.libraries)
    return lookup.missing.format(key=reference.key, libraries=loaded or "none")
