"""Records in NATS JetStream: a work queue of those that live, one message for each, and a stream
of the dead.

A claim is a message that the server has handed out, and hands out again when the lease is over.
A record that comes back replaces its message, which the server does only for whoever has seen the
last one: it is never there twice, and never gone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import msgspec

from apns_connector.delivery.record import (
    Again,
    Claim,
    Counts,
    Dead,
    Done,
    Kept,
    Record,
    Settlement,
    State,
)
from apns_connector.delivery.stores.nats.claims import Claims, Receipt
from apns_connector.delivery.stores.nats.layout import (
    CONSUMER,
    WRONG_SEQUENCE,
    Answer,
    Layout,
    decode,
    later,
    sequence_of,
)
from apns_connector.delivery.stores.nats.link import NatsLink, TooLong
from apns_connector.delivery.stores.nats.looking import NatsLooking
from apns_connector.delivery.stores.nats.pulls import Pulls
from apns_connector.delivery.stores.nats.records import NatsRecords, each
from apns_connector.delivery.stores.nats.telling import NatsTelling
from apns_connector.errors import StoreFull

if TYPE_CHECKING:
    from nats.aio.msg import Msg

logger = logging.getLogger(__name__)

# A message that is no record is looked at again so much later, in seconds.
_A_DAY: Final = 86_400.0
# So long the number of dead records is believed, in seconds.
_BELIEVED: Final = 1.0
_BETWEEN_TIDYING: Final = 5.0  # seconds
_BETWEEN_TWO_LOOKS: Final = 1.0  # seconds, longer than a server takes to remove a message
# So many seconds a server waits longer than a lease: it began to count before us.
_LONGER: Final = 1.0


@dataclass(frozen=True, slots=True)
class NatsOptions:
    """``url``: nats:// or tls:// (TLS), several divided by commas for the servers of a cluster.
    ``limit``: records that wait or are claimed; with as many dead ones it is full too."""

    url: str = field(repr=False)
    limit: int = 1_000_000


class NatsStore:
    """What of MessageStore a work queue of JetStream cannot promise:

    - Several records of one ``put`` are seen one by one, and if there is no room for the last of
      them, the others are taken back; a crash in between keeps some.
    - ``claim`` gives records in the order in which they came, or came back, to the server.
    - A server that is killed, not stopped, may have forgotten the claims and settlements of its
      last seconds: those records are delivered again.
    - Whether a claim is lost is judged by the clock of whoever has it. What is settled in the very
      moment in which the lease ends may win over the next claim, which then delivers it twice.
    - ``Counts.oldest`` is exact for up to 64 records, and of many it may miss one that came back.
    - ``browse`` reads the names of all records. ``drop`` may hit one that is claimed meanwhile.

    A server writes to its disk at once and syncs it every two minutes: a power cut may lose what
    it acknowledged last, unless its jetstream block has ``sync_interval: always`` (2.10).
    """

    durable = True
    keeps_order = False

    def __init__(
        self, name: str, options: NatsOptions, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._name = name
        self._options = options
        self._clock = clock
        self._link = NatsLink(name, options.url)
        self._pulls = Pulls(self._link, Layout(name).records, CONSUMER)
        self._link.on_lost = self._pulls.lost
        self._records = NatsRecords(name, self._link)
        self._looking = NatsLooking(self._records, clock)
        self._server_limit = options.limit
        self._dead_count = 0
        self._dead_believed_until = 0.0
        self._tidy_at = 0.0
        self._claims = Claims()
        self._telling = NatsTelling(name, self._records, self._claims, clock)

    def __repr__(self) -> str:
        return f"NatsStore({self._name!r}, {self._link.address})"

    async def open(self) -> None:
        await self.close()
        await self._link.open()
        try:
            self._server_limit = await self._records.set_up(self._options.limit)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        await self._link.close()
        self._pulls.forget()

    async def put(self, records: Sequence[Record]) -> None:
        new = list({record.id: record for record in records}.values())
        if await self._count_dead():
            dead = await each(self._records.dead(record.id) for record in new)
            new = [record for record, kept in zip(new, dead, strict=True) if kept is None]
        if len(new) > 1 or self._server_limit > self._options.limit:
            await self._make_sure_of_room(new)
        answers = await each(self._records.keep(record, 0) for record in new)
        refused = [one for one in answers if one.failed and one.code != WRONG_SEQUENCE]
        if refused:
            kept = [one.content["seq"] for one in answers if not one.failed]
            await each(self._records.remove_live(sequence) for sequence in kept)
            raise self._records.refusal(refused[0])

    async def _count_dead(self) -> int:
        """Others may bury too: what is known is out of date after a moment."""
        if time.monotonic() >= self._dead_believed_until:
            self._dead_count = await self._records.count_dead()
            self._dead_believed_until = time.monotonic() + _BELIEVED
        if self._dead_count >= self._options.limit:
            raise StoreFull(self._name, f"it has {self._dead_count} dead records: drop some")
        return self._dead_count

    async def _make_sure_of_room(self, new: Sequence[Record]) -> None:
        room = self._options.limit - await self._records.count_live()
        if len(new) > room:
            there = await each(self._records.live(record.id) for record in new)
            if there.count(None) > max(room, 0):
                raise StoreFull(self._name, f"{self._options.limit} records are its limit")

    async def claim(self, limit: int, *, lease: float, wait: float = 0.0) -> list[Claim]:
        until = time.monotonic() + wait
        await self._records.wait_for_settlement(lease + _LONGER)
        while True:
            await self._tidy()
            left = min(until, self._tidy_at) - time.monotonic()
            messages = await self._pull(limit, left)
            claims = [claim for one in messages if (claim := await self._take(one, lease))]
            if claims:
                await self._telling.tell()
                return sorted(claims, key=lambda claim: claim.record.due)
            if not messages and time.monotonic() >= until:
                return []

    async def _tidy(self) -> None:
        if time.monotonic() >= self._tidy_at:
            again = await self._records.offer_again()
            seconds = _BETWEEN_TWO_LOOKS if again else _BETWEEN_TIDYING
            self._tidy_at = time.monotonic() + seconds

    async def _pull(self, limit: int, wait: float) -> list[Msg]:
        there = await self._pulls.pull(limit)
        if there or wait <= 0:
            return there
        # Whoever waits for many gets them one by one: the first of them ends the waiting.
        first = await self._pulls.pull(1, wait)
        if not first or limit == 1:
            return first
        return first + await self._pulls.pull(limit - 1)

    async def _take(self, message: Msg, lease: float) -> Claim | None:
        """A record that is not due goes back to the server, which gives it out again at its time.
        So does, under the same message, a claim at the end of its lease."""
        now = self._clock()
        receipt = Receipt(message.reply, sequence_of(message.reply))
        try:
            record = decode(message.data)
        except msgspec.DecodeError:
            logger.exception("%s: not a record: %s", self, message.subject)
            await self._link.say(receipt.reply, later(_A_DAY))
            return None
        # A server that was killed may have forgotten that it gave us this one.
        not_before = self._claims.end(receipt.sequence, now) or record.due
        if not_before > now:
            await self._link.say(receipt.reply, later(not_before - now))
            return None
        self._claims.hold(receipt, now + lease)
        if not self._records.waits_for_settlement(lease + _LONGER):
            await self._link.say(receipt.reply, later(lease))
        return Claim(record, receipt)

    async def extend(self, claims: Sequence[Claim], lease: float) -> None:
        now = self._clock()
        for claim in claims:
            if self._claims.is_ours(claim.receipt, now):
                self._claims.hold(claim.receipt, now + lease)
                await self._link.say(claim.receipt.reply, later(lease))
        await self._telling.tell()

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        await each(self._settle(settlement) for settlement in settlements)
        await self._telling.tell()

    async def _settle(self, settlement: Settlement) -> None:
        receipt = settlement.claim.receipt
        if isinstance(settlement, Done) or await self._replace(settlement):
            await self._records.acknowledge(receipt.reply, receipt.sequence)
        self._claims.release(receipt)

    async def _replace(self, settlement: Again | Dead) -> bool:
        """Whether another message has taken the place of the claimed one. For a lost claim, none
        does."""
        if not self._claims.is_ours(settlement.claim.receipt, self._clock()):
            return False
        try:
            answer = await self._publish(settlement)
        except TooLong:  # with what the attempt has achieved: the next one cannot know of it
            answer = await self._publish(replace(settlement, body=None))
        if answer.failed and answer.code != WRONG_SEQUENCE:
            raise self._link.unavailable(f"{self._link.address} refuses: {answer.problem}")
        return not answer.failed

    async def _publish(self, settlement: Again | Dead) -> Answer:
        if isinstance(settlement, Again):
            sequence = settlement.claim.receipt.sequence
            return await self._records.keep(settlement.record(), sequence)
        answer = await self._records.bury(settlement.record())
        self._dead_believed_until = 0.0
        return answer

    async def count(self) -> Counts:
        return await self._looking.count()

    async def browse(
        self, state: State | None = None, *, limit: int = 100, after: str = ""
    ) -> list[Kept]:
        return await self._looking.browse(state, limit, after)

    async def find(self, record_id: str) -> Kept | None:
        return await self._looking.find(record_id)

    async def retry(self, record_ids: Sequence[str]) -> int:
        return await self._looking.retry(record_ids)

    async def drop(self, record_ids: Sequence[str]) -> int:
        self._dead_believed_until = 0.0
        return await self._looking.drop(record_ids)
