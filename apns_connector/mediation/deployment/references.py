"""Static keys are followed when a deployment is read.

Synapse looks every key up when a message needs it. So do the mediators here; but a key that cannot
lead anywhere would then fail at the first message, and can be told at once. So can content that is
not what its mediator needs, such as a stylesheet that is none.

A registry resource may come later, and Synapse deploys what refers to it: one that a mediator only
takes content from is missed with a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apns_connector.errors import (
    ConfigurationError,
    ConnectorError,
    InvalidDeployment,
    RegistryError,
)
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.deployment.finding import Finding, Severity
from apns_connector.mediation.deployment.referenced import NotThere
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
    # Several keys together, each of which is looked up by itself: here they are only checked.
    "schemas": Lookup(lambda configuration, key: key, ""),
    "proxy": Lookup(
        lambda configuration, key: configuration.proxies.get(key), "proxy '{key}' is not defined"
    ),
}


@dataclass(frozen=True, slots=True)
class Followed:
    """``problems`` keep a deployment from being served, ``warnings`` do not."""

    problems: list[ConfigurationError]
    warnings: list[Finding]


def follow(references: Iterable[Reference], configuration: Configuration) -> Followed:
    """What is wrong with the references, each problem once.

    Following a key builds what it leads to: local entries, registry resources and templates of
    libraries are read by this as far as they are used, and their own keys followed in turn.
    """
    problems: dict[str, ConfigurationError] = {}
    warnings: dict[Finding, None] = {}
    followed: set[Reference] = set()
    ahead = list(references)
    while ahead:
        for reference in ahead:
            try:
                _follow(reference, configuration)
            except NotThere as missing:
                place = (reference.file, reference.line)
                warnings[Finding(Severity.WARNING, str(missing), *place)] = None
            except ConfigurationError as error:
                for problem in _each(error):
                    problems.setdefault(str(problem), problem)
        followed.update(ahead)
        ahead = [found for found in configuration.references() if found not in followed]
    return Followed(list(problems.values()), list(warnings))


def _follow(reference: Reference, configuration: Configuration) -> None:
    """Raises ConfigurationError for what is wrong, NotThere for what may come later."""
    try:
        problem = _missing(reference, configuration)
    except RegistryError as error:
        problem = str(error)
    if problem is None:
        problem = _unusable(reference, configuration)
    if problem is not None:
        raise ConfigurationError(problem, reference.file, reference.line)


def _missing(reference: Reference, configuration: Configuration) -> str | None:
    """What to say of a reference that leads nowhere; ``None`` for a good one."""
    lookup, key = LOOKUPS[reference.kind], reference.key
    if lookup.find(configuration, key) is not None:
        return None
    loaded = ", ".join(library.name for library in configuration.language.libraries)
    problem = lookup.missing.format(key=key, libraries=loaded or "none")
    if reference.kind == "entry" and _is_outside(key):
        raise NotThere(f"{problem}: until it is one, messages fail here")
    return problem


def _is_outside(key: str) -> bool:
    """Whether it is the path or address of something that need not come with the deployment."""
    return "/" in key or ":" in key


def _unusable(reference: Reference, configuration: Configuration) -> str | None:
    """What is wrong with the content."""
    if reference.check is None:
        return None
    try:
        reference.check(configuration, reference.key)
    except NotThere:
        raise
    except ConnectorError as error:
        return str(error) if reference.key in str(error) else f"'{reference.key}': {error}"
    return None


def _each(error: ConfigurationError) -> Sequence[ConfigurationError]:
    return error.problems if isinstance(error, InvalidDeployment) else (error,)
