"""The simulator in a thread of the test: it may be away for a while and still knows what it got."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from apns_connector.simulator import Simulator, SimulatorOptions, demo_credentials
from apns_connector.simulator.faults import Fault
from tests.acceptance.delivery.judge import Arrival

# So long each answer takes: what is killed shall have something in flight.
ANSWER_MILLISECONDS = 30


class LocalApple:
    """``host``: where it takes notifications."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.credentials = demo_credentials(folder / "credentials")
        self.port = 0
        self._simulator = Simulator(
            self.credentials, SimulatorOptions(host=host, control_port=None, management_port=None)
        )
        self._simulator.faults.add(
            Fault(fault="delay", milliseconds=ANSWER_MILLISECONDS, count=None)
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self.come_back()
        self.port = self._simulator.port
        return self

    def __exit__(
        self,
        error: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.go_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def go_away(self) -> None:
        """It ends its connections and listens no more."""
        self._do(self._simulator.stop())

    def come_back(self) -> None:
        """At the same port."""
        self._do(self._simulator.start())

    @property
    def accepted(self) -> int:
        """How many, since it last forgot."""
        return self._simulator.counts["accepted"]

    def arrivals(self) -> list[Arrival]:
        async def arrived() -> list[Arrival]:
            return [
                Arrival(int(one.device_token, 16), one.apns_id, one.received_at)
                for one in self._simulator.received
                if one.outcome == "accepted"
            ]

        return self._do(arrived())

    def forget(self) -> None:
        async def clear() -> None:
            self._simulator.clear()

        self._do(clear())

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(30)
