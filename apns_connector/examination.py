"""What is to be said of a deployment before it is served: what ``check`` prints."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from apns_connector import settings as settings_module
from apns_connector.deployment_stores import stores_of
from apns_connector.errors import ConfigurationError, ConnectorError
from apns_connector.inspection import inspect_deployment
from apns_connector.mediation.deployment.finding import Finding, Severity, error_findings
from apns_connector.mediation.deployment.layout import find_layout
from apns_connector.mediation.registry import Registry
from apns_connector.mediation.vault import Vault, master_key_from
from apns_connector.operations import Clients, class_mediators
from apns_connector.own_library import own_library
from apns_connector.rest.app import try_out
from apns_connector.rest.credentials import Surroundings
from apns_connector.settings import read_settings


def examine(deployment: Path, environment: Mapping[str, str]) -> list[Finding]:
    """All that is to be said of a deployment, whether it can be served or not. Starts nothing."""
    findings = inspect_deployment(
        deployment,
        environment,
        classes=class_mediators(Clients()),
        libraries=[own_library()],
    )
    findings += _examine_rest(deployment, environment)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return findings
    return [*findings, *_examine_stores(deployment, environment)]


def _examine_rest(deployment: Path, environment: Mapping[str, str]) -> list[Finding]:
    """What keeps the REST API from sending. Settings that cannot be read are told already."""
    try:
        folder = find_layout(deployment).folder
        settings = read_settings(folder, environment)
        clients = Clients(settings_module.destinations(settings, folder))
    except ConfigurationError:
        return []
    if settings.rest is None:
        return []
    try:
        vault, registry = Vault(folder, master_key_from(environment)), Registry(folder / "registry")
        around = Surroundings(folder, lambda: registry, vault.get, environment)
        asyncio.run(try_out(settings.rest, around, clients))
    except ConnectorError as error:
        return [Finding(Severity.ERROR, str(error), settings_module.FILE_NAME)]
    return []


def _examine_stores(deployment: Path, environment: Mapping[str, str]) -> list[Finding]:
    """What keeps message stores from being used, of a deployment that is sound otherwise."""
    try:
        stores_of(deployment, environment)
    except ConfigurationError as error:
        return error_findings(error)
    return []
