"""``check``: is this deployment sound?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from apns_connector.errors import InvalidDeployment
from apns_connector.runtime import Runtime


@click.command()
@click.argument("deployment", type=click.Path(path_type=Path))
def check(deployment: Path) -> None:
    """Read DEPLOYMENT as "serve" would, and list all that is wrong, with file and line.

    Exit code 1 if anything is.
    """
    try:
        runtime = Runtime(deployment)
    except InvalidDeployment as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        click.echo(f"{count} problem{'s' if count > 1 else ''} in {deployment}", err=True)
        sys.exit(1)
    proxies = sorted(runtime.configuration.proxies)
    click.echo(f"{deployment} is sound. Proxies: {', '.join(proxies) or 'none'}")
