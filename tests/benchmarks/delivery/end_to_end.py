"""From SOAP request to Apple's answer: a gateway that keeps, and delivers, against haproxy.

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
from contextlib import ExitStack
from pathlib import Path

from apns_connector.cli.sample import prepare, read_request
from apns_connector.simulator import demo_credentials
from tests.benchmarks.gateway import free_port, haproxy_configuration, rate, running

SAMPLE = Path(__file__).parents[3] / "samples/guaranteed-delivery"
PATIENCE = 300.0


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--clients", type=int, default=64)
    options.add_argument("--workers", type=int, default=0)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        accepted, delivered, left = measure(Path(name), given)
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, SQLite, durable commits")
    print(f"{given.requests} SOAP requests, {given.clients} clients, {given.workers} workers")
    print(f"202, on disk            {accepted:8.0f} requests/s")
    print(
        f"answered by Apple       {delivered:8.0f} requests/s, from the first request to the last"
    )
    print(f"left when all were in   {left:8d}")


def measure(folder: Path, given: argparse.Namespace) -> tuple[float, float, int]:
    """202 per second; answered per second; how many were to be delivered when all had their 202."""
    credentials = demo_credentials(folder / "credentials")
    apple, gateway = free_port(), free_port()
    environment = prepare(SAMPLE, folder / "deployment", credentials, apple)
    environment["APNS_CONNECTOR__HTTP__PORT"] = str(gateway)
    environment["APNS_CONNECTOR__LOG__LEVEL"] = "WARNING"
    body = folder / "request.xml"
    body.write_bytes(read_request(SAMPLE / "requests/push.http", credentials.folder).body)
    unordered(folder / "deployment")
    statistics = folder / "haproxy.sock"
    configuration = haproxy_configuration(folder, apple)
    configuration.write_text(f"global\n  stats socket {statistics}\n{configuration.read_text()}")
    haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
    connector = (sys.executable, "-m", "apns_connector")
    serve = ("serve", "--no-processors") if given.workers else ("serve",)
    with ExitStack() as stack:
        stack.enter_context(running(apple, haproxy, "-db", "-q", "-f", configuration))
        stack.enter_context(
            running(gateway, *connector, *serve, folder / "deployment", **environment)
        )
        for _ in range(given.workers):
            stack.enter_context(
                running(gateway, *connector, "work", folder / "deployment", **environment)
            )
        url = f"http://127.0.0.1:{gateway}/services/PushNotification"
        rate(url, body, 500, given.clients)
        wait_for(statistics, 500)
        begun = time.monotonic()
        accepted = rate(url, body, given.requests, given.clients)
        left = given.requests + 500 - answered(statistics)
        wait_for(statistics, given.requests + 500)
        return accepted, given.requests / (time.monotonic() - begun), left


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
