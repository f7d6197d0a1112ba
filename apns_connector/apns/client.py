"""Sends notifications, and gives each exactly one outcome.

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
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from types import TracebackType
from typing import Final

from apns_connector.apns.authentication import Authentication
from apns_connector.apns.batch import DEFAULT_UNDER_WAY, Batch, Outcome
from apns_connector.apns.credentials import Credentials, CredentialsSource
from apns_connector.apns.destination import PRODUCTION, Destination
from apns_connector.apns.events import Events
from apns_connector.apns.feedback import Unregistered, find_unregistered
from apns_connector.apns.notification import Notification
from apns_connector.apns.pace import LastRate
from apns_connector.apns.pool import DEFAULT_MOST
from apns_connector.apns.pool_state import PoolState
from apns_connector.apns.proxy import Proxy
from apns_connector.apns.request import Request, Sendable, request_for
from apns_connector.apns.resending import Resending
from apns_connector.apns.response import Response
from apns_connector.apns.sender import Sender
from apns_connector.errors import ApnsError

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_SECONDS: Final = 10.0
# NAT gateways forget connections after minutes; Apple has stopped answering on idle ones too.
DEFAULT_PROBE_SECONDS: Final = 60.0
# How many notifications of a stream are taken before the loop gets its turn.
_FEED_AT_ONCE: Final = 100


class Client:
    """Notifications to one destination from one sender, on the running event loop.

    ``credentials``: a :class:`Certificate` or :class:`SigningKey`, or a :class:`CertificateFile` or
    :class:`SigningKeyFile`, whose file is then looked at every few seconds: what is in it takes
    over with the next notification, on new connections.
    ``timeout``: seconds until a notification without an answer is given up, reconnecting included.
    ``probe_after``: seconds of silence after which an idle connection must answer a PING before it
    is used again. ``connections``: how many there may be; more than one only while that helps.
    ``resend_rejected``: send again, after growing pauses and before the deadline, what Apple
    rejects for now (TooManyRequests, InternalServerError, ServiceUnavailable, Shutdown).
    ``resend_unknown``: send again, under the same ``apns-id``, what was written to a connection
    that was then lost: nothing ends unknown that can still be answered in time, but a device may
    get it twice. ``proxy``: an HTTP proxy to go through. ``on_unregistered`` is called with each
    device token that Apple says is gone: the ``add`` of a :class:`Feedback` or
    :class:`FeedbackFile`. ``events``: where to add listeners that see more than outcomes.

    A client belongs to the event loop that it is first used on; several loops or threads have one
    each. Usable as ``async with Client(...) as client``; once it is ``closed`` it takes no more.
    Raises :class:`CredentialsError` if the certificate is not valid now,
    :class:`ConfigurationError` if the destination's trust file cannot be read.
    """

    def __init__(
        self,
        credentials: CredentialsSource,
        destination: Destination = PRODUCTION,
        *,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        probe_after: float = DEFAULT_PROBE_SECONDS,
        connections: int = DEFAULT_MOST,
        resend_rejected: bool = True,
        resend_unknown: bool = False,
        proxy: Proxy | None = None,
        on_unregistered: Callable[[Unregistered], None] | None = None,
    ) -> None:
        self.destination = destination
        self.timeout = timeout
        self.closed = False
        self.events = Events()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._authentication = Authentication(credentials, destination.trust)
        self._sender = Sender(
            destination,
            self._authentication,
            connect_timeout=timeout,
            probe_after=probe_after,
            most_connections=connections,
            proxy=proxy,
            resending=Resending(rejected=resend_rejected, unknown=resend_unknown),
            events=self.events,
            on_rejection=None if on_unregistered is None else self._look_for_unregistered,
        )
        self._on_unregistered = on_unregistered
        self._last_rate = LastRate()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def credentials(self) -> Credentials:
        """Those in use."""
        return self._authentication.credentials

    @property
    def pool(self) -> PoolState:
        """The connections of this moment, and what limits the rate."""
        return self._sender.pool_state()

    async def send(self, notification: Sendable, *, timeout: float | None = None) -> Response:
        """Apple's answer to ``notification``, which may be a :class:`Broadcast`, accepted or not.

        ``timeout``: seconds, instead of the client's. Raises :class:`NotificationError` or
        :class:`PayloadError` before anything is sent, :class:`CredentialsError` if TLS refuses the
        certificate, :class:`NotSent` or :class:`OutcomeUnknown` if nobody answered.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._belong_to(loop)
        waiter: asyncio.Future[Response] = loop.create_future()
        deadline = loop.time() + (self.timeout if timeout is None else timeout)
        self._sender.submit((request_for(notification, self._authentication, deadline, waiter),))
        try:
            return await waiter
        except asyncio.CancelledError:
            self._sender.give_up(waiter)
            raise

    async def send_many(
        self,
        notifications: Iterable[Sendable] | AsyncIterable[Sendable],
        *,
        timeout: float | None = None,
        under_way: int = DEFAULT_UNDER_WAY,
    ) -> AsyncGenerator[Outcome]:
        """The outcome of each of ``notifications``, as they come: in no order, none missing.

        An outcome is a :class:`Response`, or the error that :meth:`send` would have raised; either
        has the ``notification`` it is about. ``timeout``: seconds for each, from the time it is
        taken. ``under_way``: how many at most have been taken and have no outcome, which bounds
        the memory; fewer where the server is so slow that they would be late. Close the iterator
        (``contextlib.aclosing``) to give up what is under way.
        """
        loop = asyncio.get_running_loop()
        self._belong_to(loop)
        seconds = self.timeout if timeout is None else timeout
        batch = Batch(under_way, seconds, self._last_rate.at(loop.time()))
        feeding = asyncio.create_task(self._feed(batch, notifications, seconds))
        try:
            while outcomes := await batch.take():
                for outcome in outcomes:
                    yield outcome
            await feeding  # raises what the source of the notifications raised
        finally:
            self._last_rate.note(batch.rate, loop.time())
            batch.close()
            feeding.cancel()
            self._sender.give_up(batch)

    async def _feed(
        self,
        batch: Batch,
        notifications: Iterable[Sendable] | AsyncIterable[Sendable],
        seconds: float,
    ) -> None:
        try:
            if isinstance(notifications, AsyncIterable):
                async for notification in notifications:
                    await batch.room()
                    self._submit_to(batch, (notification,), seconds)
            else:
                source = iter(notifications)
                while True:
                    await asyncio.sleep(0)
                    most = min(await batch.room(), _FEED_AT_ONCE)
                    if self._submit_to(batch, islice(source, most), seconds) < most:
                        return
        finally:
            batch.fed()

    def _submit_to(self, batch: Batch, notifications: Iterable[Sendable], seconds: float) -> int:
        """How many were taken; their time begins when all have been."""
        requests: list[Request] = []
        refused = 0
        try:
            for notification in notifications:
                try:
                    requests.append(request_for(notification, self._authentication, 0.0, batch))
                except ApnsError as error:
                    error.notification = notification
                    batch.refuse(error)
                    refused += 1
        finally:  # the source may have failed: what it gave has an outcome all the same
            self._hand_over(batch, requests, seconds)
        return len(requests) + refused

    def _hand_over(self, batch: Batch, requests: list[Request], seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        for request in requests:
            request.deadline = deadline
        batch.add(len(requests))
        try:
            self._sender.submit(requests)
        except BaseException:  # a mistake of ours: the reader gets it, and waits for nothing
            batch.take_back(len(requests))
            raise

    def _belong_to(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop not in (None, loop):
            raise RuntimeError(
                "This client belongs to another event loop: make one client for each loop, "
                "or use a BlockingClient, which threads may share"
            )
        self._loop = loop

    def _look_for_unregistered(self, response: Response) -> None:
        notification = response.notification
        topic = None
        if isinstance(notification, Notification) and notification.topic is None:
            topic = self._authentication.topic_for(notification.push_type)
        gone = find_unregistered(response, seen_at=datetime.now(UTC), topic=topic)
        if gone is None or self._on_unregistered is None:
            return
        try:
            self._on_unregistered(gone)
        except Exception:  # the caller's code: the response still goes to who waits for it
            logger.exception("%r could not be noted", gone)

    async def close(self, *, grace: float | None = None) -> None:
        """Answer what is under way, within ``grace`` seconds (the client's timeout); then close.

        What is left then fails as any request without an answer does; nothing ends in silence.
        """
        self.closed = True
        await self._sender.close(self.timeout if grace is None else grace)
