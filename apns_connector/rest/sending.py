"""``POST /v1/notifications``: from a body to an answer, by way of Apple."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Any, cast

import msgspec

from apns_connector.apns import Client, Destination
from apns_connector.errors import ApnsError, ConnectorError, NotificationError, PayloadError
from apns_connector.gateway.answer import Answer
from apns_connector.operations import Clients
from apns_connector.rest.answers import Outcome
from apns_connector.rest.credentials import Source
from apns_connector.rest.decoding import Entry, read_notifications, within
from apns_connector.rest.idempotency import (
    InProgress,
    Memory,
    OtherRequest,
    Slot,
    fingerprint_of,
    is_key,
)
from apns_connector.rest.outcomes import (
    CREDENTIALS_FAILED,
    RETRY_LATER,
    field_error_of,
    invalid,
    nothing_happened,
    outcome_of,
    problem_of,
    summary,
)
from apns_connector.rest.problem import FieldError, Refusal, problem, problem_answer, refusal
from apns_connector.rest.requests import NotificationRequest, Placed, placed

logger = logging.getLogger(__name__)

_encoder = msgspec.json.Encoder()
_JSON = (("content-type", "application/json"),)
REPLAYED = (("idempotency-replayed", "true"),)
FAILED = problem_answer(
    problem(500, "The first request with this Idempotency-Key failed: what was sent is not known")
)


def json_answer(content: Any) -> Answer:
    return Answer(200, _JSON, _encoder.encode(content))


class Sending:
    """``topic``: the bundle id for notifications that name no topic. ``most``: of one request.

    ``clock``: seconds that only grow.
    """

    def __init__(
        self,
        clients: Clients,
        source: Source,
        destination: Destination,
        *,
        topic: str | None,
        most: int,
        memory: Memory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clients = clients
        self._source = source
        self._destination = destination
        self._topic = topic
        self._most = most
        self._memory = memory
        self._clock = clock

    async def post(self, body: bytes, owner: str, key: str | None) -> Answer:
        """``key``: of the Idempotency-Key header, one of ``owner``'s. Raises Refusal."""
        if key is None:
            return (await self._send(body))[0]
        begun = self._begin(body, owner, key)
        if isinstance(begun, Answer):
            return Answer(begun.status, (*begun.headers, *REPLAYED), begun.body)
        try:
            answer, nothing = await self._send(body)
        except Refusal:
            self._memory.release(begun)
            raise
        except BaseException:
            self._memory.keep(begun, FAILED)
            raise
        if nothing:
            self._memory.release(begun)
        else:
            self._memory.keep(begun, answer)
        return answer

    def _begin(self, body: bytes, owner: str, key: str) -> Slot | Answer:
        if not is_key(key):
            raise refusal(400, "The Idempotency-Key must be 1 to 255 visible characters of ASCII")
        try:
            return self._memory.begin(owner, key, fingerprint_of(body), self._clock())
        except InProgress as error:
            raise refusal(
                409, "The first request with this Idempotency-Key is under way", None, RETRY_LATER
            ) from error
        except OtherRequest as error:
            raise refusal(422, "This Idempotency-Key belongs to a request with another body") from (
                error
            )

    async def _send(self, body: bytes) -> tuple[Answer, bool]:
        """The answer, and whether nothing happened: then the request may be sent again."""
        read = read_notifications(body, self._most)
        client = await self.client()
        if isinstance(read, list):
            outcomes = await self._send_all(client, read)
            return json_answer(summary(outcomes)), nothing_happened(outcomes)
        outcome = await self._send_one(client, read)
        if outcome.outcome == "accepted":
            return json_answer(outcome), False
        told = problem_of(outcome)
        headers = RETRY_LATER if told.status in (429, 503) else ()
        return problem_answer(told, headers), nothing_happened([outcome])

    async def _send_one(self, client: Client, request: NotificationRequest) -> Outcome:
        try:
            return outcome_of(await client.send(placed(request, 0, self._topic)))
        except ApnsError as error:
            return outcome_of(error)

    async def _send_all(self, client: Client, entries: list[Entry]) -> list[Outcome]:
        outcomes: list[Any] = [None] * len(entries)

        def refuse(place: int, error: FieldError) -> None:
            (found,) = within(place, [error])
            outcomes[place] = invalid(found)

        def notifications() -> Iterator[Placed]:
            """Made as they are taken, so that a long list keeps nobody from their turn."""
            for place, entry in enumerate(entries):
                if isinstance(entry, FieldError):
                    refuse(place, entry)
                    continue
                try:
                    notification = placed(entry, place, self._topic)
                except (NotificationError, PayloadError) as error:
                    refuse(place, field_error_of(error))
                    continue
                yield notification

        async with aclosing(client.send_many(notifications())) as stream:
            async for said in stream:
                place = cast(Placed, said.notification).place
                if isinstance(said, NotificationError | PayloadError):
                    refuse(place, field_error_of(said))
                else:
                    outcomes[place] = outcome_of(said)
        return outcomes

    async def client(self) -> Client:
        """The client that sends. Raises Refusal (502) when there are no credentials to use."""
        try:
            credentials = await self._source.current()
            return await self._clients.client(credentials, self._destination)
        except ConnectorError as error:
            logger.warning("The REST API cannot send: %s", error)
            raise refusal(502, CREDENTIALS_FAILED) from error
