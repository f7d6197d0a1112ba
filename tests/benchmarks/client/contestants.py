"""Who is measured: each sends its share of the requests to a server and says what it took."""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.client.drivers.job import Job
from tests.benchmarks.client.measurement import Measurement
from tests.benchmarks.client.processes import Command, output_of
from tests.benchmarks.client.servers import Server

DRIVERS: Final = Path(__file__).parent / "drivers"
TOPIC: Final = "com.example.app"
WARM_UP: Final = 2_000

# Below this rate something is broken, and waiting longer shows nothing.
_SLOWEST_RATE: Final = 200


@dataclass(frozen=True, slots=True)
class Contestant:
    """``what`` it is, on which event loop if it is Python.

    ``share``: how many of the requests it sends, so that a slow one takes no longer.
    """

    what: str
    loop: str
    in_flight: str
    send: Callable[[Server, int], Measurement]
    share: float = 1.0

    @property
    def name(self) -> str:
        return f"{self.what}, {self.loop}" if self.loop else self.what

    def measure(self, server: Server, requests: int) -> Measurement:
        return self.send(server, max(1_000, int(requests * self.share)))


def this_client(
    way: str,
    loop: str,
    in_flight: int = 1,
    *,
    connections: int | None = 1,
    warm_up: int = WARM_UP,
) -> Contestant:
    """``in_flight``: tasks that await ``send``; ``send_many`` keeps its own number under way."""
    command = [sys.executable, "-m", "tests.benchmarks.client.drivers.this_client"]

    def send(server: Server, requests: int) -> Measurement:
        job = _job(server, requests, in_flight, warm_up, connections, way, loop)
        return _drive(server, job, [*command, job.as_argument()])

    return Contestant(way, loop, f"{in_flight:,}" if way == "send" else "stream", send)


def aioapns(installed: Path, version: str, loop: str, in_flight: int) -> Contestant:
    command = [sys.executable, "-m", "tests.benchmarks.client.drivers.with_aioapns"]

    def send(server: Server, requests: int) -> Measurement:
        job = _job(server, requests, in_flight, loop=loop)
        return _drive(server, job, [*command, job.as_argument()], installed)

    return Contestant(f"aioapns {version}", loop, f"{in_flight:,}", send, share=1 / 20)


def node_apn(installed: Path, version: str, in_flight: int) -> Contestant:
    def send(server: Server, requests: int) -> Measurement:
        job = _job(server, requests, in_flight)
        command: Command = ["node", DRIVERS / "with_node_apn.mjs", job.as_argument(), installed]
        return _drive(server, job, command)

    return Contestant(f"node-apn {version}", "", f"{in_flight:,}", send, share=1 / 5)


def h2load(in_flight: int, connections: int = 1) -> Contestant:
    """The load generator of nghttp2, in C; it makes one request in advance and repeats it."""

    def send(server: Server, requests: int) -> Measurement:
        body = server.trust.with_name("body.json")
        body.write_text('{"aps":{"alert":"Hello 12345","badge":1}}')
        command: Command = [
            "h2load", "-t1", f"-c{connections}", f"-m{in_flight}", f"-n{requests}", "-d", body,
            "-H", f"apns-topic: {TOPIC}", "-H", "apns-push-type: alert",
            "-H", f"apns-id: {'0' * 36}",
            f"https://localhost:{server.port}/3/device/{'0' * 64}",
        ]  # fmt: skip
        return _read_h2load(server, requests, command)

    return Contestant("h2load", "", f"{in_flight * connections:,}", send)


def _job(
    server: Server,
    requests: int,
    in_flight: int,
    warm_up: int = WARM_UP,
    connections: int | None = 1,
    way: str = "send",
    loop: str = "asyncio",
) -> Job:
    return Job(
        port=server.port,
        trust=str(server.trust),
        key=str(server.signing_key),
        key_id="ABC123DEFG",
        team_id="DEF123GHIJ",
        topic=TOPIC,
        requests=requests,
        warm_up=warm_up,
        in_flight=in_flight,
        connections=connections,
        way=way,
        loop=loop,
    )


def _drive(server: Server, job: Job, command: Command, path: Path | None = None) -> Measurement:
    sent = job.requests + job.warm_up
    before = server.cpu_seconds()
    said = output_of(command, seconds=60 + sent / _SLOWEST_RATE, path=path)
    server_cpu_seconds = (server.cpu_seconds() - before) * job.requests / sent
    took = json.loads(said.splitlines()[-1])
    return Measurement(requests=job.requests, server_cpu_seconds=server_cpu_seconds, **took)


def _read_h2load(server: Server, requests: int, command: Command) -> Measurement:
    before, cpu_before = server.cpu_seconds(), _cpu_of_children()
    said = output_of(command, seconds=60 + requests / _SLOWEST_RATE)
    cpu_seconds = _cpu_of_children() - cpu_before
    good = re.search(r"(\d+) 2xx", said)
    rate = re.search(r"([\d.]+) req/s", said)
    assert good, said
    assert rate, said
    return Measurement(
        requests=requests,
        accepted=int(good[1]),
        seconds=requests / float(rate[1]),
        cpu_seconds=cpu_seconds,
        server_cpu_seconds=server.cpu_seconds() - before,
    )


def _cpu_of_children() -> float:
    """Of those that have ended; it reports its own time nowhere else."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
