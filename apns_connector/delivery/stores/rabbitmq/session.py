"""One connection with RabbitMQ and what is done over it; when it is lost, so are its claims.

In truth two connections: a broker that is short of memory or disk stops reading from those that
publish, and what was done must still get through.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, cast

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.rabbitmq.claims import Claims
from apns_connector.delivery.stores.rabbitmq.messages import headers_of
from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.receiving import Receiver
from apns_connector.delivery.stores.rabbitmq.taking import (
    SECONDS_FOR_AN_ANSWER,
    Message,
    ready,
    taken,
)
from apns_connector.errors import ConfigurationError, StoreError

try:
    import aio_pika
    import aiormq
    from aio_pika.abc import AbstractChannel, AbstractConnection
    from aio_pika.exceptions import (
        AMQPError,
        AuthenticationError,
        ChannelPreconditionFailed,
        DeliveryError,
        ProbableAuthenticationError,
    )
    from aiormq.exceptions import ChannelAccessRefused
    from yarl import URL
except ImportError as missing:
    raise ConfigurationError(
        "A message store in RabbitMQ needs its client: install apns-connector[rabbitmq]"
    ) from missing

logger = logging.getLogger(__name__)
# What it logs of lost connections, with traces, it raises too.
logging.getLogger("aiormq").setLevel(logging.CRITICAL)

_SECONDS_TO_CONNECT: Final = 10.0
_SECONDS_TO_DECLARE: Final = 60.0
_SECONDS_TO_CLOSE: Final = 3.0
# After twice as many without a sign of life a connection counts as lost, on both sides.
_HEARTBEAT: Final = 15

Refused = DeliveryError
NOT_LET_IN: Final = (AuthenticationError, ProbableAuthenticationError, ChannelAccessRefused)
# All that the client raises for a connection or channel that does not work (RuntimeError: for one
# that is closed already).
FAILURES: Final = (AMQPError, OSError, TimeoutError, RuntimeError)


class Session:
    """``lost``: set when the connection is no more; ``closing``: nobody shall wait any more."""

    def __init__(
        self, queues: Queues, sending: AbstractConnection, receiving: AbstractConnection
    ) -> None:
        self.queues = queues
        self.lost = asyncio.Event()
        self.closing = asyncio.Event()
        # Of delivery tags.
        self.claims: Claims[int] = Claims()
        self.receiver: Receiver
        self._connections = (sending, receiving)
        self._receiving = receiving
        self._sender: AbstractChannel
        self._receiver: AbstractChannel
        self._publishing: aiormq.Channel

    @classmethod
    async def open(cls, url: str, name: str, queues: Queues) -> Session:
        """Raises FAILURES, and ValueError for a URL that cannot be read."""
        sending = await _connect(url, f"{name} (put)")
        try:
            receiving = await _connect(url, f"{name} (claim)")
        except BaseException:
            await sending.close()
            raise
        session = cls(queues, sending, receiving)
        try:
            await session._begin(sending, receiving)
        except BaseException:
            await session.close()
            raise
        return session

    async def _begin(self, sending: AbstractConnection, receiving: AbstractConnection) -> None:
        async with asyncio.timeout(SECONDS_FOR_AN_ANSWER):
            self._sender = await sending.channel(publisher_confirms=True, on_return_raises=True)
            self._receiver = await receiving.channel()
            # What it is in truth knows more than its abstract class.
            self._publishing = cast(aiormq.Channel, await self._sender.get_underlay_channel())
            claiming = await self._receiver.get_underlay_channel()
        self.receiver = Receiver(claiming, self.queues.main)
        for watched in (sending, receiving, self._sender, self._receiver):
            watched.close_callbacks.add(self._lose)

    def _lose(self, *_: object) -> None:
        self.lost.set()

    async def close(self) -> None:
        """RabbitMQ gives what is claimed to others."""
        self.lost.set()
        for connection in self._connections:
            with suppress(*FAILURES):
                await asyncio.wait_for(connection.close(), _SECONDS_TO_CLOSE)

    async def declare(self, store: str) -> None:
        """Make what is missing. Raises StoreError for a queue of that name that is not ours."""
        async with asyncio.timeout(_SECONDS_TO_DECLARE), self._channel() as channel:
            await channel.declare_exchange(self.queues.dead, durable=True)
            for queue, arguments in self.queues.arguments().items():
                await self._declare_queue(store, queue, arguments)
            dead = await channel.get_queue(self.queues.dead, ensure=False)
            await dead.bind(self.queues.dead, routing_key=self.queues.dead)

    async def _declare_queue(self, store: str, queue: str, arguments: dict[str, Any]) -> None:
        try:
            async with self._channel() as channel:
                await channel.declare_queue(queue, durable=True, arguments=arguments)
        except ChannelPreconditionFailed as error:
            if "'x-max-length'" not in str(error):
                problem = f"the queue {queue} is there, but not made by this store: {error}"
                raise StoreError(store, problem) from error
            logger.warning(
                "Message store '%s': the queue %s keeps the limit with which it was made;"
                " the new one is %s. RabbitMQ changes it by a policy only.",
                *(store, queue, self.queues.limit),
            )

    @asynccontextmanager
    async def _channel(self) -> AsyncIterator[AbstractChannel]:
        """For one errand: whoever is cancelled, or refused, in the middle of it, closes it."""
        async with asyncio.timeout(SECONDS_FOR_AN_ANSWER):
            channel = await self._receiving.channel()
        try:
            yield channel
        finally:
            async with asyncio.timeout(SECONDS_FOR_AN_ANSWER):
                await channel.close()

    # What is put

    async def publish(
        self, record: Record, queue: str, seconds: float = SECONDS_FOR_AN_ANSWER
    ) -> None:
        """Returns when the broker has it on disk. Raises Refused when it does not want it.

        By aiormq, the layer under aio_pika, which would wait with each message until it is written
        before it looks at the next one.
        """
        try:
            await self._publishing.basic_publish(
                record.body,
                exchange=self.queues.dead if queue == self.queues.dead else "",
                routing_key=queue,
                properties=aiormq.spec.Basic.Properties(
                    headers=headers_of(record),
                    message_id=record.id,
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                ),
                mandatory=True,
                timeout=seconds,
                wait=False,
            )
        except BaseException as error:
            if (lost := lost_connection(error)) is None:
                raise
            raise lost from error

    async def blocked(self) -> bool:
        """Whether the broker has said that it takes nothing for the time being."""
        transport = self._connections[0].transport
        if transport is None:
            return False
        unblocked = asyncio.ensure_future(transport.ready())
        done, _ = await asyncio.wait([unblocked], timeout=0.05)
        unblocked.cancel()
        return not done

    # What somebody looks at

    async def counts(self, queues: Sequence[str]) -> dict[str, int]:
        """How many records are in each that nobody has claimed."""
        async with self._channel() as channel:
            return {queue: await ready(channel, queue) for queue in queues}

    @asynccontextmanager
    async def taken(self, queue: str, most: int) -> AsyncIterator[list[Message]]:
        """The first of a queue; those that are not acknowledged go back to where they were."""
        async with self._channel() as channel, taken(channel, queue, most) as messages:
            yield messages


def lost_connection(error: BaseException) -> ConnectionError | None:
    """What the client means that tells of some lost connections by a cancellation that is nobody's
    wish, and of others by an exception that says nothing (aiormq: FutureStore.reject_all)."""
    task = asyncio.current_task()
    cancelled = isinstance(error, asyncio.CancelledError)
    if type(error) is Exception or (cancelled and task is not None and not task.cancelling()):
        return ConnectionError("the connection is lost")
    return None


async def _connect(url: str, name: str) -> AbstractConnection:
    given = URL(url)
    query = {"name": f"apns-connector: {name}", "heartbeat": str(_HEARTBEAT), **given.query}
    connection = aio_pika.Connection(given.with_query(query))
    try:
        await connection.connect(timeout=_SECONDS_TO_CONNECT)
    except BaseException:
        await connection.close()
        raise
    return connection
