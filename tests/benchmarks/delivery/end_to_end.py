"""From SOAP request to Apple's answer: a gateway that keeps, and delivers, against haproxy, beside
a bare loop in the same run.

::

    python -m tests.benchmarks.delivery.end_to_end [--requests 20000] [--clients 64] [--workers 0]

``--workers``: deliver in so many processes of their own, and not in the gateway.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from apns_connector.cli.sample import prepare, read_request
from apns_connector.simulator import demo_credentials
from apns_connector.simulator.credentials import DemoCredentials
from tests.benchmarks.delivery.bare_gateway import Settings
from tests.benchmarks.gateway import free_port, haproxy_configuration, rate, running

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "samples/guaranteed-delivery"
PATIENCE = 300.0
WARM_UP = 500


@dataclass(frozen=True, slots=True)
class Run:
    """``accepted``: 202 per second; ``delivered``: answered by Apple per second, from the first
    request to the last; ``left``: how many were to be delivered when all had their 202."""

    accepted: float
    delivered: float
    left: int


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--clients", type=int, default=64)
    options.add_argument("--workers", type=int, default=0)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        ours, bare = rounds(Path(name), given)
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, SQLite, durable commits")
    print(f"{given.requests} SOAP requests, {given.clients} clients, {given.workers} workers,")
    print(f"median of {given.rounds} rounds         ours    bare  ratio")
    for what, column in (("202, on disk", "accepted"), ("answered by Apple", "delivered")):
        our, other = (median(getattr(run, column) for run in runs) for runs in (ours, bare))
        print(f"{what:20} per second{our:8.0f}{other:8.0f}{our / other:7.2f}")
    print(f"left when all had their 202 {max(run.left for run in ours):11}")


def rounds(folder: Path, given: argparse.Namespace) -> tuple[list[Run], list[Run]]:
    """Ours and the bare one in turns, over the same haproxy."""
    credentials = demo_credentials(folder / "credentials")
    body = folder / "request.xml"
    body.write_bytes(read_request(SAMPLE / "requests/push.http", credentials.folder).body)
    apple, statistics = free_port(), folder / "haproxy.sock"
    configuration = haproxy_configuration(folder, apple)
    configuration.write_text(f"global\n  stats socket {statistics}\n{configuration.read_text()}")
    haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
    with (
        running(apple, haproxy, "-db", "-q", "-f", configuration),
        gateway(folder, credentials, apple, given.workers) as ours,
        bare_gateway(folder, credentials, apple) as bare,
    ):
        found: tuple[list[Run], list[Run]] = ([], [])
        for _ in range(given.rounds):
            for url, runs in zip((ours, bare), found, strict=True):
                runs.append(measure(url, body, statistics, given.requests, given.clients))
        return found


@contextmanager
def gateway(folder: Path, credentials: DemoCredentials, apple: int, workers: int) -> Iterator[str]:
    """The sample, with its processor or with workers; the address of its proxy."""
    port, deployment = free_port(), folder / "deployment"
    environment = prepare(SAMPLE, deployment, credentials, apple)
    environment["APNS_CONNECTOR__HTTP__PORT"] = str(port)
    environment["APNS_CONNECTOR__LOG__LEVEL"] = "WARNING"
    unordered(deployment)
    connector = (sys.executable, "-m", "apns_connector")
    serve = ("serve", "--no-processors") if workers else ("serve",)
    with ExitStack() as stack:
        stack.enter_context(running(port, *connector, *serve, deployment, **environment))
        for _ in range(workers):
            stack.enter_context(running(port, *connector, "work", deployment, **environment))
        yield f"http://127.0.0.1:{port}/services/PushNotification"


@contextmanager
def bare_gateway(folder: Path, credentials: DemoCredentials, apple: int) -> Iterator[str]:
    port = free_port()
    settings = Settings(
        apple,
        str(credentials.ca),
        str(credentials.client_certificate),
        credentials.password,
        str(folder / "bare.db"),
    )
    with running(
        port, sys.executable, "-m", "uvicorn", "tests.benchmarks.delivery.bare_gateway:app",
        "--app-dir", ROOT, "--port", port, "--http", "httptools", "--log-level", "error",
        "--no-access-log", **settings.environment(),
    ):  # fmt: skip
        yield f"http://127.0.0.1:{port}/"


def measure(url: str, body: Path, statistics: Path, requests: int, clients: int) -> Run:
    """Each request is one push."""
    before = answered(statistics)
    rate(url, body, WARM_UP, clients)
    wait_for(statistics, before + WARM_UP)
    begun = time.monotonic()
    accepted = rate(url, body, requests, clients)
    wanted = before + WARM_UP + requests
    left = wanted - answered(statistics)
    wait_for(statistics, wanted)
    return Run(accepted, requests / (time.monotonic() - begun), left)


def unordered(deployment: Path) -> None:
    """All requests are for one device: in order they would go one by one."""
    store = deployment / "synapse-configs/default/message-stores/Pushes.xml"
    ordering = '<parameter name="ordering">device</parameter>'
    store.write_text(store.read_text().replace(ordering, ""))


def answered(statistics: Path) -> int:
    """How many requests haproxy has answered."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(statistics))
        connection.sendall(b"show stat\n")
        table = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    rows = csv.DictReader(table.removeprefix("# ").splitlines())
    return sum(int(row["req_tot"] or 0) for row in rows if row["svname"] == "FRONTEND")


def wait_for(statistics: Path, requests: int) -> None:
    until = time.monotonic() + PATIENCE
    while answered(statistics) < requests:
        if time.monotonic() > until:
            raise SystemExit(f"{answered(statistics)} of {requests} have been delivered in time")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
