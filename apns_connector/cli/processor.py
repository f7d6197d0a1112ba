"""``processor``: which message processors of a deployment are active."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from apns_connector.cli.table import table
from apns_connector.deployment_stores import stores_of
from apns_connector.errors import ConfigurationError
from apns_connector.mediation.deployment.layout import find_layout
from apns_connector.processing.activation import Activation, is_active

_deployment = click.argument("deployment", type=click.Path(path_type=Path, exists=True))


@click.group()
def processor() -> None:
    """Activate and deactivate the message processors of a deployment.

    A gateway or worker that runs takes a change within seconds. What is decided is kept in
    processors.json of the deployment, and holds for those that read this folder.
    """


@processor.command("list")
@_deployment
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(deployment: Path, as_json: bool) -> None:
    """Print the message processors of DEPLOYMENT, and whether they are active."""
    configuration, _ = stores_of(deployment, os.environ)
    decided = _activation(deployment).read()
    rows = [
        {
            "name": definition.name,
            "active": is_active(definition, decided),
            "kind": definition.kind.name.lower(),
            "store": definition.store,
        }
        for _, definition in sorted(configuration.processors.items())
    ]
    click.echo(json.dumps(rows, indent=2) if as_json else table(rows))


@processor.command()
@_deployment
@click.argument("name")
def activate(deployment: Path, name: str) -> None:
    """Let the message processor NAME go on."""
    _decide(deployment, name, True)


@processor.command()
@_deployment
@click.argument("name")
def deactivate(deployment: Path, name: str) -> None:
    """Stop the message processor NAME: messages stay in its store."""
    _decide(deployment, name, False)


def _decide(deployment: Path, name: str, active: bool) -> None:
    configuration, _ = stores_of(deployment, os.environ)
    if name not in configuration.processors:
        known = ", ".join(sorted(configuration.processors)) or "none"
        raise ConfigurationError(f"There is no message processor '{name}': there is {known}")
    _activation(deployment).decide(name, active)
    click.echo(f"{name} is {'active' if active else 'not active any more'}")


def _activation(deployment: Path) -> Activation:
    return Activation(find_layout(deployment).folder)
