"""Stores in RabbitMQ for one test, and what somebody else does to their queues."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.rabbitmq.store import RabbitmqOptions, RabbitmqStore
from tests.servers.rabbitmq import RabbitmqServer


def a_record(**values: object) -> Record:
    return Record(**{"body": b"sealed", "created": time.time(), **values})  # type: ignore[arg-type]


class Place:
    """``queue``: of all its stores."""

    def __init__(self, server: RabbitmqServer) -> None:
        self.queue = f"queue {uuid4()}"
        self._url = server.url

    def store(self, limit: int = 1_000_000) -> RabbitmqStore:
        return RabbitmqStore("outbox", RabbitmqOptions(self._url, self.queue, limit))

    @asynccontextmanager
    async def opened(self, limit: int = 1_000_000) -> AsyncIterator[RabbitmqStore]:
        store = self.store(limit)
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AbstractChannel]:
        async with (
            await aio_pika.connect(self._url) as connection,
            connection.channel() as channel,
        ):
            yield channel
