"""The message stores that a deployment defines, where gateway.yaml says that they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from apns_connector.mediation.compatibility import VERSIONS
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.deployment.layout import find_layout
from apns_connector.mediation.vault import Vault, master_key_from
from apns_connector.operations import Clients, class_mediators
from apns_connector.own_library import own_library
from apns_connector.processing.stores import Stores, StoreSetting
from apns_connector.settings import Settings, read_settings


def stores_of(deployment: Path, environment: Mapping[str, str]) -> tuple[Configuration, Stores]:
    """The configuration and the stores of a deployment, none of them open, for who looks at them
    without a gateway. Raises ConfigurationError, and VaultError as :class:`Runtime` does."""
    folder = find_layout(deployment).folder
    settings = read_settings(folder, environment)
    vault = Vault(folder, master_key_from(environment))
    configuration = read_deployment(
        deployment,
        classes=class_mediators(Clients()),
        libraries=[own_library()],
        vault=vault,
        environment=environment,
        compatibility=VERSIONS[settings.compatibility],
    )
    stores = stores_in(settings, folder, environment)
    stores.adopt(stores.build(configuration))
    return configuration, stores


def stores_in(settings: Settings, folder: Path, environment: Mapping[str, str]) -> Stores:
    """For the definitions of the deployment in ``folder``: none is built yet."""
    given = {
        name: StoreSetting(one.url, one.max_records)
        for name, one in settings.message_stores.items()
    }
    return Stores(folder, given, master_key_from(environment))
