"""What the tests of the REST API share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

import pytest

from apns_connector.apns import REASONS, SANDBOX, Response
from apns_connector.errors import ApnsError, ConnectorError, NotSent, OutcomeUnknown
from apns_connector.gateway.answer import Answer
from apns_connector.rest.idempotency import Memory
from apns_connector.rest.sending import Sending

TOKEN: Final = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"


@pytest.fixture(scope="session")
def token() -> str:
    """A device token."""
    return TOKEN


class Apple:
    """A client of the APNs client's shape. It answers each notification as its alert says:
    ``ok``, the name of a reason, ``lost`` or ``unsent``; ``held`` tells by ``holds`` that it waits
    for ``release``."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.holds, self.release = asyncio.Event(), asyncio.Event()

    async def send(self, notification: Any) -> Response:
        said = await self._say(notification)
        if isinstance(said, ApnsError):
            raise said
        return said

    async def send_many(self, notifications: Iterable[Any]) -> AsyncGenerator[Any]:
        """The last one first: outcomes come in any order."""
        for notification in reversed(list(notifications)):
            yield await self._say(notification)

    async def _say(self, notification: Any) -> Response | ApnsError:
        self.sent.append(notification)
        word = notification.payload["aps"]["alert"]
        if word == "held":
            self.holds.set()
            await self.release.wait()
        if word == "bug":
            raise KeyError("a bug")
        error = _ERRORS.get(word)
        if error is not None:
            failure = error("it happened", notification.apns_id)
            failure.notification = notification
            return failure
        if word in ("ok", "held"):
            return Response(notification, 200)
        return Response.refused_connection(notification, REASONS[word])


_ERRORS = {"lost": OutcomeUnknown, "unsent": NotSent}


class Clients:
    """Gives that client, or says why there is none."""

    def __init__(self, apple: Apple) -> None:
        self.apple = apple
        self.failure: ConnectorError | None = None

    async def client(self, credentials: object, destination: object) -> Apple:
        if self.failure is not None:
            raise self.failure
        return self.apple


class NoSource:
    async def current(self) -> None:
        return None


@dataclass
class Desk:
    """A Sending in front of that Apple, and the clock of its memory."""

    clients: Clients
    now: float = 0.0

    def __post_init__(self) -> None:
        self.apple = self.clients.apple
        self.sending = Sending(
            cast(Any, self.clients),
            cast(Any, NoSource()),
            SANDBOX,
            topic="com.example.app",
            most=5,
            memory=Memory(seconds=100.0, answers=10, size=10_000),
            clock=lambda: self.now,
        )

    async def post(self, *words: str, key: str | None = None, owner: str = "me") -> Answer:
        """One notification for each word; a single word is no list."""
        entries = [{"deviceToken": TOKEN, "alert": word} for word in words]
        body = json.dumps(entries if len(words) > 1 else entries[0]).encode()
        return await self.sending.post(body, owner, key)


@pytest.fixture
def desk() -> Desk:
    return Desk(Clients(Apple()))
