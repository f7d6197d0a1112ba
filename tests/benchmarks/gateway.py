"""SOAP requests through the seed's proxy, beside bare uvicorn endpoints, in one run.

Apple is haproxy, which answers 200 to every notification. A bare endpoint only parses the same
envelope and answers the same one: ``written`` makes it with lxml for each request, ``ready`` has
its bytes from the start. h2load (HTTP/1.1) is the client of all. Each is asked in each of many
short rounds, and a ratio is the median of those of the rounds: on a machine whose speed moves, what
is compared was measured within a second or two. Waiting times are measured in rounds as well::

    python tests/benchmarks/gateway.py [--requests 3000] [--rounds 25] [--clients 64]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives import serialization

from apns_connector.cli.sample import prepare, read_request
from apns_connector.simulator import demo_credentials

SAMPLE = Path(__file__).parents[2] / "samples/seed-sample"

BARE = """
from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
SOAP, APNS = "http://schemas.xmlsoap.org/soap/envelope/", "urn:org.wso2.carbon.connector.apns"

def answer():
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    result = etree.SubElement(body, f"{{{APNS}}}dispatchToDeviceResult", nsmap={"apns": APNS})
    etree.SubElement(result, f"{{{APNS}}}successful").text = "true"
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)

READY = answer()

async def parsed(receive):
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            return etree.fromstring(body, PARSER)

async def give(send, body):
    headers = [(b"content-type", b"text/xml; charset=UTF-8"),
               (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

async def written(scope, receive, send):
    await parsed(receive)
    await give(send, answer())

async def ready(scope, receive, send):
    await parsed(receive)
    await give(send, READY)
"""


WAITING_ROUNDS = 5  # of two seconds


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


@contextmanager
def running(port: int, *command: object, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server process, once it accepts connections on ``port``."""
    process = subprocess.Popen([*map(str, command)], env={**os.environ, **environment})
    try:
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait()


def bare_endpoint(
    name: str, port: int, folder: Path
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """One of BARE, under uvicorn with its fastest parser and loop."""
    return running(
        port, sys.executable, "-m", "uvicorn", f"bare:{name}", "--app-dir", folder, "--port", port,
        "--http", "httptools", "--log-level", "error", "--no-access-log",
    )  # fmt: skip


def haproxy_configuration(folder: Path, port: int) -> Path:
    """TLS and HTTP/2, one thread, 200 to everything."""
    identity = demo_credentials(folder / "credentials").authority.server()
    key = identity.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = identity.certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "server.pem").write_bytes(key + certificate)
    file = folder / "haproxy.cfg"
    file.write_text(
        "global\n  nbthread 1\n  tune.h2.max-concurrent-streams 1000\n"
        "defaults\n  mode http\n  timeout client 60s\n  timeout server 60s\n  timeout connect 5s\n"
        f"frontend apple\n  bind 127.0.0.1:{port} ssl crt {folder}/server.pem alpn h2\n"
        "  http-request return status 200 hdr apns-id 00000000-0000-0000-0000-000000000000\n"
    )
    return file


def rate(url: str, body: Path, requests: int, clients: int, *further: str) -> float:
    """Requests per second, all of them answered 200."""
    done = subprocess.run(
        [
            "h2load", "--h1", f"-n{requests}", f"-c{clients}", "-t1", "-d", body,
            "-H", "content-type: text/xml; charset=UTF-8", "-H", 'soapaction: "urn:pushMessage"',
            *further, url,
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    good = re.search(r"(\d+) 2xx", done.stdout)
    if good is None or int(good[1]) != requests:
        raise SystemExit(f"not every request was answered 200:\n{done.stdout}")
    found = re.search(r"([\d.]+) req/s", done.stdout)
    return float(found[1]) if found else 0.0


def waits(url: str, body: Path, load: float, clients: int, log: Path) -> tuple[float, float]:
    """Half of the answers, and 99 of 100, come within so many milliseconds while ``load`` requests
    are made each second."""
    each = max(1, round(load / clients))
    log.unlink(missing_ok=True)
    rate(url, body, each * clients * 2, clients, f"--rps={each}", f"--log-file={log}")
    took = sorted(int(line.split("\t")[2]) / 1000 for line in log.read_text().splitlines())
    return took[len(took) // 2], took[len(took) * 99 // 100]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--requests", type=int, default=3_000, help="in a round")
    options.add_argument("--rounds", type=int, default=25)
    options.add_argument("--clients", type=int, default=64)
    given = options.parse_args()
    for tool in ("haproxy", "h2load"):
        if shutil.which(tool) is None and not Path(f"/usr/sbin/{tool}").exists():
            raise SystemExit(f"{tool} is needed (Debian: apt-get install haproxy nghttp2-client)")
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), given.requests, given.rounds, given.clients)


def measure(folder: Path, requests: int, rounds: int, clients: int) -> None:
    credentials = demo_credentials(folder / "credentials")
    apple, gateway, *bare = (free_port() for _ in range(4))
    environment = prepare(SAMPLE, folder / "deployment", credentials, apple)
    environment["APNS_CONNECTOR__HTTP__PORT"] = str(gateway)
    environment["APNS_CONNECTOR__LOG__LEVEL"] = "WARNING"
    body = folder / "request.xml"
    body.write_bytes(read_request(SAMPLE / "requests/push.http", credentials.folder).body)
    (folder / "bare.py").write_text(BARE)
    haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
    ours = f"http://127.0.0.1:{gateway}/services/PushNotification"
    urls = [ours, *(f"http://127.0.0.1:{port}/" for port in bare)]
    with (
        running(apple, haproxy, "-db", "-q", "-f", haproxy_configuration(folder, apple)),
        running(
            gateway, sys.executable, "-m", "apns_connector", "serve", folder / "deployment",
            **environment,
        ),
        bare_endpoint("written", bare[0], folder),
        bare_endpoint("ready", bare[1], folder),
    ):  # fmt: skip
        rate(ours, body, 500, clients)
        rates = [[rate(url, body, requests, clients) for url in urls] for _ in range(rounds)]
        ours_alone = median(round_[0] for round_ in rates)
        log = folder / "waits.txt"
        waited = [waits(ours, body, ours_alone / 2, clients, log) for _ in range(WAITING_ROUNDS)]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}")
    print(f"medians of {rounds} rounds of {requests} requests, {clients} clients")
    told = ("gateway, SOAP to push", "bare, answer written", "bare, answer ready")
    for name, column in zip(told, zip(*rates, strict=True), strict=True):
        ratio = median(round_[0] / other for round_, other in zip(rates, column, strict=True))
        print(f"{name:22} {median(column):7.0f} requests/s; gateway / this: {ratio:.2f}")
    half, nearly_all = (median(column) for column in zip(*waited, strict=True))
    times = " ".join(f"{most / middle:.1f}" for middle, most in waited)
    print(f"p50 at half its rate   {half:7.1f} ms")
    print(f"p99                    {nearly_all:7.1f} ms; in each round, times p50: {times}")


if __name__ == "__main__":
    main()
