"""All findings of a deployment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from apns_connector import settings as settings_module
from apns_connector.errors import ConfigurationError, VaultError
from apns_connector.inspection.certificates import inspect_certificates
from apns_connector.inspection.clear_secrets import inspect_clear_secrets, inspect_settings_file
from apns_connector.inspection.constants import inspect_constants
from apns_connector.inspection.message_stores import NOWHERE_ELSE, inspect_message_stores
from apns_connector.inspection.parameters import inspect_parameters
from apns_connector.inspection.reachability import inspect_reachability
from apns_connector.inspection.stray_files import inspect_stray_files
from apns_connector.mediation.compatibility import VERSIONS
from apns_connector.mediation.configuration import Configuration, build_deployment
from apns_connector.mediation.deployment.finding import Finding, Severity, error_findings, in_order
from apns_connector.mediation.deployment.layout import find_layout
from apns_connector.mediation.library import Library
from apns_connector.mediation.reading import ClassFactory
from apns_connector.mediation.vault import FILE_NAME, MASTER_KEY_VARIABLE, Vault, master_key_from
from apns_connector.settings import Settings


def inspect_configuration(
    configuration: Configuration,
    now: datetime,
    *,
    rest: bool = False,
    store_urls: Mapping[str, str] = NOWHERE_ELSE,
) -> list[Finding]:
    """What is to be said of a configuration that could be built. ``rest``: the settings have a
    REST API beside it. ``store_urls``: where they say that message stores are, by name."""
    settings = configuration.layout.folder / settings_module.FILE_NAME
    return in_order(
        [
            *configuration.notes,
            *([] if rest else _inspect_emptiness(configuration)),
            *inspect_stray_files(configuration),
            *inspect_parameters(configuration),
            *inspect_constants(configuration),
            *inspect_message_stores(configuration, store_urls),
            *inspect_reachability(configuration),
            *inspect_clear_secrets(configuration),
            *inspect_settings_file(settings, settings_module.FILE_NAME),
            *inspect_certificates(configuration, now),
        ]
    )


def inspect_deployment(
    deployment: Path,
    environment: Mapping[str, str],
    *,
    classes: Mapping[str, ClassFactory],
    libraries: Sequence[Library],
) -> list[Finding]:
    """What is to be said of a deployment, all that keeps it from being served included.

    ``classes`` and ``libraries`` as for ``read_deployment``.
    """
    try:
        folder = find_layout(deployment).folder
    except ConfigurationError as error:
        return error_findings(error)
    settings, findings = _inspect_settings(folder, environment)
    try:
        master_key = master_key_from(environment)
    except VaultError as error:
        findings.append(Finding(Severity.ERROR, str(error)))
        master_key = None
    vault = Vault(folder, master_key)
    findings += _inspect_vault(vault, opened=master_key is not None)
    configuration, problems = build_deployment(
        deployment,
        classes=classes,
        libraries=libraries,
        vault=vault,
        environment=environment,
        compatibility=VERSIONS[(settings or Settings()).compatibility],
    )
    findings += [finding for problem in problems for finding in error_findings(problem)]
    given = settings or Settings()
    found = inspect_configuration(
        configuration,
        datetime.now(UTC),
        rest=given.rest is not None,
        store_urls={name: one.url for name, one in given.message_stores.items()},
    )
    return in_order([*findings, *found])


def _inspect_settings(
    folder: Path, environment: Mapping[str, str]
) -> tuple[Settings | None, list[Finding]]:
    """The settings, unless they cannot be read, and what is wrong with them."""
    settings = None
    try:
        settings = settings_module.read_settings(folder, environment)
        settings_module.destinations(settings, folder)
        settings_module.limits(settings)
        settings_module.trusted_proxies(settings)
    except ConfigurationError as error:
        found = error_findings(error)
        return settings, [replace(one, file=_relative(one.file, folder)) for one in found]
    return settings, []


def _inspect_vault(vault: Vault, *, opened: bool) -> Iterator[Finding]:
    if not vault.exists:
        return
    if not opened:
        text = f"not opened, so that no password was tried: set {MASTER_KEY_VARIABLE}"
        yield Finding(Severity.WARNING, text, FILE_NAME)
        return
    try:
        vault.unlock()
    except VaultError as error:
        yield Finding(Severity.ERROR, str(error), FILE_NAME)


def _inspect_emptiness(configuration: Configuration) -> Iterator[Finding]:
    served = (configuration.proxies, configuration.apis, configuration.tasks)
    if not any((*served, configuration.processors)):
        text = "nothing is served: there is no proxy, API, task or message processor"
        severity = Severity.WARNING if configuration.documents() else Severity.ERROR
        yield Finding(severity, text)


def _relative(file: str | None, folder: Path) -> str | None:
    if file is None:
        return settings_module.FILE_NAME
    path = Path(file)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else file
