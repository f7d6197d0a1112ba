"""``push``: one notification from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from apns_connector.apns import (
    APPLE,
    Certificate,
    Client,
    Credentials,
    Destination,
    Notification,
    Response,
    SigningKey,
    clean_device_token,
)
from apns_connector.apns import payload as payloads
from apns_connector.apns.notification import PUSH_TYPES
from apns_connector.cli import log, loop

_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("device_token")
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
def push(device_token: str, as_json: bool, timeout: float, **options: Any) -> None:
    """Send one notification to DEVICE_TOKEN and print what Apple says.

    Exit code 0 if accepted, 1 if not. Example:

        apns-connector push 740f…5ad1 --alert "Hello iOS" --certificate push.p12
    """
    log.configure("WARNING")
    destination = _destination(options)
    notification = Notification(
        device_token=clean_device_token(device_token),
        payload=_payload(options),
        topic=options["topic"],
        push_type=options["push_type"],
        priority=options["priority"],
        expiration=options["expiration"],
        collapse_id=options["collapse_id"],
    )
    response = loop.run(_send(_credentials(options), destination, notification, timeout))
    click.echo(_as_json(response) if as_json else _as_text(response))
    sys.exit(0 if response.accepted else 1)


async def _send(
    credentials: Credentials, destination: Destination, notification: Notification, seconds: float
) -> Response:
    async with Client(credentials, destination, timeout=seconds) as client:
        return await client.send(notification)


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


def _payload(options: dict[str, Any]) -> dict[str, Any] | bytes:
    parts = {name: options[name] for name in ("alert", "sound", "badge")}
    if options["payload"] is None:
        if all(value is None for value in parts.values()):
            raise click.UsageError("nothing to send: give --alert, --sound, --badge or --payload")
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
