"""Aliases of the vault and paths of the registry that are constant, and lead to nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from apns_connector.errors import RegistryError, VaultError
from apns_connector.inspection.elements import Placed, calls, constant, elements
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.finding import Finding

_ALIAS = re.compile(r"""(?:vault-lookup|wso2-vault)\(\s*(?:'([^']*)'|"([^"]*)")\s*\)""")
_PATH = re.compile(
    r"""(?:get-property\(\s*['"]registry['"]\s*,|\bregistry\()\s*(?:'([^']*)'|"([^"]*)")\s*\)"""
)
# How the names of parameters end that hold a path of the registry, or an alias of the vault.
PATH_PARAMETER = "RegistryPath"
ALIAS_PARAMETER = "KeyAlias"


def inspect_constants(configuration: Configuration) -> Iterator[Finding]:
    aliases = _aliases(configuration)
    for placed in elements(configuration):
        for text in placed.texts():
            for alias in aliases_in(text):
                yield from _alias(placed, alias, aliases)
            for match in _PATH.finditer(text):
                yield from _path(placed, match[1] or match[2] or "", configuration)
    for call in calls(configuration):
        for child in call.placed.children():
            value = constant(child.element.text or "")
            if value is not None and child.name.endswith(PATH_PARAMETER):
                yield from _path(child, value, configuration)
            elif value is not None and child.name.endswith(ALIAS_PARAMETER):
                yield from _alias(child, value, aliases)


def aliases_in(text: str) -> list[str]:
    """The aliases of secrets that expressions in ``text`` name, and nothing else decides."""
    return [match[1] or match[2] or "" for match in _ALIAS.finditer(text)]


def _aliases(configuration: Configuration) -> Set[str] | None:
    """Those that the vault has; ``None`` when there is no vault."""
    vault = configuration.vault
    if vault is None or not vault.exists:
        return None
    try:
        return set(vault.names())
    except VaultError:  # told when it was to be opened
        return None


def _alias(placed: Placed, alias: str, known: Set[str] | None) -> Iterator[Finding]:
    if known is None:
        yield placed.error(
            f"the secret '{alias}' is wanted, but there is no vault: apns-connector vault create "
            f"DEPLOYMENT, and vault put DEPLOYMENT {alias}"
        )
    elif alias not in known:
        yield placed.error(
            f"the vault has no secret '{alias}': apns-connector vault put DEPLOYMENT {alias}"
        )


def _path(placed: Placed, path: str, configuration: Configuration) -> Iterator[Finding]:
    try:
        if configuration.registry.text(path) is None:
            yield placed.error(f"the registry has no resource '{path}'")
    except RegistryError as error:
        yield placed.error(str(error))
