"""Callers who hand pushes over, many at once, and remember which of them were answered 202."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.acceptance.house import token

TOGETHER = 16
# Not so fast that all is accepted before the workers have begun.
SECONDS_BETWEEN = 0.01
SECONDS_FOR_AN_ANSWER = 30.0
SECONDS_IN_ALL = 120.0

_ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    "<p><deviceToken>{token}</deviceToken><alert>Hi</alert></p>"
    "</soapenv:Body></soapenv:Envelope>"
)
_REQUEST = (
    "POST /services/Kept HTTP/1.1\r\nHost: gateway\r\nContent-Type: text/xml; charset=utf-8\r\n"
    'SOAPAction: "urn:push"\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n'
)

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    fields: dict[str, str]


@dataclass
class Callers:
    """They call until ``count`` pushes have been accepted by the ``gateways``, in turn.

    ``accepted``: answered 202. ``statuses``: of all answers. ``unanswered``: the connection ended
    without an answer, so nobody knows; a gateway that takes no connection has not been asked.
    ``numbers``: of the pushes. ``enough``: they go on until this is so, too.
    """

    gateways: Sequence[Address]
    numbers: Iterator[int]
    count: int
    enough: Callable[[], bool] = lambda: True
    accepted: set[int] = field(default_factory=set)
    unanswered: set[int] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0

    def run(self) -> None:
        """Returns when all is handed over. Raises TimeoutError when that takes too long."""
        self._gateways = itertools.cycle(self.gateways)
        asyncio.run(self._run())

    async def _run(self) -> None:
        async with asyncio.timeout(SECONDS_IN_ALL), asyncio.TaskGroup() as callers:
            for _ in range(TOGETHER):
                callers.create_task(self._call())

    async def _call(self) -> None:
        while len(self.accepted) < self.count or not self.enough():
            number, gateway = next(self.numbers), next(self._gateways)
            try:
                async with asyncio.timeout(SECONDS_FOR_AN_ANSWER):
                    self._note(number, await self._asked(gateway, number))
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            except (OSError, EOFError, TimeoutError):
                self.unanswered.add(number)
            await asyncio.sleep(SECONDS_BETWEEN)

    def _note(self, number: int, reply: Reply) -> None:
        self.statuses[reply.status] += 1
        if reply.status == 202:
            self.accepted.add(number)
        elif reply.status == 503 and "retry-after" not in reply.fields:
            self.without_retry_after += 1

    async def _asked(self, gateway: Address, number: int) -> Reply:
        body = _ENVELOPE.format(token=token(number)).encode()
        reader, writer = await asyncio.open_connection(*gateway)
        try:
            writer.write(_REQUEST.format(length=len(body)).encode() + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        finally:
            writer.close()
        line, *fields = head.splitlines()
        pairs = (name_and_value.partition(":") for name_and_value in fields)
        return Reply(int(line.split()[1]), {name.lower(): value for name, _, value in pairs})
