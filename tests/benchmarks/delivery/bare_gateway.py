"""The bare loop from request to push: what somebody would write who has this client and SQLite.

An endpoint for uvicorn that writes each envelope down before it answers 202, and a task that sends
what is written down. No flow, no seal, no second attempt.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from lxml import etree

from apns_connector.apns import Certificate, Client, Destination, Notification
from apns_connector.delivery.record import Record
from tests.benchmarks.delivery.bare_sqlite import BareSqlite

SETTINGS: Final = "BARE_GATEWAY"
_AT_ONCE: Final = 500
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)
_APNS: Final = "{urn:org.wso2.carbon.connector.apns}"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Settings:
    """``apple``: a port of this machine; the others are files."""

    apple: int
    trust: str
    certificate: str
    password: str
    database: str

    def environment(self) -> dict[str, str]:
        return {SETTINGS: json.dumps(asdict(self))}


class BareGateway:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._queue = BareSqlite(Path(settings.database))
        self._certificate = Certificate.from_pkcs12(
            Path(settings.certificate).read_bytes(), settings.password
        )
        self._over = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._serve(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._queue.open()
        delivering = asyncio.create_task(self._deliver())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._over = True
        await delivering
        await self._queue.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        etree.fromstring(body, _PARSER)
        await self._queue.put(Record(body, time.time()))
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _deliver(self) -> None:
        here = Destination("bare", "localhost", self._settings.apple, Path(self._settings.trust))
        async with Client(self._certificate, here) as client:
            while not self._over:
                claimed = await self._queue.claim(_AT_ONCE)
                await asyncio.gather(*(self._push(client, one) for one in claimed))
                if not claimed:
                    await asyncio.sleep(0.01)

    async def _push(self, client: Client, claimed: Any) -> None:
        envelope = etree.fromstring(claimed[1], _PARSER)
        notification = Notification(
            device_token=str(envelope.findtext(f".//{_APNS}deviceToken")),
            payload={"aps": {"alert": envelope.findtext(f".//{_APNS}alert")}},
        )
        response = await client.send(notification)
        if response.accepted:
            await self._queue.settle(claimed)


if SETTINGS in os.environ:
    app = BareGateway(Settings(**json.loads(os.environ[SETTINGS])))
