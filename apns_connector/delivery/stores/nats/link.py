"""A connection to NATS that heals by itself, and what JetStream answers over it."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from apns_connector.delivery.stopping import cancel
from apns_connector.delivery.stores.address import address_of
from apns_connector.delivery.stores.nats.layout import (
    Answer,
    answer_of,
    servers_and_credentials,
)
from apns_connector.errors import ConfigurationError, StoreError, StoreUnavailable

try:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.errors import Error as NatsError
    from nats.errors import MaxPayloadError, NoRespondersError
except ImportError as missing:
    raise ConfigurationError(
        "A message store in NATS needs its client: install apns-connector[nats]"
    ) from missing

logger = logging.getLogger(__name__)

_SECONDS_FOR_AN_ANSWER: Final = 5.0
_SECONDS_BETWEEN_CONNECTING: Final = 0.2
_SECONDS_BETWEEN_PINGS: Final = 10
# Of each server, at first: of a wrong password one may hear nothing but that it hangs up.
_TRIES: Final = 5


class TooLong(StoreError):  # noqa: N818 - what is wrong with a record, named as that
    """The servers take no message of that length."""


class NatsLink:
    """``store``: whose link it is, for errors. They never hold user or password."""

    def __init__(self, store: str, url: str) -> None:
        self._store = store
        self._url = url
        self.address = address_of(url)
        self._client: Client | None = None
        # Whom to tell that a server has forgotten what it was asked over the last connection.
        self.on_lost: Callable[[], None] = lambda: None
        self._last_problem: Exception | None = None
        self._given_up = asyncio.Event()

    async def open(self) -> None:
        try:
            servers, credentials = servers_and_credentials(self._url)
        except ValueError:
            raise ConfigurationError(
                f"Message store '{self._store}': its URL must look like"
                " nats://user:password@host:4222, with each part percent-encoded"
            ) from None
        self._given_up.clear()
        self._last_problem = None
        client = Client()
        connecting = asyncio.ensure_future(self._connect(client, servers, credentials))
        giving_up = asyncio.ensure_future(self._given_up.wait())
        try:
            await asyncio.wait(
                {connecting, giving_up},
                timeout=_SECONDS_FOR_AN_ANSWER,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            giving_up.cancel()
            if not connecting.done():
                await cancel((connecting,))
                await client.close()
        if connecting.cancelled():
            raise self._not_connected()
        connecting.result()
        self._client = client

    async def _connect(
        self, client: Client, servers: Sequence[str], credentials: dict[str, str]
    ) -> None:
        failures = itertools.count(1)

        async def failed(error: Exception) -> None:
            # The server hangs up on whom it does not know: what comes of that says less.
            if not _says_who_we_are_not(self._last_problem):
                self._last_problem = error
            logger.info("Message store '%s', %s: %s", self._store, self.address, error)
            tried = next(failures) / len(servers)
            if _says_who_we_are_not(error) or tried >= _TRIES:
                self._given_up.set()

        settings: dict[str, Any] = {
            "servers": list(servers),
            "name": "apns-connector",
            "error_cb": failed,
            "disconnected_cb": self._lost,
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": _SECONDS_BETWEEN_CONNECTING,
            "connect_timeout": _SECONDS_FOR_AN_ANSWER,
            "ping_interval": _SECONDS_BETWEEN_PINGS,
            **credentials,
        }
        await client.connect(**settings)

    def _not_connected(self) -> Exception:
        problem = self._last_problem
        if _says_who_we_are_not(problem):
            return ConfigurationError(
                f"Message store '{self._store}': {self.address} does not let us in: {problem}"
            )
        return self.unavailable(f"no connection to {self.address}: {problem or 'no answer'}")

    def unavailable(self, problem: str) -> StoreUnavailable:
        return StoreUnavailable(self._store, problem)

    async def close(self) -> None:
        client, self._client = self._client, None
        self.on_lost()
        if client is not None:
            await client.close()

    async def _lost(self) -> None:
        self.on_lost()

    @property
    def is_connected(self) -> bool:
        return self._client is not None and self._client.is_connected

    def _connected(self) -> Client:
        if self._client is None:
            raise self.unavailable("it is not open")
        if not self._client.is_connected:
            raise self.unavailable(f"no connection to {self.address}")
        return self._client

    async def request(
        self, subject: str, payload: bytes = b"", headers: dict[str, str] | None = None
    ) -> Msg:
        try:
            return await self._connected().request(
                subject, payload, timeout=_SECONDS_FOR_AN_ANSWER, headers=headers
            )
        except NoRespondersError as error:
            raise self.unavailable(f"no JetStream at {self.address}: is it enabled?") from error
        except MaxPayloadError as error:
            raise TooLong(
                self._store,
                f"a record has {len(payload)} bytes, more than max_payload of {self.address}",
            ) from error
        except (NatsError, OSError) as error:
            raise self.unavailable(f"no answer from {self.address}: {error}") from error

    async def say(self, subject: str, payload: bytes, reply: str = "") -> None:
        """Without waiting for an answer; ``reply``: an inbox for those that come later."""
        try:
            await self._connected().publish(subject, payload, reply)
        except (NatsError, OSError) as error:
            raise self.unavailable(f"no connection to {self.address}: {error}") from error

    async def ask(self, what: str, body: object = None) -> Answer:
        """A request of the API of JetStream."""
        message = await self.request(f"$JS.API.{what}", json.dumps(body or {}).encode())
        return answer_of(message.data)

    async def ask_for(self, what: str, body: object = None) -> Answer:
        """One that must not fail."""
        return self.accepted(what, await self.ask(what, body))

    def accepted(self, what: str, answer: Answer) -> Answer:
        """The answer to ``what``. Raises StoreUnavailable for a refusal."""
        if answer.failed:
            raise self.unavailable(f"{self.address} refuses {what}: {answer.problem}")
        return answer

    async def keep(self, subject: str, payload: bytes, instead_of: int | None = None) -> Answer:
        """Have JetStream keep a message, if the last one with this subject is ``instead_of``, or
        with 0 if there is none."""
        expected = (
            None if instead_of is None
            else {"Nats-Expected-Last-Subject-Sequence": str(instead_of)}
        )  # fmt: skip
        return answer_of((await self.request(subject, payload, expected)).data)

    async def get(self, stream: str, **which: object) -> Msg | None:
        """A message as it lies in a stream."""
        message = await self.request(f"$JS.API.DIRECT.GET.{stream}", json.dumps(which).encode())
        return None if status(message) else message

    async def listen(self, heard: Callable[[Msg], Awaitable[None]]) -> str:
        """An inbox of our own, for as long as the link is open, also over lost connections."""
        client = self._connected()
        inbox = client.new_inbox()
        await client.subscribe(inbox, cb=heard)
        return inbox


def status(message: Msg) -> str:
    """Of an answer that is no message of a stream: an HTTP status code; otherwise ""."""
    return str((message.headers or {}).get("Status", ""))


def _says_who_we_are_not(problem: Exception | None) -> bool:
    return "authorization violation" in str(problem).lower()
