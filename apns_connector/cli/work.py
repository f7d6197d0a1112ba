"""``work``: the message processors of a deployment, without its HTTP front."""

from __future__ import annotations

import os
from pathlib import Path

import click

from apns_connector.cli import log, loop
from apns_connector.cli.serve import WATCH_SECONDS
from apns_connector.errors import ConfigurationError
from apns_connector.runtime import Runtime
from apns_connector.settings import ENVIRONMENT_PREFIX


@click.command()
@click.argument("deployment", type=click.Path(path_type=Path))
@click.option(
    "--log-level",
    type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"], case_sensitive=False),
    help="In gateway.yaml: log.level.",
)
@click.option(
    "--watch/--no-watch",
    default=True,
    show_default=True,
    help="Take changes of DEPLOYMENT while working, if they are sound.",
)
def work(deployment: Path, log_level: str | None, watch: bool) -> None:
    """Process the messages in the stores of DEPLOYMENT until SIGTERM or Ctrl-C.

    It listens nowhere and runs no tasks. Any number of workers and gateways, on any number of
    machines, may share a store in a data base or a broker: each message is worked on by one of
    them, and by another one when that one has died. All of them need the same deployment and the
    same master key, in APNS_CONNECTOR_MASTER_KEY or APNS_CONNECTOR_MASTER_KEY_FILE.
    """
    level = {} if log_level is None else {f"{ENVIRONMENT_PREFIX}LOG__LEVEL": log_level}
    watch_seconds = WATCH_SECONDS if watch else None
    runtime = Runtime(deployment, {**os.environ, **level}, watch_seconds=watch_seconds, front=False)
    if not runtime.configuration.processors:
        raise ConfigurationError(
            f"there is nothing to do in {deployment}: it has no <messageProcessor>"
        )
    log.configure(runtime.settings.log.level)
    loop.run(runtime.run())
