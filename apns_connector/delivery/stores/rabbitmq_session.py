"""One connection with RabbitMQ and what is done over it; when it is lost, so are its claims.

In truth two connections: a broker that is short of memory or disk stops reading from those that
publish, and what was done must still get through.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.rabbitmq_claims import Claims
from apns_connector.delivery.stores.rabbitmq_messages import headers_of
from apns_connector.delivery.stores.rabbitmq_queues import Queues
from apns_connector.delivery.stores.rabbitmq_taking import (
    MOST_PREFETCHED,
    SECONDS_FOR_AN_ANSWER,
    Message,
    first_of,
    ready,
    taken,
)
from apns_connector.errors import ConfigurationError, StoreError

try:
    import aio_pika
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
        self.claims: Claims[Message] = Claims()
        self._connections = (sending, receiving)
        self._receiving = receiving
        self._sender: AbstractChannel
        self._receiver: AbstractChannel
        # The prefetch that is set on a channel is of the next consumer.
        self._starting = asyncio.Lock()

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

    async def publish(self, record: Record, queue: str) -> None:
        """Returns when the broker has it on disk. Raises Refused when it does not want it."""
        target = self._sender.default_exchange
        if queue == self.queues.dead:
            target = await self._sender.get_exchange(self.queues.dead, ensure=False)
        message = aio_pika.Message(
            record.body,
            headers=dict(headers_of(record)),
            message_id=record.id,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await target.publish(message, queue, mandatory=True, timeout=SECONDS_FOR_AN_ANSWER)

    async def blocked(self) -> bool:
        """Whether the broker has said that it takes nothing for the time being."""
        transport = self._connections[0].transport
        if transport is None:
            return False
        unblocked = asyncio.ensure_future(transport.ready())
        done, _ = await asyncio.wait([unblocked], timeout=0.05)
        unblocked.cancel()
        return not done

    # What is claimed

    async def receive(self, limit: int, seconds: float, stop: asyncio.Event) -> list[Message]:
        """As soon as there is one, and after ``seconds`` none. Not to be cancelled: ``stop``."""
        arrived: list[Message] = []
        first = asyncio.Event()
        over = False

        async def take(message: Message) -> None:
            if over:
                await message.nack()
            else:
                arrived.append(message)
                first.set()

        async with self._starting, asyncio.timeout(SECONDS_FOR_AN_ANSWER):
            await self._receiver.set_qos(prefetch_count=min(limit, MOST_PREFETCHED))
            queue = await self._receiver.get_queue(self.queues.main, ensure=False)
            consumer = await queue.consume(take)
        await first_of(seconds, first, stop, self.lost, self.closing)
        await queue.cancel(consumer, timeout=SECONDS_FOR_AN_ANSWER)
        await asyncio.sleep(0)
        over = True
        return arrived

    async def confirm(self) -> None:
        """Returns when the broker has read all that was acknowledged before."""
        async with self._starting, asyncio.timeout(SECONDS_FOR_AN_ANSWER):
            await self._receiver.set_qos(prefetch_count=1)

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
