"""``push``: one notification, or one to each line of a file, from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from apns_connector.apns import (
    APPLE,
    Certificate,
    Client,
    Credentials,
    Destination,
    Response,
    SigningKey,
)
from apns_connector.apns import payload as payloads
from apns_connector.apns.push_type import PUSH_TYPES
from apns_connector.cli import log, loop
from apns_connector.cli.push_lines import Line, Template
from apns_connector.cli.push_many import send_lines

_file = click.Path(path_type=Path, exists=True, dir_okay=False)
_new_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("device_token", required=False)
@click.option(
    "--tokens",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="One device token a line, or CSV with a header; - is standard input.",
)
@click.option("--failures", type=_new_file, help="Keep the lines not accepted, to send again.")
@click.option("--resume", type=_new_file, help="Keep what is settled; given again, go on there.")
@click.option("--alert", help="Text to show.")
@click.option("--sound", help="Sound to play, such as default.")
@click.option("--badge", type=int, help="Number on the app's icon; 0 removes it.")
@click.option("--payload", help="The whole payload as JSON, instead of alert, sound and badge.")
@click.option("--certificate", type=_file, help="Client certificate, .p12.")
@click.option(
    "--password",
    envvar="APNS_CONNECTOR_PASSWORD",
    help="Of the .p12 file; better in APNS_CONNECTOR_PASSWORD, or asked for.",
)
@click.option("--key", type=_file, help="Signing key, .p8, with --key-id, --team-id and --topic.")
@click.option("--key-id", help="Ten characters.")
@click.option("--team-id", help="Ten characters.")
@click.option("--topic", help="Bundle id of the app; by default the certificate's own.")
@click.option(
    "--push-type", type=click.Choice(sorted(PUSH_TYPES)), default="alert", show_default=True
)
@click.option("--priority", type=int, help="10, 5 or 1.")
@click.option("--expiration", type=int, help="Seconds since 1970; 0: one attempt, never stored.")
@click.option("--collapse-id", help="Notifications with the same id replace each other.")
@click.option(
    "--destination", type=click.Choice(sorted(APPLE)), default="sandbox", show_default=True
)
@click.option("--host", help="Another server than Apple's, such as localhost for the simulator.")
@click.option("--port", type=int, default=443, show_default=True)
@click.option("--trust", type=_file, help="PEM file of certificate authorities to believe.")
@click.option("--timeout", type=float, default=10.0, show_default=True, help="Seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print Apple's answer as JSON.")
def push(
    device_token: str | None, tokens: Path | None, as_json: bool, timeout: float, **options: Any
) -> None:
    """Send one notification to DEVICE_TOKEN, or to each line of a file, and print what Apple says.

    Exit code 0 if accepted, all of them; 1 if not. Examples:

    \b
        apns-connector push 740f…5ad1 --alert "Hello iOS" --certificate push.p12
        apns-connector push --tokens devices.csv --alert "Hello iOS" \\
            --certificate push.p12 --failures failed.csv --resume journal
    """
    log.configure("WARNING")
    files = options.pop("failures"), options.pop("resume")
    _check_one_or_many(device_token, tokens, as_json, files)
    template = _template(options, one=device_token is not None)
    open_client = partial(Client, _credentials(options), _destination(options), timeout=timeout)
    if tokens is not None:
        sys.exit(0 if send_lines(open_client, tokens, template, *files) else 1)
    response = loop.run(_send(open_client, template, str(device_token)))
    click.echo(_as_json(response) if as_json else _as_text(response))
    sys.exit(0 if response.accepted else 1)


def _check_one_or_many(
    device_token: str | None, tokens: Path | None, as_json: bool, files: tuple[Path | None, ...]
) -> None:
    if (device_token is None) == (tokens is None):
        raise click.UsageError("give either DEVICE_TOKEN or --tokens")
    if device_token is not None and any(files):
        raise click.UsageError("--failures and --resume go with --tokens")
    if tokens is not None and as_json:
        raise click.UsageError("--json goes with DEVICE_TOKEN")


def _template(options: dict[str, Any], *, one: bool) -> Template:
    names = ("topic", "push_type", "priority", "expiration", "collapse_id")
    return Template(_payload(options, one=one), **{name: options[name] for name in names})


async def _send(
    open_client: Callable[[], Client], template: Template, device_token: str
) -> Response:
    async with open_client() as client:
        return await client.send(template.notification(Line(1, device_token)))


def _destination(options: dict[str, Any]) -> Destination:
    apple = APPLE[options["destination"]]
    return Destination(apple.name, options["host"] or apple.host, options["port"], options["trust"])


def _credentials(options: dict[str, Any]) -> Credentials:
    if (options["certificate"] is None) == (options["key"] is None):
        raise click.UsageError("give either --certificate or --key")
    if options["certificate"] is not None:
        password = options["password"]
        if password is None and sys.stdin.isatty():
            password = click.prompt(f"Password of {options['certificate']}", hide_input=True)
        if password is None:
            raise click.UsageError("no password: set APNS_CONNECTOR_PASSWORD")
        file = options["certificate"]
        return Certificate.from_pkcs12(file.read_bytes(), password, str(file))
    missing = [f"--{name}" for name in ("key-id", "team-id") if not options[name.replace("-", "_")]]
    if missing:
        raise click.UsageError(f"--key needs {' and '.join(missing)} as well")
    key = options["key"]
    return SigningKey.from_p8(key.read_bytes(), options["key_id"], options["team_id"], str(key))


def _payload(options: dict[str, Any], *, one: bool) -> dict[str, Any]:
    """What the options say; a line of a file may say it all, and then this is empty."""
    parts = {name: options[name] for name in ("alert", "sound", "badge")}
    if options["payload"] is None:
        if all(value is None for value in parts.values()):
            if one:
                raise click.UsageError(
                    "nothing to send: give --alert, --sound, --badge or --payload"
                )
            return {}
        return payloads.aps(**parts)
    if any(value is not None for value in parts.values()):
        raise click.UsageError("--payload is the whole payload: leave the other parts out")
    try:
        payload = json.loads(options["payload"])
    except json.JSONDecodeError as error:
        raise click.UsageError(f"--payload is not JSON: {error}") from error
    if not isinstance(payload, dict):
        raise click.UsageError('--payload must be a JSON object, such as {"aps": {}}')
    return payload


def _as_text(response: Response) -> str:
    if response.accepted:
        unique = f", apns-unique-id {response.apns_unique_id}" if response.apns_unique_id else ""
        return f"Accepted: apns-id {response.apns_id}{unique}"
    row = response.explanation
    sentence = f" {row.sentence} To do: {row.action.value}." if row else ""
    return f"Rejected: {response.status} {response.reason}.{sentence}"


def _as_json(response: Response) -> str:
    return json.dumps(
        {
            "accepted": response.accepted,
            "status": response.status,
            "reason": response.reason,
            "timestamp": response.timestamp,
            "apns_id": response.apns_id,
            "apns_unique_id": response.apns_unique_id,
        }
    )
