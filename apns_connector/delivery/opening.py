"""From what a user writes to a store, which is not open yet: a class of the XML, or a URL.

Third parties add classes by entry points of the group ``apns_connector.stores``: its name is the
class name in the XML, and it is called with the store's name, its parameters and the folder of the
deployment, and returns a MessageStore.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

from apns_connector.delivery.store import MessageStore
from apns_connector.delivery.store_parameters import (
    CLASS_NAMES,
    Address,
    Parameters,
    address_of,
    limit_of,
)
from apns_connector.delivery.stores.memory import MemoryOptions, MemoryStore
from apns_connector.delivery.stores.sqlite.file import Durability
from apns_connector.delivery.stores.sqlite.store import SqliteOptions, SqliteStore
from apns_connector.errors import ConfigurationError

logger = logging.getLogger(__name__)

ENTRY_POINTS = "apns_connector.stores"


def build_store(
    name: str, class_name: str | None, parameters: Parameters, folder: Path
) -> MessageStore:
    """The store of a ``<messageStore>``; without class, one in memory.

    Raises ConfigurationError for a class or parameters that cannot be used.
    """
    limit = limit_of(parameters)
    address = address_of(name, class_name, parameters)
    if address is None:
        return _of_third_party(str(class_name))(name, parameters, folder)
    if address.ignored:
        logger.info(
            "Message store '%s': without meaning here, and ignored: %s",
            name,
            ", ".join(address.ignored),
        )
    return _build(name, address, folder, limit)


def build_store_from_url(
    name: str, url: str, folder: Path, limit: int | None = None
) -> MessageStore:
    """``memory:``, ``sqlite:FILE`` (within ``folder``, unless it is absolute), ``postgresql://``,
    ``amqp://``, ``redis://`` or ``nats://``. ``limit``: records.

    Raises ConfigurationError.
    """
    return _build(name, Address(url.strip()), folder, limit)


def _build(name: str, address: Address, folder: Path, limit: int | None) -> MessageStore:
    scheme = address.url.partition(":")[0].lower()
    build = _SCHEMES.get(scheme)
    if build is None:
        known = ", ".join(f"{scheme}:" for scheme in _SCHEMES)
        raise ConfigurationError(f"the URL of a message store begins with one of {known}")
    return build(name, address, folder, {} if limit is None else {"limit": limit})


def _memory(name: str, _address: Address, _folder: Path, options: dict[str, Any]) -> MessageStore:
    return MemoryStore(name, MemoryOptions(**options))


def _sqlite(name: str, address: Address, folder: Path, options: dict[str, Any]) -> MessageStore:
    """``sqlite:FILE?durability=normal``."""
    path, _, query = address.url.partition(":")[2].partition("?")
    path = path.removeprefix("//") or path
    values = {key: given[-1] for key, given in parse_qs(query).items()}
    durability = values.pop("durability", "full")
    if not path or path.startswith(":") or values or durability not in ("full", "normal"):
        raise ConfigurationError(
            "write sqlite:FILE, with or without ?durability=normal; a store in memory has the"
            " class org.apache.synapse.message.store.impl.memory.InMemoryStore"
        )
    kept = SqliteOptions(folder / path, durability=cast(Durability, durability), **options)
    return SqliteStore(name, kept)


# The others need client libraries that are extras, so they are imported for whoever has such a one.


def _postgresql(
    name: str, address: Address, _folder: Path, options: dict[str, Any]
) -> MessageStore:
    from apns_connector.delivery.stores.postgresql.store import PostgresqlOptions, PostgresqlStore

    kept = PostgresqlOptions(address.url, address.user, address.password, **options)
    return PostgresqlStore(name, kept)


def _rabbitmq(name: str, address: Address, _folder: Path, options: dict[str, Any]) -> MessageStore:
    from apns_connector.delivery.stores.rabbitmq.store import RabbitmqOptions, RabbitmqStore

    return RabbitmqStore(name, RabbitmqOptions(address.url, address.queue, **options))


def _redis(name: str, address: Address, _folder: Path, options: dict[str, Any]) -> MessageStore:
    from apns_connector.delivery.stores.redis.store import RedisOptions, RedisStore

    return RedisStore(name, RedisOptions(address.url, **options))


def _nats(name: str, address: Address, _folder: Path, options: dict[str, Any]) -> MessageStore:
    from apns_connector.delivery.stores.nats.store import NatsOptions, NatsStore

    return NatsStore(name, NatsOptions(address.url, **options))


_SCHEMES: dict[str, Callable[[str, Address, Path, dict[str, Any]], MessageStore]] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "postgres": _postgresql,
    "amqp": _rabbitmq,
    "amqps": _rabbitmq,
    "redis": _redis,
    "rediss": _redis,
    "nats": _nats,
    "tls": _nats,
}


def _of_third_party(class_name: str) -> Callable[[str, Parameters, Path], MessageStore]:
    for entry_point in entry_points(group=ENTRY_POINTS, name=class_name):
        try:
            return cast(Callable[[str, Parameters, Path], MessageStore], entry_point.load())
        except (ImportError, AttributeError) as error:
            raise ConfigurationError(
                f"the class {class_name} is installed, but cannot be loaded: {error}"
            ) from error
    raise ConfigurationError(
        f"there is no store of the class {class_name}; there are {', '.join(CLASS_NAMES)}"
    )
