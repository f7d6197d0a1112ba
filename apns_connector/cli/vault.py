"""``vault``: the secrets of a deployment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from apns_connector.mediation.vault import (
    FILE_NAME,
    MASTER_KEY_FILE_VARIABLE,
    MASTER_KEY_VARIABLE,
    Vault,
    master_key_from,
)

_deployment = click.argument(
    "deployment", type=click.Path(path_type=Path, exists=True, file_okay=False)
)


@click.group()
def vault() -> None:
    """Keep passwords encrypted in a deployment; XML names them by alias.

    In a parameter, {wso2:vault-lookup('alias')} stands for the secret. The master key comes from
    the environment, APNS_CONNECTOR_MASTER_KEY, or from the file that
    APNS_CONNECTOR_MASTER_KEY_FILE names; without either you are asked for it.
    """


@vault.command()
@_deployment
def create(deployment: Path) -> None:
    """Make an empty vault in DEPLOYMENT."""
    Vault.create(deployment, _master_key(confirm=True))
    click.echo(
        f"Created {deployment / FILE_NAME}. Keep the master key: without it nothing opens it."
    )


@vault.command()
@_deployment
@click.argument("alias")
def put(deployment: Path, alias: str) -> None:
    """Store a secret under ALIAS, or replace it. The secret is read from standard input."""
    secret = _read_secret(f"Secret for {alias}")
    Vault(deployment, _master_key()).put(alias, secret)
    click.echo(f"Stored {alias}. In XML: {{wso2:vault-lookup('{alias}')}}")


@vault.command("list")
@_deployment
def list_(deployment: Path) -> None:
    """Print the aliases in the vault, never the secrets. Needs no master key."""
    for name in Vault(deployment).names():
        click.echo(name)


@vault.command()
@_deployment
@click.argument("alias")
def remove(deployment: Path, alias: str) -> None:
    """Forget the secret stored under ALIAS."""
    Vault(deployment, _master_key()).remove(alias)
    click.echo(f"Removed {alias}")


def _master_key(*, confirm: bool = False) -> str:
    key = master_key_from(os.environ)
    if key is not None:
        return key
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"no master key: set {MASTER_KEY_VARIABLE} or {MASTER_KEY_FILE_VARIABLE}"
        )
    return str(click.prompt("Master key", hide_input=True, confirmation_prompt=confirm))


def _read_secret(prompt: str) -> str:
    """From a terminal unseen; from a pipe as it comes, without the line's end."""
    if sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=True))
    secret = sys.stdin.read().rstrip("\r\n")
    if not secret:
        raise click.UsageError("standard input holds no secret")
    return secret
