"""A gateway put together, started, and stopped in order: the only place that joins the parts."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from apns_connector import settings as settings_module
from apns_connector.deployment_stores import stores_in
from apns_connector.errors import ConfigurationError
from apns_connector.gateway.admission import Admission
from apns_connector.gateway.app import Gateway
from apns_connector.gateway.outbound import Outbound
from apns_connector.gateway.server import Server
from apns_connector.hot_deployment import Deployment, Failure, Generation, watch
from apns_connector.hot_deployment.changes import QUIET_SECONDS, Changes
from apns_connector.hot_deployment.watcher import take_snapshot
from apns_connector.inspection import inspect_configuration
from apns_connector.mediation.background import Background
from apns_connector.mediation.compatibility import VERSIONS
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.deployment.finding import Finding, Severity
from apns_connector.mediation.deployment.layout import find_layout
from apns_connector.mediation.endpoints.health import HealthRecord
from apns_connector.mediation.vault import Vault, master_key_from
from apns_connector.operations import Clients, UnregisteredFile, class_mediators
from apns_connector.own_library import own_library
from apns_connector.processing.runner import ProcessorRunner
from apns_connector.processing.stores import LiveStore, Stores
from apns_connector.rest.app import MOUNT, RestApi, build_rest_api
from apns_connector.rest.credentials import Surroundings
from apns_connector.settings import Settings, read_settings
from apns_connector.task_runner import TaskRunner

logger = logging.getLogger(__name__)

# When the collector looks (gc.set_threshold). With Python's 700, 10, 10 it looks again and again at
# what some dozens of requests hold while Apple answers them, none of which is garbage.
_YOUNG = (5_000, 5, 10)


class Runtime:
    """One gateway for one deployment: a folder, or a ``.car`` or ``.xml`` file.

    Building it reads everything and starts nothing. Raises :class:`ConfigurationError`, which for
    a deployment is an :class:`InvalidDeployment` with all its problems, and :class:`VaultError` if
    there is a vault that the master key does not open. ``environment`` stands for ``os.environ``.
    ``findings``: what ``check`` says of the configuration that was built last, once started.
    ``watch_seconds``: how often to look for changes of the deployment while it is served; ``None``
    for never. ``quiet_seconds``: for how long its files must not have changed. ``front``: whether
    it takes requests and runs tasks. ``processors``: whether it processes the messages in stores.
    """

    def __init__(
        self,
        deployment: Path,
        environment: Mapping[str, str] | None = None,
        *,
        watch_seconds: float | None = None,
        quiet_seconds: float = QUIET_SECONDS,
        front: bool = True,
        processors: bool = True,
    ) -> None:
        self._path = deployment
        self._environment = os.environ if environment is None else environment
        self._watch_seconds = watch_seconds
        self._watching: asyncio.Task[None] | None = None
        folder = find_layout(deployment).folder
        self.settings: Settings = read_settings(folder, self._environment)
        unregistered = self.settings.apns.unregistered_file
        self.clients = Clients(
            settings_module.destinations(self.settings, folder),
            channel_servers=settings_module.channel_servers(self.settings, folder),
            timeout=self.settings.apns.timeout,
            unregistered=None if unregistered is None else UnregisteredFile(folder / unregistered),
        )
        self._background = Background()
        self._health = HealthRecord()
        self._outbound = Outbound(settings_module.outbound_options(self.settings, folder))
        self.vault = Vault(folder, master_key_from(self._environment))
        self._front = front
        limits = settings_module.limits(self.settings)
        self._stores = stores_in(self.settings, folder, self._environment)
        self._built: Mapping[str, LiveStore] = {}
        self._processors = ProcessorRunner(
            folder, self._stores, with_processors=processors, stop_seconds=limits.stop_seconds
        )
        self._further: tuple[Path, ...] = ()
        self.findings: tuple[Finding, ...] = ()
        # Before the files are read: a change while they are being read is one.
        self._changes = Changes(take_snapshot(self._files()), quiet_seconds=quiet_seconds)
        configuration = self._read()
        self._watch_further(configuration)
        admission = Admission(limits)
        self._rest = self._rest_api(folder, admission)
        self._gateway = Gateway(
            configuration,
            limits,
            public_url=self.settings.http.public_url,
            cors=settings_module.cors(self.settings),
            mounts={} if self._rest is None else {MOUNT: self._rest},
            admission=admission,
            trusted=settings_module.trusted_proxies(self.settings),
        )
        self._server = Server(self._gateway, limits)
        self._tasks = TaskRunner()
        self._deployment = Deployment(configuration, self._read_again, self._install)

    async def __aenter__(self) -> Runtime:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def configuration(self) -> Configuration:
        """What is in force."""
        return self.generation.configuration

    @property
    def generation(self) -> Generation[Configuration]:
        """What is in force, since when, and how many were before it."""
        return self._deployment.generation

    @property
    def failure(self) -> Failure | None:
        """What kept the last change of the deployment from coming into force."""
        return self._deployment.failure

    @property
    def stores(self) -> Stores:
        """The message stores in use."""
        return self._stores

    @property
    def port(self) -> int:
        """Where it listens, once started."""
        return self._server.port

    @property
    def url(self) -> str:
        host = self.settings.http.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Raises :class:`ConfigurationError` if it cannot listen, and if the REST API has no
        credentials; :class:`StoreError` for a message store that can never be used."""
        await asyncio.to_thread(self._inspect, self.configuration)
        if self._rest is not None and self._front:
            await self._rest.check()
        await self._processors.open(self.configuration, self._built)
        if self._front:
            await self._server.start(self.settings.http.host, self.settings.http.port)
            self._tasks.deploy(self.configuration)
        self._processors.start()
        if self._watch_seconds is not None:
            watching = watch(
                self._files, self._changes, self._deployment.renew, seconds=self._watch_seconds
            )
            self._watching = asyncio.create_task(watching, name="hot deployment")
        # What lives as long as the process need not be looked at by the collector again.
        gc.collect()
        gc.freeze()

    async def stop(self) -> None:
        """No more changes and tasks; then requests, messages from stores, and what both have begun,
        since they still send and store; then the stores, and the connections to backends and to
        Apple."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
            self._watching = None
        await self._tasks.stop()
        await self._server.stop()
        await self._processors.stop()
        await self._background.finish(settings_module.limits(self.settings).stop_seconds)
        await self._processors.close()
        await self._outbound.close()
        await self.clients.close()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        gc.set_threshold(*_YOUNG)
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        async with self:
            if self._front:
                logger.info("Serving %s", ", ".join(self._served()) or "nothing")
            else:
                logger.info("Working: messages in stores are processed, no requests are taken")
            await stopping.wait()
            logger.info("Stopping: what is in progress comes to its end first")

    def _served(self) -> list[str]:
        served = [*sorted(self.configuration.proxies), *sorted(self.configuration.apis)]
        return served if self._rest is None else [*served, f"the REST API at /{MOUNT}"]

    def _read(self) -> Configuration:
        """The whole configuration. Connections to Apple and to backends are those of before."""
        if self.vault.exists:
            self.vault.unlock()
        configuration = read_deployment(
            self._path,
            classes=class_mediators(self.clients),
            libraries=[own_library()],
            vault=self.vault,
            environment=self._environment,
            compatibility=VERSIONS[self.settings.compatibility],
            health=self._health.begin(),
        )
        configuration.transport = self._outbound
        configuration.background = self._background
        configuration.keeper = self._processors.keeper
        built = self._stores.build(configuration)
        if built:
            self._stores.unlock()
        self._built = built
        if self.settings.rest is not None:
            _check_contexts(configuration)
        return configuration

    def _rest_api(self, folder: Path, admission: Admission) -> RestApi | None:
        if self.settings.rest is None:
            return None
        around = Surroundings(
            folder, lambda: self.configuration.registry, self.vault.get, self._environment
        )
        limits = settings_module.limits(self.settings)
        return build_rest_api(
            self.settings.rest, around, self.clients, limits=limits, admission=admission
        )

    def _read_again(self) -> Configuration:
        folder = find_layout(self._path).folder
        if read_settings(folder, self._environment) != self.settings:
            logger.warning("gateway.yaml has changed: that comes into force with the next start")
        configuration = self._read()
        self._inspect(configuration)
        return configuration

    def _inspect(self, configuration: Configuration) -> None:
        """Log what is new: a change of one file does not repeat what was said of the others."""
        rest = self._rest is not None
        urls = {name: one.url for name, one in self.settings.message_stores.items()}
        findings = inspect_configuration(
            configuration, datetime.now(UTC), rest=rest, store_urls=urls
        )
        for finding in findings:
            if finding not in self.findings:
                note = finding.severity is Severity.NOTE
                logger.log(logging.INFO if note else logging.WARNING, "%s", finding)
        self.findings = tuple(findings)

    def _install(self, configuration: Configuration) -> None:
        self._gateway.replace(configuration)
        self._processors.deploy(configuration, self._built)
        if self._front:
            self._tasks.deploy(configuration)
        self._watch_further(configuration)

    def _files(self) -> Iterable[Path]:
        """All files that the deployment is made of now."""
        return [*find_layout(self._path).files(), *self._further]

    def _watch_further(self, configuration: Configuration) -> None:
        """Look at the files, too, that the configuration names, from now on and for good."""
        self._further = tuple(dict.fromkeys((*self._further, *configuration.further)))
        self._changes.know(take_snapshot(self._further))


def _check_contexts(configuration: Configuration) -> None:
    """Raises ConfigurationError for an API that nobody could reach."""
    for api in configuration.apis.values():
        if f"{api.root}/".startswith(f"/{MOUNT}/"):
            raise ConfigurationError(
                f"api '{api.key}': /{MOUNT} is where the REST API of gateway.yaml is", *api.place
            )
