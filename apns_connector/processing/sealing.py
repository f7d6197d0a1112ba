"""With which key the records of a deployment are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from apns_connector.delivery.seal import Seal
from apns_connector.delivery.store import MessageStore
from apns_connector.delivery.stores.sqlite.store import SqliteStore
from apns_connector.errors import ConfigurationError

KEY_FILE_NAME: Final = "record.key"


def seal_for(master_key: str | None, folder: Path) -> Seal:
    """Of the master key, if there is one, else of a key file in ``folder``, which is made. Raises
    ConfigurationError for a file that is none."""
    if master_key is not None:
        return Seal.from_master_key(master_key)
    return Seal.from_file(folder / KEY_FILE_NAME)


def require_key(stores: Mapping[str, MessageStore], master_key: str | None) -> None:
    """A key file does as long as no record leaves this machine. Raises ConfigurationError when
    several machines would have to know it."""
    shared = shared_stores(stores)
    if shared and master_key is None:
        raise ConfigurationError(
            f"the records in {', '.join(shared)} are sealed with a key that every machine has to "
            "know: set APNS_CONNECTOR_MASTER_KEY, or APNS_CONNECTOR_MASTER_KEY_FILE, to the same "
            "on all of them"
        )


def shared_stores(stores: Mapping[str, MessageStore]) -> list[str]:
    """The names of those that other machines may use as well."""
    return [
        f"message store '{name}'"
        for name, store in sorted(stores.items())
        if store.durable and not isinstance(store, SqliteStore)
    ]
