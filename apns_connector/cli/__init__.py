"""The command line: one file for each command."""

from __future__ import annotations

import logging
import sys

import click

from apns_connector import __version__
from apns_connector.cli import log
from apns_connector.cli.check import check
from apns_connector.cli.demo import demo
from apns_connector.cli.package import package
from apns_connector.cli.push import push
from apns_connector.cli.serve import serve
from apns_connector.cli.simulate import simulate
from apns_connector.cli.vault import vault
from apns_connector.errors import ConnectorError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def group() -> None:
    """Apple push notifications from WSO2 / Apache Synapse configuration, without a JVM.

    Begin with "apns-connector demo": it shows a SOAP request, its answer, and the notification
    that a local Apple received.
    """


for command in (demo, serve, check, push, simulate, vault, package):
    group.add_command(command)


def main() -> None:
    """Run one command. Exit codes: 0 done, 1 not done, 2 called wrongly."""
    try:
        group(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except ConnectorError as error:
        click.echo(log.redacted(str(error)), err=True)
        logging.getLogger(__name__).debug("where it came from", exc_info=error)
        sys.exit(1)
