"""Messages pulled from a work queue of JetStream, as many as are asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Final

from nats.aio.msg import Msg

from apns_connector.delivery.stores.nats.link import NatsLink, status

# Longer than the server needs to say that there is nothing.
_SECONDS_FOR_AN_ANSWER: Final = 5.0
_NANOSECONDS: Final = 1_000_000_000


class Seat:
    """Where one pull after the other waits for its messages. It outlives them: what comes for a
    pull that nobody waits for any more is the next one's, or goes back."""

    def __init__(self) -> None:
        self.inbox = ""
        self.taken = False
        self.queue = asyncio.Queue[Msg | None]()

    def rest(self) -> list[Msg]:
        """What came too late, or was too much."""
        left = [self.queue.get_nowait() for _ in range(self.queue.qsize())]
        return [message for message in left if message is not None and message.reply]


class Pulls:
    """``subject``: of the consumer that hands them out."""

    def __init__(self, link: NatsLink, stream: str, consumer: str) -> None:
        self._link = link
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._seats: list[Seat] = []
        self._free: list[Seat] = []

    def forget(self) -> None:
        """The inboxes, which have gone with the link."""
        self._seats, self._free = [], []

    def lost(self) -> None:
        """Nothing more comes for those who wait: the server has forgotten them."""
        for seat in self._seats:
            if seat.taken:
                seat.queue.put_nowait(None)

    async def pull(self, batch: int, wait: float | None = None) -> list[Msg]:
        """At most ``batch`` messages: those that are there, or, with ``wait``, those that come in
        so many seconds. Whoever stops waiting takes nothing along. Raises StoreUnavailable."""
        asked = {"no_wait": True} if wait is None else {"expires": int(wait * _NANOSECONDS)}
        seat = self._free.pop() if self._free else await self._new_seat()
        seat.taken = True
        found: list[Msg] = []
        try:
            body = json.dumps({"batch": batch, **asked}).encode()
            await self._link.say(self._subject, body, seat.inbox)
            async with asyncio.timeout(_SECONDS_FOR_AN_ANSWER + (wait or 0)):
                await self._receive(seat, batch, found)
        except TimeoutError:
            await self._give_back(found)
            raise self._link.unavailable(f"no answer from {self._link.address}") from None
        except BaseException:
            await self._give_back(found)
            raise
        finally:
            seat.taken = False
            await self._give_back(seat.rest())
            self._free.append(seat)
        return found

    async def _new_seat(self) -> Seat:
        seat = Seat()

        async def heard(message: Msg) -> None:
            if seat.taken:
                seat.queue.put_nowait(message)
            elif message.reply:
                await self._give_back([message])

        seat.inbox = await self._link.listen(heard)
        self._seats.append(seat)
        return seat

    async def _receive(self, seat: Seat, batch: int, found: list[Msg]) -> None:
        while len(found) < batch:
            message = await seat.queue.get()
            if message is None:
                raise self._link.unavailable(f"the connection to {self._link.address} is lost")
            if code := status(message):
                if code == "503":
                    raise self._link.unavailable(
                        f"JetStream of {self._link.address} does not answer"
                    )
                return
            found.append(message)

    async def _give_back(self, messages: Sequence[Msg]) -> None:
        """As if they had never come. Without a connection they come again when the time for their
        acknowledgement is over."""
        for message in messages:
            if self._link.is_connected:
                await self._link.say(message.reply, b"-NAK")
