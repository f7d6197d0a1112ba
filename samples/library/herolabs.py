"""What herolabs-apns did, done here, against ``apns-connector simulate``.

One function for each part of its README. What was called otherwise there stands in a comment, or
at the beginning of a printed line; docs/coming-from.md has the whole table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apns_connector.apns import (
    PRODUCTION,
    SANDBOX,
    CertificateFile,
    Client,
    Destination,
    Feedback,
    Notification,
    Response,
    events,
    payload,
)
from apns_connector.apns.alert import alert
from apns_connector.errors import NotSent, OutcomeUnknown

# By the first eight digits of a device token the simulator knows what to do: docs/simulator.md.
ACCEPT = "0" * 8
MALFORMED = "bad04002"
UNREGISTERED = "bad04102"
GOAWAY_AT_FIRST = "bad32000"
CUT_AT_FIRST = "bad34000"

HELLO = payload.aps(alert="Hello")


def device(kind: str) -> str:
    """Another device in each run: what happens at first happens to each device once."""
    return kind + secrets.token_hex(28)


def say(label: str, *what: object) -> None:
    print(f"{label:25}", *what)


def message() -> Notification:
    """(-> (to "SOME_APS_TOKEN") (with-loc-key …) …)"""
    return Notification(
        device_token=device(ACCEPT),  # to
        payload=payload.aps(
            alert=alert(  # with-standard-alert; with-alert-body is body=
                loc_key="GAME_PLAY_REQUEST_FORMAT",  # with-loc-key
                loc_args=["Jenna", "Frank"],  # with-loc-args
                action_loc_key="PLAY",  # with-action-loc-key
            ),
            badge=3,  # with-badge
            sound="chime.aiff",  # with-sound
            custom={"game": 17},  # with-payload
        ),
        priority=10,  # with-priority
        expiration=int(time.time()) + 3600,  # with-expires
    )


class Handlers:
    """The handlers of create-connection, made of the events here."""

    def __init__(self) -> None:
        self.disconnected: list[str] = []

    def listen(self, event: events.Event) -> None:
        match event:
            case events.NotificationAnswered(
                Response(accepted=False, notification=Notification() as faulty) as refused
            ):
                say(":error-handler :status", refused.reason)
                say("  :id", refused.apns_id)
                say("  :faulty", json.dumps(faulty.payload))
            case events.NotificationFailed(error=OutcomeUnknown()):
                say(":channel-inactive-handler", "one was written, and there is no word of it")
            case events.NotificationResent():
                say("re-sent by the client", "what Apple left out when it said goodbye")
            case events.ConnectionClosed(connection):  # :disconnect-handler
                numbers = f"number {connection.number}, messages-sent {connection.sent}"
                self.disconnected.append(numbers)


async def send(client: Client) -> None:
    notification = message()
    say("message", json.dumps(notification.payload))
    response = await client.send(notification)
    say("send", "accepted" if response.accepted else response.reason)


async def meet_trouble(client: Client) -> None:
    """The rejected one costs the others nothing. The one that got lost is sent again by hand, under
    the same id; Client(resend_unknown=True) would do that too."""
    ours = "00000000-0000-4000-8000-000000003892"
    await client.send(Notification(device_token=device(MALFORMED), payload=HELLO, apns_id=ours))
    await client.send(Notification(device_token=device(GOAWAY_AT_FIRST), payload=HELLO))
    lost = Notification(device_token=device(CUT_AT_FIRST), payload=HELLO)
    try:
        await client.send(lost)
    except OutcomeUnknown:
        say("re-sent by hand", "accepted" if (await client.send(lost)).accepted else "rejected")


def show_connections(client: Client) -> None:
    for connection in client.pool.connections:
        say("is-active?", connection.usable)
        say("active-since", (datetime.now(UTC) - connection.opened_at) // timedelta(hours=1), "h")
        say("messages-sent", connection.sent)


async def refuse_strangers(credentials: CertificateFile, local: Destination) -> None:
    """There are no naive-trust-managers: without the trust file, nobody is talked to."""
    async with Client(credentials, Destination("stranger", local.host, local.port)) as client:
        try:
            await client.send(message())
        except NotSent as error:
            say("without a trust file", type(error).__name__)


async def read_feedback(credentials: CertificateFile, local: Destination) -> None:
    """(doseq [[token timestamp] (feedback (dev-address) ssl-context)] …)"""
    feedback = Feedback()
    async with Client(credentials, local, on_unregistered=feedback.add) as client:
        await client.send(Notification(device_token=UNREGISTERED + "0" * 56, payload=HELLO))
    for gone in feedback.drain():
        token, timestamp = gone.device_token, gone.as_of
        say("feedback", token, timestamp)


async def main(port: int, folder: Path) -> None:
    say("dev-address", SANDBOX)
    say("prod-address", PRODUCTION)
    credentials = CertificateFile(folder / "client.p12", "password")  # keystore, ssl-context
    local = Destination("local", "localhost", port, trust=folder / "ca.pem")
    handlers = Handlers()
    async with Client(credentials, local) as client:  # create-connection
        client.events.add(handlers.listen)
        await send(client)
        await meet_trouble(client)
        show_connections(client)
    for connection in sorted(handlers.disconnected):
        say(":disconnect-handler", connection)
    await refuse_strangers(credentials, local)
    await read_feedback(credentials, local)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=2197)
    parser.add_argument("--credentials", type=Path, default=Path("credentials"))
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)  # the trouble is made on purpose, and printed
    asyncio.run(main(chosen.port, chosen.credentials))
