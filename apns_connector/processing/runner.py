"""Starts and stops what processes messages: as the configuration in force, and the operator, want
it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from apns_connector.delivery.stopping import cancel
from apns_connector.delivery.store import MessageStore
from apns_connector.errors import ConfigurationError, ConnectorError
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.message_processor import MessageProcessorDefinition, ProcessorKind
from apns_connector.processing.activation import Activation, is_active
from apns_connector.processing.context import Context
from apns_connector.processing.dispatching import dispatch_processor
from apns_connector.processing.failover import failover_processor
from apns_connector.processing.forwarding import forwarding_processor
from apns_connector.processing.keeper import Keeper
from apns_connector.processing.sampling import Sampler
from apns_connector.processing.stores import LiveStore, Stores

_log = logging.getLogger(__name__)

# Seconds between two looks at what the operator has decided.
LOOK_SECONDS = 1.0
# Seconds until one that has failed, which none should, is started again.
_REST_SECONDS = 10.0


class Running(Protocol):
    """Any processor."""

    def stop(self) -> None: ...

    async def run(self) -> None: ...


# How each kind is built. A new one is a line here.
BUILDERS: Mapping[ProcessorKind, Callable[[MessageProcessorDefinition, Context], Running]] = {
    ProcessorKind.DISPATCH: dispatch_processor,
    ProcessorKind.FORWARDING: forwarding_processor,
    ProcessorKind.FAILOVER: failover_processor,
    ProcessorKind.SAMPLING: Sampler,
}


@dataclass(frozen=True, slots=True)
class Started:
    definition: MessageProcessorDefinition
    store: MessageStore
    running: Running
    task: asyncio.Task[None]


class ProcessorRunner:
    """The stores and the processors of one gateway. ``with_processors``: without, messages are kept
    here and delivered by others. ``stop_seconds``: how long attempts may go on at a stop."""

    def __init__(
        self,
        folder: Path,
        stores: Stores,
        *,
        with_processors: bool = True,
        stop_seconds: float = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.stores = stores
        self.keeper = Keeper(stores)
        self._activation = Activation(folder)
        self._with_processors = with_processors
        self._stop_seconds = stop_seconds
        self._clock = clock
        self._context: Context | None = None
        self._started: dict[str, Started] = {}
        # Those that have given up, as long as the file does not say it, and those that rest.
        self._given_up: set[str] = set()
        self._rests: dict[str, float] = {}
        self._told = ""
        self._unused: list[MessageStore] = []
        self._change = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    @property
    def names(self) -> list[str]:
        """Of the processors that run."""
        return sorted(self._started)

    async def open(self, configuration: Configuration, built: Mapping[str, LiveStore]) -> None:
        """Open the stores, so that messages can be kept. Raises ConfigurationError and StoreError
        for one that cannot be used; one that is not there now may come later."""
        self._put_in_force(configuration, built)
        await self.stores.open()

    def start(self) -> None:
        """Begin to process messages."""
        if self._with_processors and self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="message processors")

    def deploy(self, configuration: Configuration, built: Mapping[str, LiveStore]) -> None:
        """Another configuration comes into force. What stays the same runs on."""
        self._put_in_force(configuration, built)
        self._given_up.clear()
        self._change.set()
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="message stores")

    async def stop(self) -> None:
        """Claim nothing more, and wait for what is under way."""
        if self._looking is not None:
            await cancel((self._looking,))
            self._looking = None
        await self._stop(list(self._started))

    async def close(self) -> None:
        """Close the stores: nothing can be kept any more."""
        await self.stores.close()

    def _put_in_force(self, configuration: Configuration, built: Mapping[str, LiveStore]) -> None:
        self._unused += self.stores.adopt(built)
        if self._context is None:
            self._context = Context(
                configuration, self.stores, self._deactivate, self._clock, self._stop_seconds
            )
        self._context.configuration = configuration

    async def _look(self) -> None:
        while True:
            self._change.clear()
            try:
                await self._reconcile()
            except ConnectorError as error:
                self._tell(str(error))
            else:
                self._told = ""
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._change.wait()
            except TimeoutError:
                continue

    def _tell(self, problem: str) -> None:
        if problem != self._told:
            _log.error("Message processors stay as they are: %s", problem)
        self._told = problem

    async def _reconcile(self) -> None:
        """Stop what is not wanted any more, then start what is."""
        wanted = self._wanted()
        await self._stop([name for name in self._started if not self._stays(name, wanted)])
        unused, self._unused = self._unused, []
        if unused:
            await self.stores.close(unused)
        await self.stores.open()
        for name in sorted(wanted.keys() - self._started.keys()):
            self._start(wanted[name])

    def _wanted(self) -> dict[str, MessageProcessorDefinition]:
        """Raises ConfigurationError when it cannot be told which are active."""
        if self._context is None or not self._with_processors:
            return {}
        decided, now = self._activation.read(), self._clock()
        return {
            name: definition
            for name, definition in self._context.configuration.processors.items()
            if is_active(definition, decided)
            and name not in self._given_up
            and self._rests.get(name, 0.0) <= now
        }

    def _stays(self, name: str, wanted: Mapping[str, MessageProcessorDefinition]) -> bool:
        started = self._started[name]
        live = self.stores.get(started.definition.store)
        same_store = live is not None and live.store is started.store
        return wanted.get(name) == started.definition and same_store and not started.task.done()

    def _start(self, definition: MessageProcessorDefinition) -> None:
        if self._context is None:
            return
        running = BUILDERS[definition.kind](definition, self._context)
        task = asyncio.create_task(self._run(definition.name, running), name=definition.name)
        store = self._context.store(definition.store)
        self._started[definition.name] = Started(definition, store, running, task)
        _log.info("Message processor '%s' has started", definition.name)

    async def _run(self, name: str, running: Running) -> None:
        """One that fails is started again, after a rest."""
        try:
            await running.run()
        except Exception as error:  # noqa: BLE001 - a bug, which must not end the others: logged
            _log.error("Message processor '%s' failed unexpectedly", name, exc_info=error)
            self._rests[name] = self._clock() + _REST_SECONDS

    async def _stop(self, names: list[str]) -> None:
        """All at once, since each waits for what it has under way."""
        for name in names:
            self._started[name].running.stop()
        if names:
            await asyncio.wait([self._started[name].task for name in names])
        for name in names:
            del self._started[name]
            _log.info("Message processor '%s' has stopped", name)

    async def _deactivate(self, name: str, why: str) -> None:
        _log.error(
            "Message processor '%s' is deactivated: %s. Activate it when that is mended: "
            "apns-connector processor activate DEPLOYMENT %s",
            name,
            why,
            name,
        )
        self._given_up.add(name)
        try:
            self._activation.decide(name, False)
        except ConfigurationError as error:
            _log.error("It stays so until the next start only: %s", error)
        else:
            self._given_up.discard(name)
