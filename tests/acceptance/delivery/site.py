"""A gateway that accepts and workers that deliver, as processes over one store."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path

from apns_connector.delivery.opening import build_store_from_url
from apns_connector.delivery.record import Counts
from tests.acceptance.conftest import Command
from tests.acceptance.delivery.apple import LocalApple
from tests.acceptance.delivery.callers import Address
from tests.acceptance.delivery.stores import Kept
from tests.acceptance.house import CONFIGS, House
from tests.servers.process import free_port

CONCURRENCY = 32
# What a worker may have delivered without having written it down: those under way, and those that
# have ended.
IN_FLIGHT = 2 * CONCURRENCY
LEASE = 6  # seconds
PATIENCE = 60.0

_SETTINGS = """
message_stores:
  Pushes: {{url: "{url}"}}
"""
_STORE = """
<messageStore xmlns="http://ws.apache.org/ns/synapse" name="Pushes"
    class="org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore">{ordering}</messageStore>"""
_ORDERING = '<parameter name="ordering">device</parameter>'
_PROCESSOR = f"""
<messageProcessor xmlns="http://ws.apache.org/ns/synapse" name="Pusher"
    class="apns_connector.delivery.DispatchProcessor" messageStore="Pushes">
  <parameter name="sequence">push</parameter>
  <parameter name="interval">200</parameter>
  <parameter name="concurrency">{CONCURRENCY}</parameter>
  <parameter name="lease">{LEASE}</parameter>
  <parameter name="client.retry.interval">100</parameter>
  <parameter name="max.retry.interval">1000</parameter>
</messageProcessor>"""


def build_house(folder: Path, apple: LocalApple, kept: Kept) -> House:
    """A deployment that keeps pushes there, and sends them to that Apple."""
    house = House.build(folder / "deployment", apple)
    ordering = _ORDERING if kept.keeps_order else ""
    artifacts = house.folder / CONFIGS
    (artifacts / "message-stores/Pushes.xml").write_text(_STORE.format(ordering=ordering))
    (artifacts / "message-processors/Pusher.xml").write_text(_PROCESSOR)
    with (house.folder / "gateway.yaml").open("a") as settings:
        settings.write(_SETTINGS.format(url=kept.url))
    return house


class Site:
    """``address``: where callers find its gateway."""

    def __init__(self, house: House, apple: LocalApple, kept: Kept, address: str = "127.0.0.1"):
        self.house = house
        self.apple = apple
        self.kept = kept
        self.gateway_address: Address = (address, free_port())
        self.numbers = itertools.count(1)
        self.workers: list[Command] = []
        self._gateway: Command | None = None

    def stop(self) -> None:
        self.house.stop()

    def be_ready(self, workers: int = 1) -> None:
        """A gateway and so many workers, at least; what runs already stays."""
        if self._gateway is None:
            self._gateway = self._start_gateway()
        while len(self.workers) < workers:
            self.workers.append(self.house.start("work"))
        self._gateway.wait_for("Listening on ")
        for worker in self.workers:
            worker.wait_for("Working: ")

    def kill_gateway(self) -> None:
        gateway, self._gateway = self._gateway, None
        kill(gateway)

    def kill_worker(self) -> None:
        kill(self.workers.pop(0))

    def replace_worker(self) -> None:
        """The oldest one is told to stop, and a new one takes its place when it has."""
        assert self.workers.pop(0).stop() == 0
        self.be_ready(len(self.workers) + 1)

    def settled(self) -> bool:
        """Whether nothing is left in the store; what is dead would not be delivered any more."""
        counts = self.counts()
        assert counts.dead == 0
        return counts.waiting == counts.claimed == 0

    def counts(self) -> Counts:
        async def count() -> Counts:
            store = build_store_from_url("Pushes", self.kept.url, self.house.folder)
            await store.open()
            try:
                return await store.count()
            finally:
                await store.close()

        return asyncio.run(count())

    def complaints(self) -> list[str]:
        """What the processes say of themselves that nobody should have to read."""
        return [
            f"{command.log.name}: {line}"
            for command in self.house.running
            for line in command.log.read_text().splitlines()
            if "Traceback" in line or "unexpectedly" in line or "never awaited" in line
        ]

    def _start_gateway(self) -> Command:
        host, port = self.gateway_address
        return self.house.start("serve", "--no-processors", "--host", host, "--port", str(port))


def kill(command: Command | None) -> None:
    assert command is not None
    assert command.process.poll() is None, command.log.read_text()
    command.process.kill()
    command.process.wait()


def wait_until(what: Callable[[], object], why: str, every: float = 0.05) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, f"it did not come to that: {why}"
        time.sleep(every)
