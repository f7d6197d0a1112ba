"""The REST API as an ASGI application: who asks, for what, and one answer whatever happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from apns_connector.errors import ConfigurationError, DestinationError
from apns_connector.gateway.admission import Admission
from apns_connector.gateway.answer import Answer
from apns_connector.gateway.asgi import (
    Disconnected,
    Receive,
    Reply,
    Scope,
    Send,
    ends_connection,
    read_body,
)
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request
from apns_connector.operations import Clients
from apns_connector.rest.api_keys import ApiKey, ApiKeys, read_api_keys
from apns_connector.rest.catalogue import PREFIX, Operation, find_operation
from apns_connector.rest.credentials import Surroundings, open_source
from apns_connector.rest.decoding import read_query
from apns_connector.rest.idempotency import Memory
from apns_connector.rest.openapi import describe
from apns_connector.rest.options import RestOptions
from apns_connector.rest.problem import Refusal, problem, problem_answer, refusal
from apns_connector.rest.requests import ClearQuery, UnregisteredQuery
from apns_connector.rest.sending import Sending, json_answer
from apns_connector.rest.unregistered import UnregisteredDevices

logger = logging.getLogger(__name__)

MOUNT = PREFIX.removeprefix("/")  # the first segment of all its paths

Handler = Callable[[Request, bytes, str], Awaitable[Answer]]


class RestApi:
    """``description``: the OpenAPI document. ``admission`` and ``limits`` are those of the gateway
    that it is a part of."""

    def __init__(
        self,
        keys: ApiKeys,
        sending: Sending,
        unregistered: UnregisteredDevices,
        *,
        description: bytes,
        limits: Limits,
        admission: Admission | None = None,
    ) -> None:
        self._keys = keys
        self._sending = sending
        self._unregistered = unregistered
        self._description = Answer(200, (("content-type", "application/json"),), description)
        self._limits = limits
        self._admission = admission or Admission(limits)
        self._handlers: Mapping[str, Handler] = {
            "sendNotifications": self._send,
            "listUnregistered": self._list,
            "clearUnregistered": self._clear,
            "describe": self._describe,
        }

    async def check(self) -> None:
        """Raises ConfigurationError when there are no credentials to send with."""
        try:
            await self._sending.client()
        except Refusal as error:
            raise ConfigurationError(f"rest: {error.__cause__}") from error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, reply = Request.from_scope(scope), Reply.to(scope, send)
        try:
            answer = await self._answer(request, receive)
        except Disconnected:
            logger.info("%s %s: the client left before the end of its request", *_asked(request))
            return
        except asyncio.CancelledError:
            stopping = problem(503, "The gateway is stopping: what was sent is not known")
            await reply.give(problem_answer(stopping))
            raise
        except Exception:  # the process never dies of a request: who asked is told, and the log
            logger.exception("%s %s failed unexpectedly", *_asked(request))
            answer = problem_answer(problem(500, "An unexpected error: the log tells more"))
        await reply.give(answer)

    async def _answer(self, request: Request, receive: Receive) -> Answer:
        try:
            operation = _operation(request)
            owner = self._authorized(operation, request)
            with self._admission.admit() as ticket:
                body = await read_body(request, receive, ticket, self._limits)
                return await self._handlers[operation.name](request, body, owner)
        except Refusal as refused:
            answer = problem_answer(refused.problem, refused.headers)
        except Refused as refused:
            answer = problem_answer(problem(refused.status, refused.problem), refused.headers)
        logger.info("%s %s: refused with %d", *_asked(request), answer.status)
        return ends_connection(request, answer)

    def _authorized(self, operation: Operation, request: Request) -> str:
        """The name of the key. Raises Refusal: 401 without one, 403 for one that may not."""
        if operation.permission is None:
            return ""
        key: ApiKey | None = self._keys.find(request.headers.get("authorization"))
        if key is None:
            challenge = (("www-authenticate", 'Bearer realm="apns-connector"'),)
            raise refusal(401, "The request bears no API key that is known", None, challenge)
        if operation.permission not in key.may:
            raise refusal(403, f"The API key '{key.name}' may not: {operation.permission}")
        return key.name

    # The operations

    async def _send(self, request: Request, body: bytes, owner: str) -> Answer:
        _check_json(request)
        return await self._sending.post(body, owner, request.headers.get("idempotency-key"))

    async def _list(self, request: Request, body: bytes, owner: str) -> Answer:
        query = read_query(request.url_parameters(), UnregisteredQuery)
        return json_answer(await self._unregistered.read(query))

    async def _clear(self, request: Request, body: bytes, owner: str) -> Answer:
        query = read_query(request.url_parameters(), ClearQuery)
        return json_answer(await self._unregistered.clear(query))

    async def _describe(self, request: Request, body: bytes, owner: str) -> Answer:
        return self._description


def build_rest_api(
    options: RestOptions,
    around: Surroundings,
    clients: Clients,
    *,
    limits: Limits,
    admission: Admission | None = None,
) -> RestApi:
    """What ``rest`` in gateway.yaml asks for.

    Raises ConfigurationError, CredentialsError and VaultError for options that cannot work.
    """
    try:
        destination = clients.destination(options.destination)
    except DestinationError as error:
        raise ConfigurationError(f"rest.destination: {error}") from error
    kept = options.idempotency
    sending = Sending(
        clients,
        open_source(options, around, clients),
        destination,
        topic=options.topic,
        most=options.notifications,
        memory=Memory(seconds=kept.seconds, answers=kept.answers, size=kept.bytes),
    )
    return RestApi(
        read_api_keys(options.api_keys, around.secret),
        sending,
        UnregisteredDevices(clients.unregistered),
        description=msgspec.json.encode(describe(options.notifications)),
        limits=limits,
        admission=admission,
    )


async def try_out(options: RestOptions, around: Surroundings, clients: Clients) -> None:
    """Build it and open its credentials, and nothing more; ``clients`` are closed. Raises what
    ``build_rest_api`` and ``check`` raise."""
    try:
        await build_rest_api(options, around, clients, limits=Limits()).check()
    finally:
        await clients.close()


def _operation(request: Request) -> Operation:
    """Raises Refusal: 404, 405."""
    found = find_operation(request.method, request.path)
    if isinstance(found, Operation):
        return found
    if not found:
        raise refusal(404, f"There is nothing at {request.path[:200]}")
    allowed = ", ".join(found)
    detail = f"{request.method} is not possible here, only {allowed}"
    raise refusal(405, detail, None, (("allow", allowed),))


def _check_json(request: Request) -> None:
    """Raises Refusal (415)."""
    media_type = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise refusal(415, "The body must be application/json", None, _ACCEPTED)
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise refusal(415, "A body with Content-Encoding is not read")


_ACCEPTED = (("accept", "application/json"),)


def _asked(request: Request) -> tuple[str, str]:
    """For the log; whatever else a path holds, it may have been meant as a secret."""
    return request.method, repr(request.path[:100])
