"""haproxy, once as a server that answers at once and once as one that lets everybody wait."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apns_connector.simulator import Authority
from tests.benchmarks.client.processes import SERVER_CORE, cpu_seconds, find, on_core

# One cipher for all, since clients prefer different ones.
_CONFIGURATION: Final = """
global
    nbthread 1
    tune.h2.max-concurrent-streams {streams}
    ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
    stats socket {control} mode 600 level user
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
    timeout tarpit {delay_ms}ms
frontend apns
    bind 127.0.0.1:{port} ssl crt {pem} alpn h2
    http-request {answer}
"""
_AT_ONCE: Final = 'return status 200 hdr apns-id "%[req.hdr(apns-id)]"'
# Keeps a request for "timeout tarpit" without work, then answers; meant against attackers. Its
# own answer would have a body, which Apple's has not.
_LATER: Final = "tarpit deny_status 200 errorfile {file}"
_ACCEPTED: Final = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Server:
    """A running haproxy. ``trust``: the authority of its certificate, a PEM file.

    ``signing_key``: one to send with, a .p8 file; it takes any.
    """

    port: int
    trust: Path
    signing_key: Path
    pid: int
    control: Path

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)

    def connections(self) -> int:
        """How many clients' connections it has open, by its own account."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.control))
            control.sendall(b"show info\n")
            said = control.makefile().read()
        found = re.search(r"^CurrSslConns: (\d+)", said, re.MULTILINE)
        assert found, said
        return int(found[1])


@contextmanager
def answering_at_once(folder: Path, streams: int) -> Iterator[Server]:
    """200 to whatever comes, up to ``streams`` at a time on a connection."""
    with _haproxy(folder, answer=_AT_ONCE, streams=streams, delay_ms=1) as server:
        yield server


@contextmanager
def answering_later(folder: Path, streams: int, delay_ms: int) -> Iterator[Server]:
    """The same, each answer ``delay_ms`` after its request."""
    file = folder / "accepted.http"
    file.write_text(_ACCEPTED, newline="")
    with _haproxy(
        folder, answer=_LATER.format(file=file), streams=streams, delay_ms=delay_ms
    ) as server:
        yield server


@contextmanager
def _haproxy(folder: Path, **settings: str | int) -> Iterator[Server]:
    port, control, pem = _free_port(), folder / "control", folder / "server.pem"
    trust, signing_key = folder / "ca.pem", folder / "key.p8"
    _write_identity(pem, trust)
    signing_key.write_bytes(_pem(ec.generate_private_key(ec.SECP256R1())))
    configuration = folder / "haproxy.cfg"
    configuration.write_text(_CONFIGURATION.format(port=port, pem=pem, control=control, **settings))
    process = subprocess.Popen(
        on_core(SERVER_CORE, [find("haproxy") or "haproxy", "-db", "-q", "-f", configuration]),
    )
    try:
        _wait_until_open(process, port)
        yield Server(port, trust, signing_key, process.pid, control)
    finally:
        process.terminate()
        process.wait()


def _write_identity(pem: Path, trust: Path) -> None:
    """A certificate with its key for localhost, and whom to trust for it."""
    authority = Authority.create()
    identity = authority.server()
    pem.write_bytes(identity.certificate.public_bytes(Encoding.PEM) + _pem(identity.key))
    trust.write_bytes(authority.certificate.public_bytes(Encoding.PEM))


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.01)
    raise RuntimeError("haproxy does not run; it says why above")
