"""The simulator as the Apple of a run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from apns_connector.apns import Destination
from apns_connector.flow_tests.stand_ins import StandInClients, certificate_for, signing_key_of
from apns_connector.mediation.library import Document
from apns_connector.operations import Clients
from apns_connector.simulator import DemoCredentials, Simulator, demo_credentials

DESTINATIONS = ("production", "sandbox")


class Apple:
    """Runs on loopback while it is entered; both of Apple's destinations lead there."""

    def __init__(self) -> None:
        self._running = AsyncExitStack()
        self._credentials: DemoCredentials
        self._simulator: Simulator

    async def __aenter__(self) -> Apple:
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="apns-connector-test-"))
            self._credentials = demo_credentials(Path(folder))
            self._simulator = await stack.enter_async_context(Simulator(self._credentials))
            self._running = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._running.aclose()

    def clients(self, documents: Iterable[Document]) -> Clients:
        """Clients for the flows in these artifacts. Whoever asks for them closes them."""
        documents = tuple(documents)
        return StandInClients(
            certificate_for(documents, self._credentials),
            signing_key_of(self._credentials),
            self._servers(self._simulator.port),
            self._servers(self._simulator.management_port or 0),
        )

    def forget(self) -> None:
        """What one case has sent is not that of the next."""
        self._simulator.clear()

    def notifications(self) -> list[dict[str, Any]]:
        """What arrived, oldest first, as the control port of the simulator shows it."""
        return [notification.to_json() for notification in self._simulator.received]

    def _servers(self, port: int) -> dict[str, Destination]:
        trust = self._credentials.ca
        return {name: Destination(name, "127.0.0.1", port, trust) for name in DESTINATIONS}
