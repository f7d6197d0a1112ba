"""Claiming over one channel of RabbitMQ: what is delivered, acknowledged and given back.

With aiormq, the layer below aio_pika: what that adds to each message costs as much as the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.rabbitmq.messages import record_of
from apns_connector.delivery.stores.rabbitmq.tags import Tags
from apns_connector.delivery.stores.rabbitmq.taking import (
    MOST_PREFETCHED,
    SECONDS_FOR_AN_ANSWER,
    first_of,
)
from apns_connector.errors import ConfigurationError

try:
    from aiormq.abc import AbstractChannel, ConsumerCallback, DeliveredMessage
except ImportError as missing:
    raise ConfigurationError(
        "A message store in RabbitMQ needs its client: install apns-connector[rabbitmq]"
    ) from missing


@dataclass(frozen=True, slots=True)
class Delivery:
    """``tag``: its number on the channel."""

    tag: int
    record: Record


class Receiver:
    """Not to be cancelled: half a question closes the channel."""

    def __init__(self, channel: AbstractChannel, queue: str) -> None:
        self._channel = channel
        self._queue = queue
        self._tags = Tags()
        # The prefetch that is set on a channel is of the next consumer.
        self._starting = asyncio.Lock()
        # One acknowledgement of several must neither overtake the others nor be overtaken.
        self._writing = asyncio.Lock()

    async def receive(self, limit: int, seconds: float, *ends: asyncio.Event) -> list[Delivery]:
        """As soon as there is one; none after ``seconds``, or when one of ``ends`` is set."""
        arrived: list[Delivery] = []
        first = asyncio.Event()
        over = False

        async def take(message: DeliveredMessage) -> None:
            delivery = self._delivery(message)
            if over:
                await self.give_back([delivery.tag])
            else:
                arrived.append(delivery)
                first.set()

        consumer = await self._consume(limit, take)
        await first_of(seconds, first, *ends)
        await self._channel.basic_cancel(consumer, timeout=SECONDS_FOR_AN_ANSWER)
        await asyncio.sleep(0)
        over = True
        return arrived

    async def _consume(self, limit: int, take: ConsumerCallback) -> str:
        async with self._starting, asyncio.timeout(SECONDS_FOR_AN_ANSWER):
            await self._channel.basic_qos(prefetch_count=min(limit, MOST_PREFETCHED))
            started = await self._channel.basic_consume(self._queue, take)
        return str(started.consumer_tag)

    def _delivery(self, message: DeliveredMessage) -> Delivery:
        tag = message.delivery_tag or 0
        self._tags.delivered(tag)
        properties = message.header.properties
        record = record_of(message.body, properties.message_id, properties.headers or {})
        return Delivery(tag, record)

    async def acknowledge(self, tags: Collection[int]) -> None:
        """In as few words as can be. ``confirm`` tells when they have been heard."""
        async with asyncio.timeout(SECONDS_FOR_AN_ANSWER), self._writing:
            up_to, others = self._tags.settle(tags)
            if up_to:
                await self._channel.basic_ack(up_to, multiple=True, wait=False)
            for tag in others:
                await self._channel.basic_ack(tag, wait=False)

    async def give_back(self, tags: Collection[int]) -> None:
        """Somebody may claim them now."""
        async with asyncio.timeout(SECONDS_FOR_AN_ANSWER), self._writing:
            for tag in sorted(tags):  # of several at once, RabbitMQ would mix up the order
                await self._channel.basic_nack(tag, requeue=True, wait=False)
                # Not before: what is not given back must not be acknowledged along with others.
                self._tags.settle([tag])

    async def confirm(self) -> None:
        """Returns when the broker has read all that was acknowledged before."""
        async with self._starting, asyncio.timeout(SECONDS_FOR_AN_ANSWER):
            await self._channel.basic_qos(prefetch_count=1)
