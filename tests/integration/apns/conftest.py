"""Servers on loopback with real TLS: the simulator, haproxy and nghttpd.

Tests are coroutines. They run on asyncio's loop; those marked ``every_loop`` also on uvloop's, if
that is installed.
"""

from __future__ import annotations

import asyncio
import inspect
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apns_connector.apns import Certificate, Client, Destination, Notification, SigningKey
from apns_connector.simulator import (
    Authority,
    DemoCredentials,
    Identity,
    Simulator,
    SimulatorOptions,
    demo_credentials,
)

LOOPS = ["asyncio", *(["uvloop"] if find_spec("uvloop") else [])]
SECONDS_FOR_ONE_TEST = 60.0
SECONDS_FOR_A_LONG_TEST = 900.0


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_loop: runs on all event loops that are installed")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("every_loop"):
        metafunc.parametrize("loop_name", LOOPS)


@pytest.fixture
def loop_name() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def new_loop(loop_name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    if loop_name == "asyncio":
        return asyncio.new_event_loop
    import uvloop

    return uvloop.new_event_loop


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere in this process."""
    while not condition():  # noqa: ASYNC110 - what is watched knows no events
        await asyncio.sleep(0.005)


@pytest.fixture(name="until", scope="session")
def until_fixture() -> Callable[..., Any]:
    return until


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    long = pyfuncitem.get_closest_marker("long")
    seconds = SECONDS_FOR_A_LONG_TEST if long else SECONDS_FOR_ONE_TEST
    with asyncio.Runner(loop_factory=pyfuncitem.funcargs["new_loop"]) as runner:
        runner.run(asyncio.wait_for(pyfuncitem.obj(**arguments), seconds))
    return True


# Who sends, and what


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoCredentials:
    return demo_credentials(tmp_path_factory.mktemp("credentials"))


@pytest.fixture(scope="session")
def certificate(demo: DemoCredentials) -> Certificate:
    return Certificate.from_pkcs12(demo.client_certificate.read_bytes(), demo.password)


@pytest.fixture
def signing_key(demo: DemoCredentials) -> SigningKey:
    return SigningKey.from_p8(demo.signing_key.read_bytes(), demo.key_id, demo.team_id)


def certificate_of(identity: Identity) -> Certificate:
    return Certificate(identity.key, identity.certificate)


@pytest.fixture(scope="session", name="certificate_of")
def certificate_of_fixture() -> Callable[[Identity], Certificate]:
    return certificate_of


@pytest.fixture(scope="session")
def stranger() -> Certificate:
    """A client certificate that no server here has heard of."""
    return certificate_of(Authority.create().push_certificate("com.example.app"))


@pytest.fixture(scope="session")
def notify(demo: DemoCredentials) -> Callable[..., Notification]:
    """Makes notifications; ``device``: the first digits of the device token."""

    def make(device: str = "", **fields: Any) -> Notification:
        given = {"payload": {"aps": {"alert": "Hello iOS"}}, "topic": demo.topic, **fields}
        return Notification(device_token=device.ljust(64, "0"), **given)

    return make


# Where to


@pytest.fixture
def simulate(demo: DemoCredentials, certificate: Certificate) -> Callable[..., Any]:
    """``async with simulate(credentials, timeout=1, **options) as (simulator, client)``.

    The client keeps to one connection, so that tests can count them.
    """

    @asynccontextmanager
    async def enter(
        credentials: Certificate | SigningKey = certificate,
        *,
        timeout: float = 5.0,
        resend_rejected: bool = True,
        **options: Any,
    ) -> AsyncIterator[tuple[Simulator, Client]]:
        async with Simulator(demo, SimulatorOptions(control_port=None, **options)) as simulator:
            destination = Destination("simulator", "localhost", simulator.port, demo.ca)
            async with Client(
                credentials,
                destination,
                timeout=timeout,
                connections=1,
                resend_rejected=resend_rejected,
            ) as client:
                yield simulator, client

    return enter


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(name="free_port")
def free_port_fixture() -> int:
    return free_port()


@pytest.fixture(scope="session")
def server_pem(demo: DemoCredentials, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of a server that whoever trusts the demo's authority believes."""
    identity = demo.authority.server()
    path = tmp_path_factory.mktemp("server") / "server.pem"
    path.write_bytes(
        identity.certificate.public_bytes(Encoding.PEM)
        + identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


@contextmanager
def serving(command: list[str | Path], port: int) -> Iterator[int]:
    """A server as a process of its own, from the moment on that it accepts connections."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        for _ in range(500):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.stderr.read().decode()
            time.sleep(0.01)
        yield port
    finally:
        process.terminate()
        process.wait(5)
        process.stderr.close()


HAPROXY = """
global
    nbthread 1
    tune.h2.max-concurrent-streams 100
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend apns
    bind 127.0.0.1:{port} ssl crt {pem} alpn h2
    bind 127.0.0.1:{port_12} ssl crt {pem} alpn h2 verify required ca-file {ca} ssl-max-ver TLSv1.2
    bind 127.0.0.1:{port_13} ssl crt {pem} alpn h2 verify required ca-file {ca} ssl-min-ver TLSv1.3
    http-request return status 410 content-type application/json \
        string '{{"reason":"Unregistered","timestamp":1700000000123}}' if {{ path_end dead }}
    http-request return status 413 content-type application/json \
        string '{{"reason":"PayloadTooLarge"}}' if {{ req.body_size gt 4096 }}
    http-request return status 200 hdr apns-id "%[req.hdr(apns-id)]"
"""


@pytest.fixture(scope="session")
def haproxies(
    demo: DemoCredentials, server_pem: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Destination]]:
    """By the name of their port in the configuration."""
    ports = {name: free_port() for name in ("port", "port_12", "port_13")}
    configuration = tmp_path_factory.mktemp("haproxy") / "haproxy.cfg"
    configuration.write_text(HAPROXY.format(**ports, pem=server_pem, ca=demo.ca))
    with serving(["haproxy", "-db", "-f", configuration], ports["port"]):
        yield {
            name: Destination("haproxy", "localhost", port, demo.ca) for name, port in ports.items()
        }


@pytest.fixture
def haproxy(haproxies: dict[str, Destination]) -> Destination:
    """Answers 200, but 410 to tokens that end in ``dead``; asks for no client certificate."""
    return haproxies["port"]


@pytest.fixture(params=["port_12", "port_13"], ids=["TLS 1.2", "TLS 1.3"])
def demanding_haproxy(
    haproxies: dict[str, Destination], request: pytest.FixtureRequest
) -> Destination:
    """Wants a client certificate of the demo's authority."""
    return haproxies[request.param]


@pytest.fixture
def nghttpd(demo: DemoCredentials, server_pem: Path, tmp_path: Path) -> Callable[..., Any]:
    """``with nghttpd("-m1") as destination``: answers 200 with a body to tokens of zeros, else 404.

    Options are nghttpd's own.
    """

    @contextmanager
    def serve(*options: str) -> Iterator[Destination]:
        known = tmp_path / "3" / "device" / ("0" * 64)
        known.parent.mkdir(parents=True, exist_ok=True)
        known.write_text("a body")
        port = free_port()
        command = ["nghttpd", "-a", "127.0.0.1", "-d", tmp_path, *options]
        with serving([*command, str(port), server_pem, server_pem], port):
            yield Destination("nghttpd", "localhost", port, demo.ca)

    return serve
