"""SOAP requests through the seed's proxy, beside a bare uvicorn endpoint, in one run.

Apple is haproxy, which answers 200 to every notification. The bare endpoint only parses the same
envelope and answers the same bytes. h2load (HTTP/1.1) is the client of both::

    python tests/benchmarks/gateway.py [--requests 20000] [--clients 64]
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
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from apns_connector.cli.sample import prepare, read_request
from apns_connector.simulator import demo_credentials

SAMPLE = Path(__file__).parents[2] / "samples/seed-sample"

BARE = """
from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
ANSWER = (
    b'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    b'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<apns:dispatchToDeviceResult xmlns:apns="urn:org.wso2.carbon.connector.apns">'
    b'<apns:successful>true</apns:successful></apns:dispatchToDeviceResult>'
    b'</soapenv:Body></soapenv:Envelope>'
)
HEADERS = [(b"content-type", b"text/xml; charset=UTF-8"),
           (b"content-length", str(len(ANSWER)).encode())]

async def app(scope, receive, send):
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    etree.fromstring(body, PARSER)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})
"""


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
    rate(url, body, each * clients * 5, clients, f"--rps={each}", f"--log-file={log}")
    took = sorted(int(line.split("\t")[2]) / 1000 for line in log.read_text().splitlines())
    return took[len(took) // 2], took[len(took) * 99 // 100]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--clients", type=int, default=64)
    given = options.parse_args()
    for tool in ("haproxy", "h2load"):
        if shutil.which(tool) is None and not Path(f"/usr/sbin/{tool}").exists():
            raise SystemExit(f"{tool} is needed (Debian: apt-get install haproxy nghttp2-client)")
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), given.requests, given.clients)


def measure(folder: Path, requests: int, clients: int) -> None:
    credentials = demo_credentials(folder / "credentials")
    apple, gateway, bare = free_port(), free_port(), free_port()
    environment = prepare(SAMPLE, folder / "deployment", credentials, apple)
    environment["APNS_CONNECTOR__HTTP__PORT"] = str(gateway)
    environment["APNS_CONNECTOR__LOG__LEVEL"] = "WARNING"
    body = folder / "request.xml"
    body.write_bytes(read_request(SAMPLE / "requests/push.http", credentials.folder).body)
    (folder / "bare.py").write_text(BARE)
    haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
    python = sys.executable
    with (
        running(apple, haproxy, "-db", "-q", "-f", haproxy_configuration(folder, apple)),
        running(
            gateway, python, "-m", "apns_connector", "serve", folder / "deployment", **environment
        ),
        running(
            bare, python, "-m", "uvicorn", "bare:app", "--app-dir", folder, "--port", bare,
            "--http", "httptools", "--log-level", "error", "--no-access-log",
        ),
    ):  # fmt: skip
        ours = f"http://127.0.0.1:{gateway}/services/PushNotification"
        rounds = []
        for _ in range(3):
            rate(ours, body, 500, clients)
            rounds.append(
                (
                    rate(f"http://127.0.0.1:{bare}/", body, requests, clients),
                    rate(ours, body, requests, clients),
                )
            )
        bare_rate, gateway_rate = (sorted(column)[1] for column in zip(*rounds, strict=True))
        half, nearly_all = waits(ours, body, gateway_rate / 2, clients, folder / "waits.txt")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}")
    print(f"median of 3 rounds, {requests} requests, {clients} clients")
    print(f"bare uvicorn endpoint   {bare_rate:8.0f} requests/s")
    print(f"gateway, SOAP to push   {gateway_rate:8.0f} requests/s")
    print(f"ratio                   {gateway_rate / bare_rate:8.2f}")
    print(f"p50 at half of that     {half:8.1f} ms")
    print(f"p99                     {nearly_all:8.1f} ms, {nearly_all / half:.1f} times p50")


if __name__ == "__main__":
    main()
