"""Taking messages out of a queue of RabbitMQ for a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from apns_connector.errors import ConfigurationError

try:
    from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
except ImportError as missing:
    raise ConfigurationError(
        "A message store in RabbitMQ needs its client: install apns-connector[rabbitmq]"
    ) from missing

Message = AbstractIncomingMessage
MOST_PREFETCHED: Final = 65_535
# The client itself would wait for an answer for as long as the connection lives.
SECONDS_FOR_AN_ANSWER: Final = 20.0
_SECONDS_BETWEEN_TWO: Final = 0.5
_SECONDS_TO_RETURN: Final = 1.0


@asynccontextmanager
async def taken(channel: AbstractChannel, queue: str, most: int) -> AsyncIterator[list[Message]]:
    """The first of a queue; those that are not acknowledged go back to where they were."""
    messages = await _take(channel, queue, min(await ready(channel, queue), most))
    yield messages
    rest = [message for message in messages if not message.processed]
    if rest:
        before = await ready(channel, queue)
        for message in rest:  # of more than 32 at once, RabbitMQ would mix up the order
            await message.nack(requeue=True)
        await _until_ready(channel, queue, before + len(rest))


async def ready(channel: AbstractChannel, queue: str) -> int:
    """How many are in it that nobody has taken."""
    declared = await channel.declare_queue(queue, passive=True, timeout=SECONDS_FOR_AN_ANSWER)
    return declared.declaration_result.message_count or 0


async def _take(channel: AbstractChannel, name: str, expected: int) -> list[Message]:
    messages: list[Message] = []
    if not expected:
        return messages
    news = asyncio.Event()

    async def take(message: Message) -> None:
        messages.append(message)
        news.set()

    async with asyncio.timeout(SECONDS_FOR_AN_ANSWER):
        await channel.set_qos(prefetch_count=min(expected, MOST_PREFETCHED))
        queue = await channel.get_queue(name, ensure=False)
        consumer = await queue.consume(take)
    while len(messages) < expected and await first_of(_SECONDS_BETWEEN_TWO, news):
        news.clear()
    await queue.cancel(consumer, timeout=SECONDS_FOR_AN_ANSWER)
    await asyncio.sleep(0)
    return messages


async def _until_ready(channel: AbstractChannel, queue: str, expected: int) -> None:
    """Unless others take them at once."""
    # Not with asyncio.timeout: its cancellation may get lost in the client (asyncio.wait_for before
    # Python 3.12), and then this would go on for ever.
    until = time.monotonic() + _SECONDS_TO_RETURN
    while await ready(channel, queue) < expected:
        if time.monotonic() > until:
            return
        await asyncio.sleep(0.01)


async def first_of(seconds: float, *events: asyncio.Event) -> bool:
    """Whether one of them happens within ``seconds``."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(
            waiting, timeout=max(seconds, 0.0), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for one in waiting:
            one.cancel()
    return bool(done)
