"""The command line: one file for each command."""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import Final

import click

from apns_connector.errors import ConnectorError

# Name of the command, which is its module's as well -> what the list of commands says. A command
# is imported when it is called for: the whole of the gateway takes a second to load.
COMMANDS: Final = {
    "demo": "Show the main job, from a SOAP request to a local Apple.",
    "serve": "Run the gateway of a deployment.",
    "work": "Process the messages in the stores of a deployment.",
    "check": "Find what is wrong in a deployment.",
    "test": "Run the unit tests of flows.",
    "push": "Send a notification, or one to each line of a file.",
    "simulate": "Be Apple, on this machine.",
    "store": "Look at the messages in stores, and help them on.",
    "processor": "Activate and deactivate message processors.",
    "vault": "Keep passwords encrypted in a deployment.",
    "package": "Write the connector archive.",
}


class Commands(click.Group):
    """The commands of :data:`COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="apns-connector", message="%(version)s")
def group() -> None:
    """Apple push notifications from WSO2 / Apache Synapse configuration, without a JVM.

    Begin with "apns-connector demo": it shows a SOAP request, its answer, and the notification
    that a local Apple received.
    """


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
        _tell(error)
        sys.exit(1)


def _tell(error: ConnectorError) -> None:
    from apns_connector.cli.log import redacted  # late, as the commands are

    click.echo(redacted(str(error)), err=True)
    logging.getLogger(__name__).debug("where it came from", exc_info=error)
