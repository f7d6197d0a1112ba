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
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

from apns_connector.apns import tls
from apns_connector.apns.batch import DEFAULT_UNDER_WAY, Batch, Outcome
from apns_connector.apns.credentials import Certificate, Credentials
from apns_connector.apns.destination import PRODUCTION, Destination
from apns_connector.apns.feedback import Unregistered, find_unregistered
from apns_connector.apns.notification import Notification
from apns_connector.apns.pool import DEFAULT_MOST, Bound
from apns_connector.apns.proxy import Proxy
from apns_connector.apns.request import Request
from apns_connector.apns.response import Response
from apns_connector.apns.sender import Sender
from apns_connector.errors import ApnsError, NotSent

DEFAULT_TIMEOUT_SECONDS: Final = 10.0
# NAT gateways forget connections after minutes; Apple has stopped answering on idle ones too.
DEFAULT_PROBE_SECONDS: Final = 60.0
# How many notifications of a stream are taken before the loop gets its turn.
_FEED_AT_ONCE: Final = 100


class Client:
    """Notifications to one destination with one set of credentials, on the running event loop.

    ``timeout``: seconds until a notification without an answer is given up, reconnecting included.
    ``probe_after``: seconds of silence after which an idle connection must answer a PING before it
    is used again. ``connections``: how many there may be; more than one only while that helps.
    ``resend_rejected``: send again, after growing pauses and before the deadline, what Apple
    rejects for now (TooManyRequests, InternalServerError, ServiceUnavailable, Shutdown).
    ``proxy``: an HTTP proxy to go through. ``on_unregistered`` is called with each device token
    that Apple says is gone: the ``add`` of a :class:`Feedback` or :class:`FeedbackFile`.

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
        probe_after: float = DEFAULT_PROBE_SECONDS,
        connections: int = DEFAULT_MOST,
        resend_rejected: bool = True,
        proxy: Proxy | None = None,
        on_unregistered: Callable[[Unregistered], None] | None = None,
    ) -> None:
        self.credentials = credentials
        self.destination = destination
        self.timeout = timeout
        self._topic: str | None = None
        context = tls.client_context(destination.trust)
        if isinstance(credentials, Certificate):
            credentials.check_validity(datetime.now(UTC))
            tls.load_identity(context, credentials.key, credentials.chain)
            self._topic = credentials.topic
        self._sender = Sender(
            destination,
            credentials,
            context,
            connect_timeout=timeout,
            probe_after=probe_after,
            most_connections=connections,
            proxy=proxy,
            resend_rejected=resend_rejected,
            on_rejection=None if on_unregistered is None else self._look_for_unregistered,
        )
        self._on_unregistered = on_unregistered

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
    def bound(self) -> Bound:
        """What limits the rate, as of the last time that requests had to wait."""
        return self._sender.link.sizing.bound

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
        self._sender.submit(request, now)
        try:
            return await waiter
        except asyncio.CancelledError:
            self._sender.give_up(waiter)
            raise

    async def send_many(
        self,
        notifications: Iterable[Notification] | AsyncIterable[Notification],
        *,
        timeout: float | None = None,
        under_way: int = DEFAULT_UNDER_WAY,
    ) -> AsyncIterator[Outcome]:
        """The outcome of each of ``notifications``, as they come: in no order, none missing.

        An outcome is a :class:`Response`, or the error that :meth:`send` would have raised; either
        has the ``notification`` it is about. ``timeout``: seconds for each, from the time it is
        taken. ``under_way``: how many at most have been taken and have no outcome, which bounds
        the memory. Close the iterator (``contextlib.aclosing``) to give up what is under way.
        """
        batch = Batch(under_way)
        feeding = asyncio.create_task(self._feed(batch, notifications, timeout))
        try:
            while outcomes := await batch.take():
                for outcome in outcomes:
                    yield outcome
            await feeding  # raises what the source of the notifications raised
        finally:
            batch.close()
            feeding.cancel()
            self._sender.give_up(batch)

    async def _feed(
        self,
        batch: Batch,
        notifications: Iterable[Notification] | AsyncIterable[Notification],
        timeout: float | None,
    ) -> None:
        seconds = self.timeout if timeout is None else timeout
        try:
            if isinstance(notifications, AsyncIterable):
                async for notification in notifications:
                    await batch.room()
                    self._submit_to(batch, notification, seconds)
            else:
                for number, notification in enumerate(notifications):
                    if batch.full or number % _FEED_AT_ONCE == 0:
                        await asyncio.sleep(0)
                        await batch.room()
                    self._submit_to(batch, notification, seconds)
        finally:
            batch.fed()

    def _submit_to(self, batch: Batch, notification: Notification, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        try:
            request = Request(notification, self._topic, now + seconds, batch)
            batch.add()
            self._sender.submit(request, now)
        except NotSent as error:  # the client is closed
            error.notification = notification
            batch.set_exception(error)
        except ApnsError as error:
            error.notification = notification
            batch.refuse(error)

    def _look_for_unregistered(self, response: Response) -> None:
        gone = find_unregistered(response, seen_at=datetime.now(UTC), topic=self._topic)
        if gone is not None and self._on_unregistered is not None:
            self._on_unregistered(gone)

    async def close(self, *, grace: float | None = None) -> None:
        """Answer what is under way, within ``grace`` seconds (the client's timeout); then close.

        What is left then fails as any request without an answer does; nothing ends in silence.
        """
        await self._sender.close(self.timeout if grace is None else grace)
