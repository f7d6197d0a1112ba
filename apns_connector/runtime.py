"""A gateway put together, started, and stopped in order: the only place that joins the parts."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from apns_connector import settings as settings_module
from apns_connector.errors import ConfigurationError
from apns_connector.gateway.app import Gateway
from apns_connector.gateway.server import Server
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.library import Library, read_library
from apns_connector.mediation.vault import Vault, master_key_from
from apns_connector.operations import Clients, class_mediators
from apns_connector.settings import Settings, read_settings

logger = logging.getLogger(__name__)

_PACKAGE = Path(__file__).parent
CONFIGURATION = Path("synapse-configs/default")


def library_folder() -> Path:
    """Where connector.xml and config/ lie: in the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "library"
    return installed if installed.is_dir() else _PACKAGE.parent


def own_library() -> Library:
    """This connector, as the ESB sees it."""
    return read_library(library_folder(), called="apns-connector")


def _check_folder(deployment: Path) -> None:
    if not deployment.is_dir():
        raise ConfigurationError(f"{deployment} is not a folder: a deployment is one")
    if not (deployment / CONFIGURATION).is_dir():
        raise ConfigurationError(f"{deployment} is no deployment: it has no folder {CONFIGURATION}")


class Runtime:
    """One gateway for one deployment.

    Building it reads everything and starts nothing. Raises :class:`ConfigurationError`, which for
    a deployment is an :class:`InvalidDeployment` with all its problems, and :class:`VaultError` if
    there is a vault that the master key does not open. ``environment`` stands for ``os.environ``.
    """

    def __init__(self, deployment: Path, environment: Mapping[str, str] | None = None) -> None:
        _check_folder(deployment)
        environment = os.environ if environment is None else environment
        self.settings: Settings = read_settings(deployment, environment)
        self.clients = Clients(
            settings_module.destinations(self.settings, deployment),
            timeout=self.settings.apns.timeout,
        )
        vault = Vault(deployment, master_key_from(environment))
        if vault.exists:
            vault.unlock()
        self.configuration: Configuration = read_deployment(
            deployment,
            classes=class_mediators(self.clients),
            libraries=[own_library()],
            vault=vault,
        )
        limits = settings_module.limits(self.settings)
        gateway = Gateway(self.configuration, limits, public_url=self.settings.http.public_url)
        self._server = Server(gateway, limits)

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
    def port(self) -> int:
        """Where it listens, once started."""
        return self._server.port

    @property
    def url(self) -> str:
        host = self.settings.http.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Raises :class:`ConfigurationError` if it cannot listen."""
        await self._server.start(self.settings.http.host, self.settings.http.port)
        # What lives as long as the process need not be looked at by the collector again.
        gc.collect()
        gc.freeze()

    async def stop(self) -> None:
        """Requests first, since they still send; then the connections to Apple."""
        await self._server.stop()
        await self.clients.close()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        async with self:
            logger.info("Serving %s", ", ".join(sorted(self.configuration.proxies)) or "nothing")
            await stopping.wait()
            logger.info("Stopping: requests in progress are answered first")
