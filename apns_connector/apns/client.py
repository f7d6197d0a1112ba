"""Sends notifications: keeps a connection, resends what was certainly not processed, gives each
notification one outcome.

========================  ====================================================================
outcome                   seen by the caller as
========================  ====================================================================
accepted, or rejected     a :class:`Response`
not sent                  :class:`NotSent`: Apple has certainly not processed it
unknown                   :class:`OutcomeUnknown`: written, and no word until the deadline
========================  ====================================================================
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, NamedTuple

from apns_connector.apns import backoff, goaway, tls
from apns_connector.apns.connection import Connection
from apns_connector.apns.credentials import Certificate, Credentials, SigningKey
from apns_connector.apns.destination import PRODUCTION, Destination
from apns_connector.apns.http2 import Answered, Broken, Event, GoingAway, Lost, NotProcessed
from apns_connector.apns.notification import Notification
from apns_connector.apns.reasons import Action, Reason
from apns_connector.apns.request import Request
from apns_connector.apns.response import Response
from apns_connector.errors import ApnsError, CredentialsError, NotSent, OutcomeUnknown

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_SECONDS: Final = 10.0
# A stream refused this often in a row is tried again only after a pause.
_RESENDS_AT_ONCE: Final = 3
_TOKEN_CHECK_SECONDS: Final = 60.0


class Client:
    """Notifications to one destination with one set of credentials, on the running event loop.

    ``timeout``: seconds until a notification without an answer is given up, reconnecting included.
    Usable as ``async with Client(...) as client``. Raises :class:`CredentialsError` if the
    certificate is not valid now, :class:`ConfigurationError` if the destination's trust file
    cannot be read.
    """

    def __init__(
        self,
        credentials: Credentials,
        destination: Destination = PRODUCTION,
        *,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        self.credentials = credentials
        self.destination = destination
        self.timeout = timeout
        self._context = tls.client_context(destination.trust)
        if isinstance(credentials, Certificate):
            credentials.check_validity(datetime.now(UTC))
            tls.load_identity(self._context, credentials.key, credentials.chain)
        self._topic = credentials.topic if isinstance(credentials, Certificate) else None
        self._waiting: deque[Request] = deque()
        self._paused: set[Request] = set()
        self._connection: Connection | None = None
        self._draining: set[Connection] = set()
        self._connecting: asyncio.Task[None] | None = None
        self._deadline_timer: asyncio.TimerHandle | None = None
        self._check_token_at = 0.0
        self._failures = 0
        self._last_failure = "no connection could be opened in time"
        self._closed = False
        self._drained: asyncio.Event | None = None

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def send(self, notification: Notification, *, timeout: float | None = None) -> Response:
        """Apple's answer to ``notification``, accepted or not.

        ``timeout``: seconds, instead of the client's. Raises :class:`NotificationError` or
        :class:`PayloadError` before anything is sent, :class:`CredentialsError` if TLS refuses the
        certificate, :class:`NotSent` or :class:`OutcomeUnknown` if nobody answered.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Response] = loop.create_future()
        now = loop.time()
        deadline = now + (self.timeout if timeout is None else timeout)
        request = Request(notification, self._topic, deadline, waiter)
        self._submit(request, now)
        try:
            return await waiter
        except asyncio.CancelledError:
            self._abandon(request)
            raise

    async def close(self, *, grace: float | None = None) -> None:
        """Answer what is under way, within ``grace`` seconds (the client's timeout); then close.

        What is left then fails as any request without an answer does; nothing ends in silence.
        """
        self._closed = True
        await self._drain(self.timeout if grace is None else grace)
        self._fail_waiting(_Refusal(NotSent, "the client was closed before it could be sent"))
        if self._connecting is not None:
            self._connecting.cancel()
        if self._deadline_timer is not None:
            self._deadline_timer.cancel()
        connections = self._connections()
        for connection in connections:
            connection.close()
        for connection in connections:
            await connection.closed()

    async def _drain(self, seconds: float) -> None:
        if self._outstanding():
            self._drained = asyncio.Event()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._drained.wait()

    # Requests come in, wait, and go out

    def _submit(self, request: Request, now: float) -> None:
        if self._closed:
            raise NotSent("the client is closed", request.notification.apns_id)
        self._watch_deadline(request.deadline)
        if now >= self._check_token_at:
            self._renew_authorization(now)
        connection = self._connection
        if connection is not None and not self._waiting and connection.free_streams:
            connection.send(request)
            return
        self._waiting.append(request)
        self._pump()

    def _pump(self) -> None:
        """Send what waits, as far as streams and windows allow; connect if there is none."""
        waiting = self._waiting
        connection = self._connection
        if connection is None:
            if waiting and self._connecting is None:
                self._connecting = asyncio.get_running_loop().create_task(self._connect())
            return
        while waiting and connection.free_streams:
            request = waiting.popleft()
            if not request.waiter.done():
                connection.send(request)

    def _requeue(self, request: Request) -> None:
        request.resends += 1
        if request.resends <= _RESENDS_AT_ONCE:
            self._waiting.appendleft(request)
            return
        pause = backoff.seconds(request.resends - _RESENDS_AT_ONCE, random.random())  # noqa: S311
        self._paused.add(request)
        asyncio.get_running_loop().call_later(pause, self._resume, request)

    def _resume(self, request: Request) -> None:
        if request in self._paused:
            self._paused.remove(request)
            self._waiting.append(request)
            self._pump()

    def _abandon(self, request: Request) -> None:
        """The caller went away: reset the stream. One that still waits is skipped in its turn."""
        for connection in self._connections():
            if connection.cancel(request):
                break
        self._note_drained()

    def _outstanding(self) -> bool:
        return bool(self._waiting or self._paused) or any(not c.idle for c in self._connections())

    def _note_drained(self) -> None:
        if self._drained is not None and not self._outstanding():
            self._drained.set()

    # Connections

    def _connections(self) -> list[Connection]:
        current = [] if self._connection is None else [self._connection]
        return [*current, *self._draining]

    async def _connect(self) -> None:
        """Until there is a connection, or nobody waits for one any more."""
        try:
            while self._waiting and self._connection is None:
                if self._failures:
                    pause = backoff.seconds(self._failures, random.random())  # noqa: S311
                    await asyncio.sleep(pause)
                await self._try_to_connect()
        finally:
            self._connecting = None
        self._pump()

    async def _try_to_connect(self) -> None:
        try:
            async with asyncio.timeout(self.timeout):
                connection = await Connection.open(
                    self.destination, self._context, self._authorization(), self._on_events
                )
        except (OSError, TimeoutError) as error:
            self._failures += 1
            self._last_failure = f"{self.destination} cannot be reached: {_in_words(error)}"
            logger.warning("%s; %d waiting", self._last_failure, len(self._waiting))
            refusal = _refusal(self.destination, error)
            if refusal is not None:
                self._fail_waiting(refusal)
        else:
            if connection.usable:
                self._connection = connection

    def _authorization(self) -> str | None:
        if isinstance(self.credentials, SigningKey):
            return f"bearer {self.credentials.provider_token(time.time())}"
        return None

    def _renew_authorization(self, now: float) -> None:
        """A provider token that has come of age is replaced on the living connection."""
        self._check_token_at = now + _TOKEN_CHECK_SECONDS
        connection, authorization = self._connection, self._authorization()
        if connection is None or authorization is None:
            return
        if authorization != connection.authorization:
            connection.authorize(authorization)

    def _set_aside(self, connection: Connection) -> None:
        """No new requests there; what is open is still answered."""
        if connection is self._connection:
            self._connection = None
        if not connection.lost:
            self._draining.add(connection)
            connection.retire()

    # What happens on a connection

    def _on_events(self, connection: Connection, events: list[Event]) -> None:
        refusal = _refusal(self.destination, connection.error) if connection.lost else None
        for event in events:
            if type(event) is Answered:
                self._answered(connection, event)
            elif type(event) is NotProcessed:
                self._not_processed(connection, event, refusal)
            elif type(event) is Lost:
                self._lost(event, refusal)
            elif type(event) is GoingAway:
                self._going_away(connection, event)
            elif type(event) is Broken:
                logger.warning("%s: %s", self.destination, event.why)
        if connection.lost or not connection.usable:
            self._connection_ended(connection, refusal)
        self._pump()
        self._note_drained()

    def _answered(self, connection: Connection, event: Answered) -> None:
        request: Request = event.tag
        connection.answered = True
        self._failures = 0
        response = Response(request.notification, event.status, event.block, event.body)
        if event.status == 200 or not self._mended(connection, request, response):
            request.answer(response)

    def _mended(self, connection: Connection, request: Request, response: Response) -> bool:
        """True if the request goes out again: with a new token, on a new connection, once."""
        action = response.explanation.action if response.explanation else None
        if action in (Action.NEW_TOKEN, Action.NEW_CONNECTION):
            self._set_aside(connection)
        if action is not Action.NEW_TOKEN or not isinstance(self.credentials, SigningKey):
            return False
        if request.renewed:
            return False
        if self._authorization() == connection.authorization:
            self.credentials.renew(time.time())
        request.renewed = True
        self._waiting.appendleft(request)
        return True

    def _not_processed(
        self, connection: Connection, event: NotProcessed, refusal: _Refusal | None
    ) -> None:
        request: Request = event.tag
        if refusal is not None:
            request.fail(refusal.error(request))
        elif connection.refused is not None:
            request.answer(Response.refused_connection(request.notification, connection.refused))
        else:
            self._last_failure = f"not processed: {event.why}"
            self._requeue(request)

    def _lost(self, event: Lost, refusal: _Refusal | None) -> None:
        request: Request = event.tag
        if refusal is not None:
            request.fail(refusal.error(request))
        else:
            request.fail(OutcomeUnknown(f"sent, but {event.why}", request.notification.apns_id))

    def _going_away(self, connection: Connection, event: GoingAway) -> None:
        said = goaway.describe(event.code, event.debug)
        logger.info("%s said %s", self.destination, said)
        self._last_failure = f"{self.destination} said {said}"
        connection.refused = goaway.refusal(event.debug)
        if connection.refused is not None:
            self._refuse_waiting(connection.refused)

    def _connection_ended(self, connection: Connection, refusal: _Refusal | None) -> None:
        self._set_aside(connection)
        if connection.lost:
            self._draining.discard(connection)
            self._failures += not connection.answered
        if refusal is not None:
            self._fail_waiting(refusal)

    # Endings without an answer

    def _refuse_waiting(self, reason: Reason) -> None:
        for request in self._take_waiting():
            request.answer(Response.refused_connection(request.notification, reason))

    def _fail_waiting(self, refusal: _Refusal) -> None:
        for request in self._take_waiting():
            request.fail(refusal.error(request))

    def _take_waiting(self) -> list[Request]:
        taken = [*self._waiting, *self._paused]
        self._waiting.clear()
        self._paused.clear()
        return taken

    def _watch_deadline(self, deadline: float) -> None:
        """One timer for all: it is set to the first deadline known, and looks around then."""
        timer = self._deadline_timer
        if timer is not None:
            if timer.when() <= deadline:
                return
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._deadline_timer = loop.call_at(deadline, self._end_overdue)

    def _end_overdue(self) -> None:
        self._deadline_timer = None
        now = asyncio.get_running_loop().time()
        for request in (*self._waiting, *self._paused):
            if request.deadline <= now:
                request.fail(NotSent(self._last_failure, request.notification.apns_id))
        self._waiting = deque(r for r in self._waiting if r.deadline > now)
        self._paused = {r for r in self._paused if r.deadline > now}
        for connection in self._connections():
            overdue = [r for r in connection.open_requests() if r.deadline <= now]
            for request in overdue:
                connection.cancel(request)
                request.fail(_no_answer(request, self.destination))
            if overdue:
                self._set_aside(connection)  # it may be stuck: nothing new goes there
        open_requests = (r for c in self._connections() for r in c.open_requests())
        left = [*self._waiting, *self._paused, *open_requests]
        if left:
            self._watch_deadline(min(request.deadline for request in left))
        self._pump()
        self._note_drained()


class _Refusal(NamedTuple):
    """What no second try would mend, as a fresh error for each request that it hits."""

    kind: type[CredentialsError] | type[NotSent]
    sentence: str

    def error(self, request: Request) -> ApnsError:
        if self.kind is NotSent:
            return NotSent(self.sentence, request.notification.apns_id)
        return CredentialsError(self.sentence)


def _refusal(destination: Destination, error: BaseException | None) -> _Refusal | None:
    why = tls.certificate_refusal(error)
    if why is not None:
        return _Refusal(CredentialsError, f"{destination} refuses the TLS connection: {why}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _Refusal(
            NotSent,
            f"{destination} is not trusted: {error.verify_message}. "
            "Check the destination's host, its trust file, and the system's certificates",
        )
    return None


def _no_answer(request: Request, destination: Destination) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"sent, but {destination} did not answer in time", request.notification.apns_id
    )


def _in_words(error: Exception) -> str:
    """The operating system's words; a bare TimeoutError has none of its own."""
    if isinstance(error, TimeoutError) and not str(error):
        return "no connection within the time allowed"
    return str(error) or type(error).__name__
