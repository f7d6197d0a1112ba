"""The records of one store in its two streams: what JetStream is asked to do with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.nats.layout import (
    ACK_WAIT,
    CONSUMER,
    IN_USE,
    NO_CONSUMER,
    OURS,
    Answer,
    Layout,
    Stored,
    decode,
    encode,
    id_of,
    nanoseconds,
    subject_of,
)
from apns_connector.delivery.stores.nats.link import NatsLink
from apns_connector.errors import StoreError, StoreFull, StoreUnavailable

if TYPE_CHECKING:
    from nats.aio.msg import Msg

T = TypeVar("T")

# So many requests at once keep a server busy, and its buffers small.
_AT_ONCE: Final = 256
# The oldest is looked for among so many of those that have lain longest.
_OLDEST_AMONG: Final = 64


async def each(requests: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """All that they answer."""
    waiting, answers = list(requests), list[T]()
    if len(waiting) == 1:  # mostly, and without a task of its own
        return [await waiting[0]]
    for begin in range(0, len(waiting), _AT_ONCE):
        answers += await asyncio.gather(*waiting[begin : begin + _AT_ONCE])
    return answers


class NatsRecords:
    """``live``: waiting or claimed, in the work queue."""

    def __init__(self, store: str, link: NatsLink) -> None:
        self._store = store
        self._link = link
        self._layout = Layout(store)
        # What the consumer was behind of, the last time somebody looked, by sequence.
        self._behind: set[int] = set()
        self._ack_wait = 0  # of the consumer, in nanoseconds, the last time somebody looked

    async def set_up(self, limit: int) -> int:
        """Make what is missing. Returns the limit that the server heeds, which may be higher."""
        live, *others = self._layout.streams(limit)
        for stream in others:
            await self._set_up_stream(stream)
        there = await self._set_up_stream(live)
        consumer = await self._consumer()
        if consumer.code == NO_CONSUMER:
            await self._set_up_consumer(ACK_WAIT)
        else:
            self._link.accepted("CONSUMER.INFO", consumer)
        return there

    async def wait_for_settlement(self, seconds: float) -> None:
        """Have the server wait that long, at least, before it gives a message out again: to be
        told a time for each of them costs it more than to give them out.

        Others may count on the time that it is, which therefore only grows.
        """
        if self._ack_wait >= nanoseconds(seconds):
            return
        self._link.accepted("CONSUMER.INFO", await self._consumer())
        if self._ack_wait < nanoseconds(seconds):
            await self._set_up_consumer(seconds)

    def waits_for_settlement(self, seconds: float) -> bool:
        """Whether the server waits that long and no longer, without being told."""
        return self._ack_wait == nanoseconds(seconds)

    async def _set_up_consumer(self, ack_wait: float) -> None:
        path = f"{self._layout.records}.{CONSUMER}"
        made = await self._link.ask_for(
            f"CONSUMER.DURABLE.CREATE.{path}", self._layout.consumer(ack_wait)
        )
        self._ack_wait = int(made.content["config"]["ack_wait"])

    async def _consumer(self) -> Answer:
        answer = await self._link.ask(f"CONSUMER.INFO.{self._layout.records}.{CONSUMER}")
        if not answer.failed:
            self._ack_wait = int(answer.content["config"]["ack_wait"])
        return answer

    def refusal(self, answer: Answer) -> StoreFull | StoreUnavailable:
        """Of a record that was to be put."""
        if answer.is_full:
            return StoreFull(self._store, f"{self._link.address} has no room: {answer.problem}")
        return self._link.unavailable(f"{self._link.address} refuses: {answer.problem}")

    async def _set_up_stream(self, stream: dict[str, Any]) -> int:
        name = stream["name"]
        made = await self._link.ask(f"STREAM.CREATE.{name}", stream)
        if made.code == IN_USE:
            made = await self._link.ask_for(f"STREAM.INFO.{name}")
        if made.failed or made.content["config"].get("description") != OURS:
            problem = made.problem or "it is not of this version, or not ours"
            raise StoreError(
                self._store, f"cannot use the stream {name} of {self._link.address}: {problem}"
            )
        there = int(made.content["config"]["max_msgs"])
        limit = int(stream.get("max_msgs", there))
        # A server would throw away what exceeds a lower limit: that is for us to heed.
        if there < limit:
            await self._link.ask_for(f"STREAM.UPDATE.{name}", stream)
        return max(there, limit)

    async def live(self, record_id: str) -> Stored | None:
        return await self._last(self._layout.records, record_id)

    async def dead(self, record_id: str) -> Stored | None:
        return await self._last(self._layout.dead, record_id)

    async def _last(self, stream: str, record_id: str) -> Stored | None:
        if not record_id:
            return None
        message = await self._link.get(stream, last_by_subj=subject_of(stream, record_id))
        if message is None:
            return None
        return Stored(int((message.headers or {})["Nats-Sequence"]), decode(message.data))

    async def keep(self, record: Record, instead_of: int) -> Answer:
        """A live one. ``instead_of``: which message it replaces, 0 for none."""
        subject = subject_of(self._layout.records, record.id)
        return await self._link.keep(subject, encode(record), instead_of)

    async def bury(self, record: Record) -> Answer:
        return await self._link.keep(subject_of(self._layout.dead, record.id), encode(record))

    async def acknowledge(self, reply: str, sequence: int) -> None:
        """A live one is settled."""
        try:
            await self._link.request(reply, b"+ACK")
        except StoreUnavailable:
            # A server that was started again may not know any more that it gave it out.
            await self.remove_live(sequence)

    async def remove_live(self, sequence: int) -> bool:
        return await self._remove(self._layout.records, sequence)

    async def remove_dead(self, sequence: int) -> bool:
        return await self._remove(self._layout.dead, sequence)

    async def _remove(self, stream: str, sequence: int) -> bool:
        """Whether it was there."""
        asked = {"seq": sequence, "no_erase": True}
        return not (await self._link.ask(f"STREAM.MSG.DELETE.{stream}", asked)).failed

    async def offer_again(self) -> bool:
        """Put what the consumer believes acknowledged at the end of the queue, if it was so already
        the last time. Returns whether there is something to look at once more.

        A server that was killed may have lost that it removed them, or that it never gave them out.
        Nobody can tell which. One that has just been acknowledged looks the same, for the moment
        that its removal takes.
        """
        last, self._behind = self._behind, set()
        async for message in self._acknowledged():
            headers = message.headers or {}
            sequence = int(headers["Nats-Sequence"])
            if sequence in last:
                await self._link.keep(headers["Nats-Subject"], message.data, sequence)
            else:
                self._behind.add(sequence)
        return bool(self._behind)

    async def _acknowledged(self) -> AsyncIterator[Msg]:
        """What is still there of all that the consumer believes acknowledged."""
        name = self._layout.records
        consumer = self._link.accepted("CONSUMER.INFO", await self._consumer()).content
        behind = int(consumer["ack_floor"]["stream_seq"])
        if not consumer["num_ack_pending"]:
            behind = max(behind, int(consumer["delivered"]["stream_seq"]))
        after = 0
        while message := await self._link.get(name, seq=after + 1, next_by_subj=f"{name}.*"):
            after = int((message.headers or {})["Nats-Sequence"])
            if after > behind:
                return
            yield message

    async def count_live(self) -> int:
        return await self._count(self._layout.records)

    async def count_dead(self) -> int:
        return await self._count(self._layout.dead)

    async def _count(self, stream: str) -> int:
        answer = await self._link.ask_for(f"STREAM.INFO.{stream}")
        return int(answer.content["state"]["messages"])

    async def live_ids(self) -> list[str]:
        return await self._ids(self._layout.records)

    async def dead_ids(self) -> list[str]:
        return await self._ids(self._layout.dead)

    async def _ids(self, stream: str) -> list[str]:
        return [id_of(subject) for subject in await self._subjects(stream)]

    async def _subjects(self, stream: str) -> list[str]:
        """All of them: a server answers many in pages."""
        found: list[str] = []
        while True:
            asked = {"subjects_filter": f"{stream}.*", "offset": len(found)}
            content = (await self._link.ask_for(f"STREAM.INFO.{stream}", asked)).content
            page = content["state"].get("subjects") or {}
            found += page
            if not page or len(found) >= content.get("total", 0):
                return found

    async def id_at(self, sequence: int) -> str | None:
        """Of a live one."""
        message = await self._link.get(self._layout.records, seq=sequence)
        return None if message is None else id_of((message.headers or {})["Nats-Subject"])

    async def oldest(self) -> float | None:
        """When the oldest of those was created that have lain longest since they were put or came
        back: no server knows more without reading them all."""
        created, after = list[float](), 0
        while len(created) < _OLDEST_AMONG:
            message = await self._link.get(
                self._layout.records, seq=after + 1, next_by_subj=f"{self._layout.records}.*"
            )
            if message is None:
                break
            created.append(decode(message.data).created)
            after = int((message.headers or {})["Nats-Sequence"])
        return min(created, default=None)

    async def tell_claims(self, teller: str, claims: bytes) -> Answer:
        return await self._link.keep(subject_of(self._layout.claims, teller), claims)

    async def told_claims(self) -> list[bytes]:
        """What all have told that have claims, or had some today."""
        stream = self._layout.claims
        tellers = await self._subjects(stream)
        told = await each(self._link.get(stream, last_by_subj=teller) for teller in tellers)
        return [message.data for message in told if message is not None]
