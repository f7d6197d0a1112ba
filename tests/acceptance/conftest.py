"""The product as its users run it: a simulator and gateways in processes of their own."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from apns_connector.cli.sample import prepare
from apns_connector.simulator import DemoCredentials, demo_credentials

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
START_SECONDS = 90


@dataclass
class Command:
    """A running ``apns-connector …``; its output is in ``log``."""

    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls,
        log: Path,
        *arguments: object,
        environment: dict[str, str] | None = None,
        within: Sequence[str] = (),
    ):
        module = ("-m", "apns_connector")
        return cls.run(log, *module, *arguments, environment=environment, within=within)

    @classmethod
    def run(
        cls,
        log: Path,
        *arguments: object,
        environment: dict[str, str] | None = None,
        within: Sequence[str] = (),
    ):
        """Any Python program; ``within``: the command in front that runs it somewhere else."""
        output: IO[bytes]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*within, sys.executable, *map(str, arguments)],
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return cls(process, log)

    def wait_for(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            match = re.search(pattern, self.log.read_text())
            if match is not None:
                return match
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no {pattern!r} in:\n{self.log.read_text()}")

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(START_SECONDS)


@dataclass
class Apple:
    """The simulator, and what it got."""

    command: Command
    port: int
    control_port: int
    management_port: int
    credentials: DemoCredentials

    def notifications(self, limit: int = 1000) -> list[dict[str, Any]]:
        return self._control("GET", f"/notifications?limit={limit}")

    def forget(self) -> None:
        self._control("DELETE", "/notifications")
        self._control("DELETE", "/faults")

    def fault(self, **fault: object) -> None:
        self._control("POST", "/faults", json.dumps(fault))

    def _control(self, method: str, path: str, body: str | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.control_port, timeout=10)
        try:
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            assert response.status < 300, content
            return json.loads(content) if content else None
        finally:
            connection.close()


@dataclass
class Gateway:
    """A gateway that serves one deployment."""

    command: Command
    port: int
    deployment: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/services/PushNotification"

    def request(
        self,
        body: bytes,
        headers: dict[str, str],
        path: str = "/services/PushNotification",
        method: str = "POST",
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return response.status, fields, response.read()
        finally:
            connection.close()


@pytest.fixture(scope="session")
def apple(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apple]:
    folder = tmp_path_factory.mktemp("apple")
    credentials = demo_credentials(folder / "credentials")
    command = Command.start(
        folder / "log", "simulate", "--port", 0, "--control-port", 0,
        "--credentials", credentials.folder,
    )  # fmt: skip
    port = int(command.wait_for(r"Apple is at\s+127\.0\.0\.1:(\d+)")[1])
    control_port = int(command.wait_for(r"http://127\.0\.0\.1:(\d+)/notifications")[1])
    management_port = int(command.wait_for(r"Channels are at\s+127\.0\.0\.1:(\d+)")[1])
    yield Apple(command, port, control_port, management_port, credentials)
    command.stop()


@pytest.fixture
def empty_apple(apple: Apple) -> Apple:
    """The simulator, with nothing in it from earlier tests."""
    apple.forget()
    return apple


@pytest.fixture(scope="session")
def serve(
    apple: Apple, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Gateway]]:
    """Start a gateway for a sample: ``serve("seed-sample", change=…, APNS__TIMEOUT="2")``.

    ``change`` may alter the prepared deployment before it is served.
    """
    running: list[Command] = []

    def start(
        sample: str, change: Callable[[Path], None] | None = None, **settings: str
    ) -> Gateway:
        folder = tmp_path_factory.mktemp(sample)
        deployment = folder / "deployment"
        environment = prepare(
            SAMPLES / sample, deployment, apple.credentials, apple.port, apple.management_port
        )
        environment |= {f"APNS_CONNECTOR__{key}": value for key, value in settings.items()}
        for program in (SAMPLES / sample).glob("backend/*.py"):
            backend = Command.run(folder / f"{program.stem}.log", program)
            running.append(backend)
            # It says where it is as the configuration calls it: CUSTOMER_SERVICE=http://…
            told = backend.wait_for(r"(?m)^(\w+)=(http://\S+)$")
            environment[told[1]] = told[2]
        if change is not None:
            change(deployment)
        command = Command.start(
            folder / "log", "serve", deployment, "--log-level", "DEBUG", environment=environment
        )
        running.append(command)
        port = int(command.wait_for(r"Listening on http://127\.0\.0\.1:(\d+)")[1])
        return Gateway(command, port, deployment)

    yield start
    for command in running:
        command.stop()


@pytest.fixture(scope="session")
def original_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A connector archive in the shape of the original one: see its folder beside this file."""
    target = tmp_path_factory.mktemp("archive") / "apns-connector-1.0.0"
    archive = shutil.make_archive(str(target), "zip", Path(__file__).parent / "original_archive")
    return Path(archive)


@pytest.fixture
def house(tmp_path: Path, empty_apple: Apple) -> Iterator[Any]:
    """A deployment that keeps pushes until they are delivered."""
    from tests.acceptance.house import House  # it is built of what is above

    found = House.build(tmp_path / "deployment", empty_apple)
    yield found
    found.stop()
