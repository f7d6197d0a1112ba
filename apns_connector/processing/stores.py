"""The message stores of a gateway: built of their definitions, opened, and kept over changes of
the deployment that do not concern them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from apns_connector.delivery.opening import build_store, build_store_from_url
from apns_connector.delivery.outage import Outage
from apns_connector.delivery.stopping import cancel
from apns_connector.delivery.store import MessageStore
from apns_connector.errors import ConfigurationError, InvalidDeployment, StoreUnavailable
from apns_connector.mediation.message_store import MessageStoreDefinition
from apns_connector.processing.lane import problem_with_ordering
from apns_connector.processing.records import Records
from apns_connector.processing.sealing import require_key, seal_for

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

_URL = "url"


@dataclass(frozen=True, slots=True)
class StoreSetting:
    """Where a store of the XML really is: what the operator sets takes the place of its class and
    parameters. ``url`` may hold look-ups of the vault. ``limit``: records."""

    url: str = field(repr=False)
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class LiveStore:
    """``made_of``: two that are made of the same are one."""

    definition: MessageStoreDefinition
    store: MessageStore
    made_of: object = field(repr=False)


class Stores:
    """``settings``: by name. ``folder``: of the deployment. ``clock``: seconds since 1970."""

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, StoreSetting],
        master_key: str | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._master_key = master_key
        self._clock = clock
        self._live: dict[str, LiveStore] = {}
        self._records: Records | None = None
        self._opening: dict[MessageStore, asyncio.Task[None]] = {}

    @property
    def records(self) -> Records:
        """What is in them, sealed and opened."""
        if self._records is None:
            raise ConfigurationError("the key of the records has not been made")
        return self._records

    def get(self, name: str) -> LiveStore | None:
        return self._live.get(name)

    def __iter__(self) -> Iterator[LiveStore]:
        return iter(self._live.values())

    def build(self, configuration: Configuration) -> Mapping[str, LiveStore]:
        """The stores of a configuration, of which nothing is open yet.

        Raises ConfigurationError, which is an InvalidDeployment, for stores that cannot be.
        """
        built: dict[str, LiveStore] = {}
        problems = [*self._problems_with_settings(configuration)]
        for definition in configuration.stores.values():
            try:
                built[definition.name] = self._build(definition, configuration)
            except ConfigurationError as error:
                problems.append(self._located(error, definition))
        if problems:
            raise InvalidDeployment(problems)
        require_key({name: live.store for name, live in built.items()}, self._master_key)
        return built

    def unlock(self) -> None:
        """Make the key with which records are sealed, once. Raises ConfigurationError."""
        if self._records is None:
            self._records = Records(seal_for(self._master_key, self._folder), self._clock)

    def adopt(self, built: Mapping[str, LiveStore]) -> list[MessageStore]:
        """From now on these are the stores; one that is the same as before stays. Returns those
        that nobody uses any more, for ``close``."""
        old, self._live = self._live, {}
        for name, live in built.items():
            known = old.get(name)
            same = known is not None and known.made_of == live.made_of
            self._live[name] = replace(live, store=known.store) if known and same else live
        kept = {id(live.store) for live in self}
        return [live.store for live in old.values() if id(live.store) not in kept]

    async def open(self) -> None:
        """Open those that are new. One that cannot be reached is tried again until it can.

        Raises ConfigurationError and StoreError for one that will never work.
        """
        new = [live for live in self if live.store not in self._opening]
        await asyncio.gather(*(self._open(live) for live in new))

    async def close(self, stores: list[MessageStore] | None = None) -> None:
        """Close these; without them, all."""
        closed = list(self._opening) if stores is None else stores
        for store in closed:
            opening = self._opening.pop(store, None)
            if opening is not None:
                await cancel((opening,))
            await store.close()

    async def _open(self, live: LiveStore) -> None:
        outage = Outage(f"Message store '{live.definition.name}': opening it")
        first = asyncio.get_running_loop().create_future()
        opening = asyncio.create_task(_opened(live.store, outage, first))
        self._opening[live.store] = opening
        await first

    def _build(self, definition: MessageStoreDefinition, configuration: Configuration) -> LiveStore:
        setting = self._settings.get(definition.name)
        if setting is not None:
            named = replace(definition, parameters={_URL: setting.url}, keys={})
            url = named.resolved(configuration)[_URL]
            made_of: object = (url, setting.limit, dict(definition.sources))
            store = build_store_from_url(definition.name, url, self._folder, setting.limit)
        else:
            parameters = definition.resolved(configuration)
            made_of = (definition.class_name, dict(parameters), dict(definition.sources))
            store = build_store(definition.name, definition.class_name, parameters, self._folder)
        problem = problem_with_ordering(definition, store.keeps_order)
        if problem is not None:
            raise definition.error(problem)
        return LiveStore(definition, store, made_of)

    def _located(
        self, error: ConfigurationError, definition: MessageStoreDefinition
    ) -> ConfigurationError:
        """With the place where it is to be mended."""
        if definition.name in self._settings:
            return _setting_error(definition.name, error.problem)
        return error if error.file is not None else definition.error(error.problem)

    def _problems_with_settings(self, configuration: Configuration) -> Iterator[ConfigurationError]:
        for name in sorted(self._settings.keys() - configuration.stores.keys()):
            yield _setting_error(name, f'there is no <messageStore name="{name}">')


def _setting_error(name: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"message_stores.{name}: {problem}", "gateway.yaml")


async def _opened(store: MessageStore, outage: Outage, first: asyncio.Future[None]) -> None:
    """Open a store; ``first`` is told when that was tried once."""
    while True:
        try:
            await store.open()
        except StoreUnavailable as error:
            delay = outage.failed(error)
        except Exception as error:  # noqa: BLE001 - handed on to who waits, or logged
            _tell(first, error, outage)
            return
        else:
            outage.over()
            _tell(first, None, outage)
            return
        _tell(first, None, outage)
        await asyncio.sleep(delay)


def _tell(first: asyncio.Future[None], error: Exception | None, outage: Outage) -> None:
    if first.done():
        if error is not None:
            outage.failed(error)
    elif error is None:
        first.set_result(None)
    else:
        first.set_exception(error)
