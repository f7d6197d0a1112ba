"""Notifications through the REST API, in lists of several lengths.

Apple is haproxy, which answers 200 to every notification; h2load (HTTP/1.1) is the client. The
gateway has a core of its own, and the other two share one::

    python -m tests.benchmarks.rest [--notifications 200000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.client.processes import CLIENT_CORE, SERVER_CORE, cpu_seconds, find, on_core
from tests.benchmarks.client.servers import Server, answering_at_once
from tests.benchmarks.gateway import free_port, running

KEY = "a key for the benchmark"
TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
# Length of the list, clients, and what part of the notifications such a run gets: single ones are
# slow. 0 stands for a notification that is no list.
RUNS = ((0, 32, 0.1), (10, 16, 0.5), (100, 8, 1.0), (1_000, 2, 1.0), (10_000, 1, 1.0))
WANTED = 20_000  # per second of CPU time, in lists of 100

SETTINGS = """
http: {{port: {port}}}
log: {{level: WARNING}}
apns:
  destinations:
    sandbox: {{host: localhost, port: {apple}, trust: {trust}}}
rest:
  destination: sandbox
  topic: com.example.app
  signing_key: {{path: {signing_key}, key_id: BENCHMARK1, team_id: BENCHMARK1}}
  api_keys:
    benchmark: {{sha256: {digest}}}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """``cpu_seconds`` are those of the gateway."""

    notifications: int
    seconds: float
    cpu_seconds: float


def notification(number: int) -> dict[str, object]:
    body = f"Message {number} of somebody in a group that you are in"
    return {
        "deviceToken": TOKEN,
        "alert": {"title": "A group", "body": body},
        "badge": number % 100,
        "sound": "default",
        "threadId": "group-7",
        "custom": {"conversation": 4711, "message": number},
    }


def body_of(length: int) -> bytes:
    if length == 0:
        return json.dumps(notification(0)).encode()
    return json.dumps([notification(number) for number in range(length)]).encode()


@contextmanager
def serving(folder: Path, apple: Server) -> Iterator[tuple[str, int]]:
    """The address of the gateway, and its process."""
    port = free_port()
    settings = SETTINGS.format(
        port=port,
        apple=apple.port,
        trust=apple.trust,
        signing_key=apple.signing_key,
        digest=hashlib.sha256(KEY.encode()).hexdigest(),
    )
    (folder / "gateway.yaml").write_text(settings)
    command = [sys.executable, "-m", "apns_connector", "serve", str(folder)]
    with running(port, *on_core(CLIENT_CORE, command)) as process:
        yield f"http://127.0.0.1:{port}/v1/notifications", process.pid


def measure(url: str, pid: int, body: Path, length: int, clients: int, amount: int) -> Run:
    """Raises SystemExit unless every request is answered 200."""
    requests = max(amount // max(length, 1), clients)
    command = [
        find("h2load") or "h2load", "--h1", f"-n{requests}", f"-c{clients}", "-t1", "-d", body,
        "-H", f"authorization: Bearer {KEY}", "-H", "content-type: application/json", url,
    ]  # fmt: skip
    before = cpu_seconds(pid)
    done = subprocess.run(on_core(SERVER_CORE, command), capture_output=True, text=True, check=True)
    spent = cpu_seconds(pid) - before
    good = re.search(r"(\d+) 2xx", done.stdout)
    rate = re.search(r"([\d.]+) req/s", done.stdout)
    if good is None or rate is None or int(good[1]) != requests:
        raise SystemExit(f"not every request was answered 200:\n{done.stdout}")
    return Run(requests * max(length, 1), requests / float(rate[1]), spent)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--notifications", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    for tool in ("haproxy", "h2load", "taskset"):
        if find(tool) is None:
            raise SystemExit(
                f"{tool} is needed (Debian: apt-get install haproxy nghttp2-client util-linux)"
            )
    with tempfile.TemporaryDirectory() as name:
        show(run(Path(name), given.notifications, given.rounds))


def run(folder: Path, amount: int, rounds: int) -> dict[int, list[Run]]:
    found: dict[int, list[Run]] = {length: [] for length, _, _ in RUNS}
    (folder / "apple").mkdir()
    (folder / "gateway").mkdir()
    with (
        answering_at_once(folder / "apple", streams=1000) as apple,
        serving(folder / "gateway", apple) as (url, pid),
    ):
        for length, clients, _ in RUNS:
            body = folder / f"{length}.json"
            body.write_bytes(body_of(length))
            measure(url, pid, body, length, clients, max(length, 2_000))  # to warm up
        for _ in range(rounds):
            for length, clients, share in RUNS:
                body = folder / f"{length}.json"
                found[length].append(measure(url, pid, body, length, clients, int(amount * share)))
    return found


def show(found: dict[int, list[Run]]) -> None:
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print("in one request   notifications/s   per CPU second of the gateway   each, CPU µs")
    for length, runs in found.items():
        rate = median(run.notifications / run.seconds for run in runs)
        each = median(run.cpu_seconds / run.notifications for run in runs)
        print(f"{length or 'one, no list':>14}{rate:18.0f}{1 / each:32.0f}{each * 1e6:15.1f}")
    wanted = median(run.notifications / run.cpu_seconds for run in found[100])
    print(f"wanted in lists of 100: {WANTED} per CPU second; ratio {wanted / WANTED:.2f}")


if __name__ == "__main__":
    main()
