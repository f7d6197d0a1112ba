"""Static keys are followed when a deployment is read.

Synapse looks every key up when a message needs it. So do the mediators here; but a key that cannot
lead anywhere would then fail at the first message, and can be told at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from apns_connector.errors import ConfigurationError, RegistryError
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.reading import Reference


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
            problem = _problem_of(reference, configuration)
            if problem is not None:
                problems.setdefault(str(problem), problem)
        followed.update(ahead)
        ahead = [found for found in configuration.references() if found not in followed]
    return list(problems.values())


def _problem_of(reference: Reference, configuration: Configuration) -> ConfigurationError | None:
    try:
        problem = _missing(reference, configuration)
    except ConfigurationError as error:
        return error
    except RegistryError as error:
        problem = str(error)
    if problem is None:
        return None
    return ConfigurationError(problem, reference.file, reference.line)


def _missing(reference: Reference, configuration: Configuration) -> str | None:
    """What to say of a reference that leads nowhere; ``None`` for a good one."""
    key = reference.key
    match reference.kind:
        case "sequence" if configuration.sequence(key) is None:
            return f"sequence '{key}' is defined neither here nor in the registry"
        case "template" if configuration.template(key) is None:
            loaded = ", ".join(library.name for library in configuration.language.libraries)
            return f"template '{key}' cannot be found; libraries loaded: {loaded or 'none'}"
        case "connection" if configuration.connection(key) is None:
            return f"configKey '{key}' leads to no local entry with a connector element in it"
    return None
