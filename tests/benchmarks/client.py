"""How fast the client sends: rates, and ratios between them, in one run on one machine.

    .venv/bin/python -m tests.benchmarks.client [--peers] [--requests N] [--rounds N]

Everybody talks TLS and HTTP/2 over one connection to the same haproxy (one thread) on this
machine, which answers 200 to whatever comes. h2load (C, nghttp2) shows what is possible; the ratio
to it says more than any rate, since rates depend on the machine and on what else it does. Rounds
alternate, and the best of each counts. ``--peers`` adds aioapns, from PyPI, installed for the
moment into a virtual environment of its own. Needs haproxy and h2load (Debian: haproxy,
nghttp2-client).
"""

from __future__ import annotations

import argparse
import asyncio
import re
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import product
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apns_connector.apns import Client, Destination, Notification, SigningKey
from apns_connector.simulator import Authority

TOKEN = "ab" * 32
TOPIC = "com.example.app"
AWAITING_TASKS = 500

HAPROXY = """
global
    nbthread 1
    tune.h2.max-concurrent-streams 1000
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend apns
    bind 127.0.0.1:{port} ssl crt {pem} alpn h2
    http-request return status 200 hdr apns-id "%[req.hdr(apns-id)]"
"""

AIOAPNS = """
import asyncio, ssl, sys, time
from aioapns import APNs, NotificationRequest
from aioapns.connection import APNsProductionClientProtocol as Protocol

key, port, trust, requests, tasks = sys.argv[1:]
Protocol.APNS_SERVER, Protocol.APNS_PORT = "localhost", int(port)

async def main():
    client = APNs(key=open(key).read(), key_id="ABC123DEFG", team_id="DEF123GHIJ",
                  topic="com.example.app", max_connections=1,
                  ssl_context=ssl.create_default_context(cafile=trust))
    left, accepted = iter(range(int(requests))), 0
    async def send():
        nonlocal accepted
        for number in left:
            response = await client.send_notification(NotificationRequest(
                device_token="ab" * 32, message={"aps": {"alert": f"Hello {number}", "badge": 1}}))
            accepted += response.is_successful
    begin = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(int(tasks))))
    took = time.perf_counter() - begin
    assert accepted == int(requests), accepted
    print(int(requests) / took)

asyncio.run(main())
"""


@contextmanager
def haproxy(folder: Path) -> Iterator[Destination]:
    authority = Authority.create()
    identity = authority.server()
    pem, trust, configuration = folder / "server.pem", folder / "ca.pem", folder / "haproxy.cfg"
    trust.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    pem.write_bytes(
        identity.certificate.public_bytes(Encoding.PEM)
        + identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    configuration.write_text(HAPROXY.format(port=port, pem=pem))
    process = subprocess.Popen(["haproxy", "-db", "-f", configuration], stderr=subprocess.DEVNULL)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.01)
        yield Destination("haproxy", "localhost", port, trust)
    finally:
        process.terminate()
        process.wait()


def h2load(destination: Destination, folder: Path, requests: int) -> float:
    body = folder / "body.json"
    body.write_text('{"aps":{"alert":"Hello 12345","badge":1}}')
    headers = {"apns-topic": TOPIC, "apns-push-type": "alert", "apns-id": "0" * 36}
    options = [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]
    url = f"https://localhost:{destination.port}/3/device/{TOKEN}"
    command = ["h2load", "-t1", "-c1", f"-m{AWAITING_TASKS}", f"-n{requests}", "-d", body]
    output = subprocess.run(
        [*command, *options, url], check=True, capture_output=True, text=True
    ).stdout
    found = re.search(r"([\d.]+) req/s", output)
    assert found, output
    return float(found[1])


async def send_all(destination: Destination, key: SigningKey, requests: int) -> tuple[float, float]:
    """Notifications per second, and microseconds of CPU for each."""
    async with Client(key, destination, timeout=60, connections=1) as client:
        await client.send(Notification(device_token=TOKEN, topic=TOPIC, payload={"aps": {}}))
        left, accepted = iter(range(requests)), 0

        async def send() -> None:
            nonlocal accepted
            for number in left:
                payload = {"aps": {"alert": f"Hello {number}", "badge": 1}}
                notification = Notification(device_token=TOKEN, topic=TOPIC, payload=payload)
                response = await client.send(notification)
                accepted += response.accepted

        begin, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(send() for _ in range(AWAITING_TASKS)))
        took, cpu = time.perf_counter() - begin, time.process_time() - cpu
        assert accepted == requests
        return requests / took, cpu / requests * 1e6


async def send_stream(
    destination: Destination, key: SigningKey, requests: int
) -> tuple[float, float]:
    """The same with ``send_many``."""
    async with Client(key, destination, timeout=60, connections=1) as client:
        await client.send(Notification(device_token=TOKEN, topic=TOPIC, payload={"aps": {}}))
        notifications = (
            Notification(
                device_token=TOKEN,
                topic=TOPIC,
                payload={"aps": {"alert": f"Hello {number}", "badge": 1}},
            )
            for number in range(requests)
        )
        begin, cpu, accepted = time.perf_counter(), time.process_time(), 0
        async for outcome in client.send_many(notifications):
            accepted += outcome.accepted
        took, cpu = time.perf_counter() - begin, time.process_time() - cpu
        assert accepted == requests
        return requests / took, cpu / requests * 1e6


WAYS = {"send": send_all, "send_many": send_stream}


def runners() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    loops = {"asyncio": asyncio.new_event_loop}
    if find_spec("uvloop"):
        import uvloop

        loops["uvloop"] = uvloop.new_event_loop
    return loops


def aioapns(folder: Path) -> Callable[[Destination, Path, int], float]:
    """Installs it, and returns what measures it."""
    home = folder / "peers"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qqq", "aioapns"], check=True)

    def measure(destination: Destination, key: Path, requests: int) -> float:
        arguments = [key, str(destination.port), destination.trust, str(requests)]
        command = [python, "-c", AIOAPNS, *arguments, str(AWAITING_TASKS)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    return measure


def measure(folder: Path, requests: int, rounds: int, *, peers: bool) -> None:
    key_file = folder / "key.p8"
    private = ec.generate_private_key(ec.SECP256R1())
    key_file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = SigningKey(private, "ABC123DEFG", "DEF123GHIJ")
    peer = aioapns(folder) if peers else None
    best: dict[str, float] = {}
    least_cpu: dict[str, float] = {}
    with haproxy(folder) as destination:
        for _ in range(rounds):
            best["h2load"] = max(best.get("h2load", 0), h2load(destination, folder, requests))
            for (way, send), (loop, new_loop) in product(WAYS.items(), runners().items()):
                with asyncio.Runner(loop_factory=new_loop) as runner:
                    rate, cpu = runner.run(send(destination, key, requests))
                name = f"{way}, {loop}"
                best[name] = max(best.get(name, 0), rate)
                least_cpu[name] = min(least_cpu.get(name, cpu), cpu)
            if peer:
                rate = peer(destination, key_file, max(1000, requests // 20))
                best["aioapns"] = max(best.get("aioapns", 0), rate)
    print(f"{requests} notifications, one connection, best of {rounds} rounds")
    for name, rate in best.items():
        cpu = f"  {least_cpu[name]:5.1f} us CPU each" if name in least_cpu else ""
        print(f"{name:19s} {rate:9,.0f}/s  {rate / best['h2load']:5.2f} of h2load{cpu}")


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the client sends.")
    parser.add_argument("--peers", action="store_true", help="measure aioapns from PyPI as well")
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.requests, options.rounds, peers=options.peers)


if __name__ == "__main__":
    sys.exit(main())
