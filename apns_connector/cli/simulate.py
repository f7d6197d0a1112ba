"""``simulate``: a local Apple."""

from __future__ import annotations

from pathlib import Path

import click

from apns_connector.cli import log, loop
from apns_connector.cli.loop import stop_signal
from apns_connector.errors import ConfigurationError
from apns_connector.simulator import (
    DemoCredentials,
    Simulator,
    SimulatorOptions,
    demo_credentials,
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address for notifications.")
@click.option("--port", default=2197, show_default=True, help="TLS port for notifications; 0: any.")
@click.option(
    "--control-port",
    default=2198,
    show_default=True,
    help="Plain HTTP on loopback: GET and DELETE /notifications, /faults; 0: any.",
)
@click.option(
    "--management-port",
    default=0,
    show_default=True,
    help="TLS port on which broadcast channels are managed; 0: any.",
)
@click.option(
    "--credentials",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("simulator-credentials"),
    show_default=True,
    help="Folder for ca.pem, client.p12 (password: password) and AuthKey.p8; made if absent.",
)
@click.option(
    "--environment",
    type=click.Choice(["sandbox", "production"]),
    default="sandbox",
    show_default=True,
    help="Which of Apple's two servers to be.",
)
@click.option(
    "--log-level",
    type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"], case_sensitive=False),
    default="INFO",
    show_default=True,
)
def simulate(
    host: str,
    port: int,
    control_port: int,
    management_port: int,
    credentials: Path,
    environment: str,
    log_level: str,
) -> None:
    """Be Apple, on this machine, for any APNs client, until SIGTERM or Ctrl-C.

    Special device tokens and faults provoke every answer Apple gives; see docs/simulator.md.
    """
    log.configure(log_level)
    options = SimulatorOptions(
        host=host,
        port=port,
        control_port=control_port,
        management_port=management_port,
        environment=environment,
    )
    loop.run(_simulate(demo_credentials(credentials), options))


async def _simulate(credentials: DemoCredentials, options: SimulatorOptions) -> None:
    simulator = Simulator(credentials, options)
    try:
        await simulator.start()
    except OSError as error:
        raise ConfigurationError(f"The simulator cannot listen: {error}") from error
    try:
        click.echo(describe(simulator, credentials, options.host))
        await stop_signal()
    finally:
        await simulator.stop()


def describe(simulator: Simulator, credentials: DemoCredentials, host: str) -> str:
    """What one needs to know to send to it."""
    return "\n".join(
        (
            f"Apple is at        {host}:{simulator.port} (TLS, HTTP/2)",
            f"Channels are at    {host}:{simulator.management_port} (TLS, HTTP/2)",
            f"What arrives is at http://127.0.0.1:{simulator.control_port}/notifications",
            f"Trust              {credentials.ca}",
            f"Client certificate {credentials.client_certificate}"
            f" (password: {credentials.password}), topic {credentials.topic}",
            f"Signing key        {credentials.signing_key},"
            f" key id {credentials.key_id}, team id {credentials.team_id}",
        )
    )
