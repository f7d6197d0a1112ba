"""Bare loops over the clients of servers: what somebody would write who needs nothing else."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import nats
import nats.errors
import redis.asyncio
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StreamConfig

from apns_connector.delivery.record import Record
from tests.benchmarks.delivery.queue import Together


class BarePostgresql:
    """Three connections: putting, claiming and settling do not wait for each other."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._table = f"bare_{uuid4().hex}"
        self._puts = Together(self._put)
        self._settles = Together(self._settle)

    async def open(self) -> None:
        self._putting, self._claiming, self._settling = [
            await asyncpg.connect(self._url) for _ in range(3)
        ]
        await self._putting.execute(
            f"CREATE TABLE {self._table} (id uuid PRIMARY KEY, due float8, body bytea);"
            f"CREATE INDEX ON {self._table} (due)"
        )

    async def close(self) -> None:
        for connection in (self._putting, self._claiming, self._settling):
            await connection.close()

    async def put(self, record: Record) -> None:
        await self._puts.add((record.id, record.due, record.body))

    async def claim(self, limit: int) -> list[Any]:
        now = time.time()
        rows = await self._claiming.fetch(
            f"UPDATE {self._table} SET due = $1 WHERE id IN (SELECT id FROM {self._table}"  # noqa: S608
            " WHERE due <= $2 ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id, body",
            now + 300, now, limit,
        )  # fmt: skip
        return [row["id"] for row in rows]

    async def settle(self, claimed: Any) -> None:
        await self._settles.add(claimed)

    async def _put(self, rows: list[Any]) -> None:
        await self._putting.executemany(f"INSERT INTO {self._table} VALUES ($1, $2, $3)", rows)  # noqa: S608

    async def _settle(self, ids: list[Any]) -> None:
        await self._settling.execute(f"DELETE FROM {self._table} WHERE id = ANY($1)", ids)  # noqa: S608


class BareRedis:
    """A stream and its group."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stream = f"bare:{uuid4()}"
        self._puts = Together(self._put)
        self._settles = Together(self._settle)

    async def open(self) -> None:
        self._client = redis.asyncio.Redis.from_url(self._url)
        await self._client.xgroup_create(self._stream, "work", id="0", mkstream=True)

    async def close(self) -> None:
        await self._client.aclose()

    async def put(self, record: Record) -> None:
        await self._puts.add(record)

    async def claim(self, limit: int) -> list[Any]:
        found = await self._client.xreadgroup("work", "me", {self._stream: ">"}, count=limit)
        return [entry for entry, _ in found[0][1]] if found else []

    async def settle(self, claimed: Any) -> None:
        await self._settles.add(claimed)

    async def _put(self, records: list[Any]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for record in records:
            pipeline.xadd(self._stream, {"id": record.id, "body": record.body})
        await pipeline.execute()

    async def _settle(self, entries: list[Any]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        pipeline.xack(self._stream, "work", *entries)
        pipeline.xdel(self._stream, *entries)
        await pipeline.execute()


class BareNats:
    """A work queue of JetStream in files, and a consumer that pulls."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = f"bare-{uuid4()}"

    async def open(self) -> None:
        self._client = await nats.connect(self._url)
        self._stream = self._client.jetstream()
        await self._stream.add_stream(
            StreamConfig(self._name, subjects=[self._name], retention=RetentionPolicy.WORK_QUEUE)
        )
        consumer = ConsumerConfig(
            ack_policy=AckPolicy.EXPLICIT, ack_wait=300, max_ack_pending=100_000
        )
        self._work = await self._stream.pull_subscribe(self._name, "work", config=consumer)

    async def close(self) -> None:
        await self._client.close()

    async def put(self, record: Record) -> None:
        await self._stream.publish(self._name, record.body, headers={"Nats-Msg-Id": record.id})

    async def claim(self, limit: int) -> list[Any]:
        try:
            return list(await self._work.fetch(limit, timeout=1))
        except nats.errors.TimeoutError:
            return []

    async def settle(self, claimed: Any) -> None:
        await claimed.ack_sync()


class BareRabbitmq:
    """A quorum queue, publisher confirms, and a consumer. Acknowledgements are not confirmed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = f"bare-{uuid4()}"
        self._found: asyncio.Queue[Any] = asyncio.Queue()

    async def open(self) -> None:
        self._connection = await aio_pika.connect(self._url)
        self._putting = await self._connection.channel(publisher_confirms=True)
        self._taking = await self._connection.channel()
        await self._taking.set_qos(512)
        arguments: Any = {"x-queue-type": "quorum"}
        self._queue = await self._taking.declare_queue(
            self._name, durable=True, arguments=arguments
        )
        self._tag = ""

    async def close(self) -> None:
        await self._connection.close()

    async def put(self, record: Record) -> None:
        message = aio_pika.Message(
            record.body, message_id=record.id, delivery_mode=aio_pika.DeliveryMode.PERSISTENT
        )
        await self._putting.default_exchange.publish(message, self._name)

    async def claim(self, limit: int) -> list[Any]:
        if not self._tag:
            self._tag = await self._queue.consume(self._found.put)
        found = [await asyncio.wait_for(self._found.get(), 5)]
        while len(found) < limit and not self._found.empty():
            found.append(self._found.get_nowait())
        return found

    async def settle(self, claimed: Any) -> None:
        await claimed.ack()
