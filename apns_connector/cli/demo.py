"""``demo``: the main job on this machine, shown from the request to Apple's door and back."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from apns_connector.cli import log, loop
from apns_connector.cli.loop import stop_signal
from apns_connector.cli.sample import SampleRequest, prepare, read_request
from apns_connector.cli.simulate import describe
from apns_connector.own_library import library_folder
from apns_connector.runtime import Runtime
from apns_connector.simulator import Simulator, demo_credentials

SAMPLE = Path("samples/seed-sample")


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A simulator and a gateway that run, and the request to show them with."""

    simulator: Simulator
    runtime: Runtime
    request: SampleRequest
    about: str


@click.command()
@click.option("--keep", is_flag=True, help="Leave both running, for requests of your own.")
def demo(keep: bool) -> None:
    """Send the sample SOAP request through a gateway to a local Apple, and show all of it.

    Exit code 0 only if the answer was true and the notification arrived as it should.
    """
    log.configure("WARNING")
    with tempfile.TemporaryDirectory(prefix="apns-connector-demo-") as folder:
        loop.run(_demonstrate(Path(folder), keep=keep))


async def _demonstrate(folder: Path, *, keep: bool) -> None:
    async with _running(folder) as demonstration:
        answer = await asyncio.to_thread(_post, demonstration.runtime.port, demonstration.request)
        _show("Request", _as_text(demonstration.request))
        _show(f"Answer ({answer.status})", answer.text)
        notifications = await asyncio.to_thread(_arrived, demonstration.simulator.control_port or 0)
        _show("What Apple got", json.dumps(notifications, indent=2, ensure_ascii=False))
        problem = _problem(answer, notifications)
        if problem is not None:
            raise click.ClickException(problem)
        click.echo("The notification went through.")
        if keep:
            click.echo(f"\n{demonstration.about}\n\nCtrl-C stops both.")
            await stop_signal()


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[Demonstration]:
    sample = library_folder() / SAMPLE
    credentials = demo_credentials(folder / "credentials")
    async with Simulator(credentials) as simulator:
        deployment = folder / "deployment"
        environment = prepare(
            sample, deployment, credentials, simulator.port, simulator.management_port
        )
        request = read_request(sample / "requests/push.http", credentials.folder)
        async with Runtime(deployment, {**os.environ, **environment}) as runtime:
            service = f"Gateway            {runtime.url}{request.path} (WSDL: ?wsdl)"
            about = f"{service}\n{describe(simulator, credentials, '127.0.0.1')}"
            yield Demonstration(simulator, runtime, request, about)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    text: str


def _post(port: int, request: SampleRequest) -> _Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(request.method, request.path, request.body, dict(request.headers))
        response = connection.getresponse()
        return _Answer(response.status, response.read().decode())
    finally:
        connection.close()


def _arrived(control_port: int) -> list[dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", control_port, timeout=30)
    try:
        connection.request("GET", "/notifications")
        notifications: list[dict[str, object]] = json.loads(connection.getresponse().read())
        return notifications
    finally:
        connection.close()


def _problem(answer: _Answer, notifications: list[dict[str, object]]) -> str | None:
    if answer.status != 200 or "<apns:successful>true</apns:successful>" not in answer.text:
        return "The answer is not the one expected."
    if len(notifications) != 1 or "Test Message - Final" not in json.dumps(notifications):
        return "The notification did not arrive as expected."
    return None


def _as_text(request: SampleRequest) -> str:
    fields = [f"{name}: {value}" for name, value in request.headers]
    return "\n".join([f"{request.method} {request.path}", *fields, "", request.body.decode()])


def _show(title: str, text: str) -> None:
    click.secho(f"── {title} ", bold=True)
    click.echo(f"{text.strip()}\n")
