"""How each fault comes about: the servers that the fault matrix sends to, real ones on loopback.

A cause is entered with a :class:`Bench` and gives a :class:`Server`.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from h2.settings import SettingCodes

from apns_connector.apns import Destination
from apns_connector.simulator import (
    Authority,
    DemoCredentials,
    Fault,
    Identity,
    Request,
    Simulator,
    SimulatorOptions,
)
from apns_connector.simulator.tls import server_context
from tests.integration.apns.judge import Arrival
from tests.integration.apns.scripted_server import Script, ScriptedServer, accept_all


@dataclass(frozen=True)
class Bench:
    """What the servers are made of. ``revoked``: a client certificate that they have called off."""

    demo: DemoCredentials
    revoked: Identity
    folder: Path


@dataclass(frozen=True)
class Server:
    """Where to send, and what has come in so far."""

    destination: Destination
    received: Callable[[], Iterable[Arrival]]


Cause = Callable[[Bench], AbstractAsyncContextManager[Server]]


# Servers that answer


def simulated(*faults: Fault, **options: Any) -> Cause:
    """The simulator, with ``faults`` pending and ``options`` of its own."""

    @asynccontextmanager
    async def enter(bench: Bench) -> AsyncIterator[Server]:
        given = SimulatorOptions(control_port=None, keep=1_000_000, **options)
        async with Simulator(bench.demo, given) as simulator:
            for fault in faults:
                simulator.faults.add(fault)
            here = Destination("simulator", given.host, simulator.port, bench.demo.ca)
            yield Server(here, lambda: simulator.received)

    return enter


def going_away(seconds: float) -> Cause:
    """The simulator, which dies after its hundredth notification and is back after ``seconds``."""

    @asynccontextmanager
    async def enter(bench: Bench) -> AsyncIterator[Server]:
        hundredth = asyncio.Event()

        def count(_: Request) -> None:
            if len(simulator.received) >= 99:
                hundredth.set()

        async def die() -> None:
            await hundredth.wait()
            simulator.cut_connections()
            await simulator.stop()
            await asyncio.sleep(seconds)
            await simulator.start()

        options = SimulatorOptions(control_port=None, handler=count)
        async with Simulator(bench.demo, options) as simulator, asyncio.TaskGroup() as group:
            group.create_task(die())
            here = Destination("simulator", "localhost", simulator.port, bench.demo.ca)
            yield Server(here, lambda: simulator.received)

    return enter


def scripted(
    *scripts: Script,
    then: Script = accept_all,
    settings: dict[SettingCodes, int] | None = None,
    opens_windows: bool = True,
) -> Cause:
    """The first connections are played a script each, all others ``then``."""

    @asynccontextmanager
    async def enter(bench: Bench) -> AsyncIterator[Server]:
        async with ScriptedServer(
            server_context(bench.demo.authority),
            lambda number: scripts[number - 1] if number <= len(scripts) else then,
            settings=settings,
            opens_windows=opens_windows,
        ) as server:
            here = Destination("scripted", "localhost", server.port, bench.demo.ca)
            yield Server(here, lambda: server.received)

    return enter


def checking_certificates(version: ssl.TLSVersion) -> Cause:
    """A server that knows one TLS version only, and which client certificates are revoked."""

    @asynccontextmanager
    async def enter(bench: Bench) -> AsyncIterator[Server]:
        context = server_context(bench.demo.authority)
        context.minimum_version = context.maximum_version = version
        context.load_verify_locations(_revocation_list(bench))
        context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
        async with ScriptedServer(context, lambda _: accept_all) as server:
            here = Destination("checking", "localhost", server.port, bench.demo.ca)
            yield Server(here, lambda: server.received)

    return enter


def _revocation_list(bench: Bench) -> Path:
    now = datetime.now(UTC)
    authority = bench.demo.authority
    revoked = x509.RevokedCertificateBuilder().revocation_date(now)
    serial = bench.revoked.certificate.serial_number
    revocations = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - timedelta(hours=1))
        .next_update(now + timedelta(hours=1))
        .add_revoked_certificate(revoked.serial_number(serial).build())
        .sign(authority.key, SHA256())
    )
    path = bench.folder / "revoked.pem"
    path.write_bytes(revocations.public_bytes(Encoding.PEM))
    return path


# Servers that take nothing


@asynccontextmanager
async def nobody_listens(bench: Bench) -> AsyncIterator[Server]:
    with socket.socket() as bound:  # bound, so that nobody else gets the port meanwhile
        bound.bind(("127.0.0.1", 0))
        yield Server(Destination("nobody", "localhost", bound.getsockname()[1]), lambda: ())


@asynccontextmanager
async def another_authority(bench: Bench) -> AsyncIterator[Server]:
    """A good server, of an authority that the client has not been told to trust."""
    context = server_context(Authority.create())
    async with ScriptedServer(context, lambda _: accept_all) as server:
        here = Destination("untrusted", "localhost", server.port, bench.demo.ca)
        yield Server(here, lambda: server.received)


@asynccontextmanager
async def no_tls(bench: Bench) -> AsyncIterator[Server]:
    """A server that greets in clear."""

    def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield Server(Destination("no TLS", "localhost", port, bench.demo.ca), lambda: ())
