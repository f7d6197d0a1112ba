"""What java-apns (notnoop) did, done here, against ``apns-connector simulate``.

Blocking, as java-apns is. What was called otherwise there stands in a comment, or at the beginning
of a printed line; docs/coming-from.md has the whole table.
"""

from __future__ import annotations

import argparse
import json
import logging
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from apns_connector.apns import (
    BlockingClient,
    CertificateFile,
    Client,
    Destination,
    FeedbackFile,
    Notification,
    Proxy,
    Response,
    events,
    fit,
    payload,
)
from apns_connector.apns.alert import alert
from apns_connector.errors import OutcomeUnknown, PayloadError

# By the first eight digits of a device token the simulator knows what to do: docs/simulator.md.
DEVICE = "a1" * 32
MALFORMED = "bad04002" + "0" * 56
UNREGISTERED = "bad04102" + "0" * 56
GOAWAY_AT_FIRST = "bad32000"
CUT_AT_FIRST = "bad34000"

HELLO = payload.aps(alert="Hello")


def say(label: str, *what: object) -> None:
    print(f"{label:34}", *what)


def messages() -> list[Notification]:
    """APNS.newPayload()…build(), and the push type, which each notification has today."""
    everything = payload.aps(
        alert=alert(
            title="Chess",  # alertTitle
            loc_key="GAME_PLAY_REQUEST_FORMAT",  # localizedKey; alertBody is body=
            loc_args=["Jenna", "Frank"],  # localizedArguments
            action_loc_key="PLAY",  # actionKey
            launch_image="board.png",  # launchImage
        ),
        badge=3,  # badge; clearBadge is 0
        sound="chime.aiff",  # sound
        category="INVITE",  # category
        custom={"game": 17},  # customField
    )
    silent = payload.background()  # instantDeliveryOrSilentNotification, forNewsstand
    managed = payload.mdm("magic")  # mdm
    return [
        Notification(device_token=DEVICE, payload=everything),
        Notification(device_token=DEVICE, payload=silent, push_type="background"),
        Notification(device_token=DEVICE, payload=managed, push_type="mdm"),
    ]


def shrink() -> Mapping[str, Any]:
    long = payload.aps(alert="A long story. " * 400, badge=1)
    say("length", len(payload.to_json(long)))
    try:
        payload.encode(long)
    except PayloadError as error:
        say("isTooLong", error)
    shrunk = fit(long, postfix="...")  # resizeAlertBody: fit(long, 256, "...")
    say("shrinkBody", len(payload.to_json(shrunk.payload)), shrunk.cut)
    return shrunk.payload


def delegate(calls: Counter[str], event: events.Event) -> None:
    """The calls of an ApnsDelegate, made of the events here, and counted."""
    match event:
        case events.NotificationSent():
            calls["messageSent"] += 1
        case events.NotificationAnswered(Response(accepted=False, reason=reason)):
            calls[f"messageSendFailed: {reason}"] += 1
        case events.NotificationFailed(error=error):
            calls[f"messageSendFailed: {type(error).__name__}"] += 1
        case events.NotificationResent():
            calls["notificationsResent"] += 1
        case events.ConnectionClosed():
            calls["connectionClosed"] += 1


def build(port: int, folder: Path, feedback: FeedbackFile, calls: Counter[str]) -> BlockingClient:
    """APNS.newService()…build()"""

    def open_client() -> Client:
        client = Client(
            CertificateFile(folder / "client.p12", "password"),  # withCert
            Destination("local", "localhost", port, trust=folder / "ca.pem"),  # with…Destination
            connections=15,  # asPool
            timeout=10.0,  # withConnectTimeout, withReadTimeout
            proxy=None,  # withProxy, withAuthProxy
            on_unregistered=feedback.add,  # for getInactiveDevices
        )
        client.events.add(partial(delegate, calls))  # withDelegate
        return client

    return BlockingClient(open_client)


def push_to_many(service: BlockingClient, tokens: Iterable[str], content: dict[str, Any]) -> None:
    """push(Collection<String> deviceTokens, String payload): one payload, encoded once."""
    body = payload.encode(content)
    outcomes: Counter[str | None] = Counter()
    for outcome in service.send_many(Notification(device_token=t, payload=body) for t in tokens):
        if isinstance(outcome, Response):
            outcomes[outcome.reason or "accepted"] += 1
        else:
            raise outcome
    say("push(deviceTokens, payload)", dict(sorted(outcomes.items())))


def push_enhanced(service: BlockingClient) -> None:
    """new EnhancedApnsNotification(identifier, expiry, deviceToken, payload)"""
    notification = Notification(
        apns_id="00000000-0000-4000-8000-000000000001",  # getIdentifier
        expiration=int(time.time()) + 3600,  # getExpiry
        device_token=GOAWAY_AT_FIRST + secrets.token_hex(28),
        payload=HELLO,
    )
    response = service.send(notification)
    say("push", response.apns_id, "accepted" if response.accepted else response.reason)
    try:
        service.send(Notification(device_token=CUT_AT_FIRST + secrets.token_hex(28), payload=HELLO))
    except OutcomeUnknown as error:
        say("NetworkIOException", type(error).__name__)


def main(port: int, folder: Path, inactive: Path) -> None:
    calls: Counter[str] = Counter()
    with FeedbackFile(inactive) as feedback, build(port, folder, feedback, calls) as service:
        test = service.send(Notification(device_token=MALFORMED, payload=HELLO))
        say("testConnection", test.status, test.reason)
        for message in messages():
            say(f"push, {message.push_type}", json.dumps(message.payload))
            say("", service.send(message).status)
        service.send(Notification(device_token=DEVICE, payload=shrink()))
        push_to_many(service, [UNREGISTERED, *(f"{n:064x}" for n in range(100))], HELLO)
        push_enhanced(service)
    for call, times in sorted(calls.items()):
        say(call, times)
    for gone in feedback.read().unregistered:
        say("getInactiveDevices", gone.device_token, gone.as_of)
    say("withAuthProxy", Proxy.parse("http://user:secret@proxy.example.com:3128"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=2197)
    parser.add_argument("--credentials", type=Path, default=Path("credentials"))
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)  # the trouble is made on purpose, and printed
    with TemporaryDirectory() as temporary:
        main(chosen.port, chosen.credentials, Path(temporary, "inactive.db"))
