"""Taking messages out for a moment."""

from __future__ import annotations

import asyncio
import time

import aio_pika

from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.taking import first_of, ready, taken


async def filled(channel, name: str, count: int) -> None:
    arguments = Queues(name, 100).arguments()[name]
    await channel.declare_queue(name, durable=True, arguments=arguments)
    for number in range(count):
        await channel.default_exchange.publish(aio_pika.Message(b"%d" % number), name)


async def test_what_is_not_acknowledged_goes_back_to_where_it_was(place):
    async with place.channel() as channel:
        await filled(channel, place.queue, 6)
        async with taken(channel, place.queue, 4) as messages:
            assert [message.body for message in messages] == [b"0", b"1", b"2", b"3"]
            await messages[1].ack()
        assert await ready(channel, place.queue) == 5
        async with taken(channel, place.queue, 100) as messages:
            assert [message.body for message in messages] == [b"0", b"2", b"3", b"4", b"5"]


async def test_of_an_empty_queue_nothing_is_taken_at_once(place):
    async with place.channel() as channel:
        await filled(channel, place.queue, 0)
        async with taken(channel, place.queue, 4) as messages:
            assert messages == []


async def test_it_does_not_wait_for_ever_for_what_others_take_at_once(place):
    async with place.channel() as channel, place.channel() as other:
        await filled(channel, place.queue, 4)
        taken_by_other = []
        async with taken(channel, place.queue, 4):
            queue = await other.get_queue(place.queue, ensure=False)
            await queue.consume(taken_by_other.append, no_ack=True)
        assert [message.body for message in taken_by_other] == [b"0", b"1", b"2", b"3"]


async def test_the_first_event_ends_the_waiting():
    never, soon = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, soon.set)
    assert await first_of(30.0, never, soon)
    assert not await first_of(0.02, never)
    begun = time.monotonic()
    assert not await first_of(-5.0, never)
    assert time.monotonic() - begun < 5
