"""``serve``: run the gateway of a deployment."""

from __future__ import annotations

import os
from pathlib import Path

import click

from apns_connector.cli import log, loop
from apns_connector.runtime import Runtime
from apns_connector.settings import ENVIRONMENT_PREFIX

WATCH_SECONDS = 1.0


@click.command()
@click.argument("deployment", type=click.Path(path_type=Path))
@click.option("--host", help="Address to listen on; in gateway.yaml: http.host.")
@click.option("--port", type=int, help="Port to listen on; in gateway.yaml: http.port.")
@click.option(
    "--log-level",
    type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"], case_sensitive=False),
    help="In gateway.yaml: log.level.",
)
@click.option(
    "--watch/--no-watch",
    default=True,
    show_default=True,
    help="Take changes of DEPLOYMENT while serving, if they are sound.",
)
@click.option(
    "--processors/--no-processors",
    default=True,
    show_default=True,
    help="Process the messages in stores here; without, that is for `work` to do.",
)
def serve(
    deployment: Path,
    host: str | None,
    port: int | None,
    log_level: str | None,
    watch: bool,
    processors: bool,
) -> None:
    """Serve the proxies of DEPLOYMENT until SIGTERM or Ctrl-C.

    DEPLOYMENT is a folder with synapse-configs/default, carbon applications, or the source of a
    Micro Integrator project in it; or one .car or synapse.xml file. gateway.yaml is optional.
    """
    given = {"HTTP__HOST": host, "HTTP__PORT": port, "LOG__LEVEL": log_level}
    options = {
        ENVIRONMENT_PREFIX + key: str(value) for key, value in given.items() if value is not None
    }
    watch_seconds = WATCH_SECONDS if watch else None
    runtime = Runtime(
        deployment,
        {**os.environ, **options},
        watch_seconds=watch_seconds,
        processors=processors,
    )
    log.configure(runtime.settings.log.level)
    loop.run(runtime.run())
