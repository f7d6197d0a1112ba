"""One request and its answer, and the flows that were split off from it on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from apns_connector.mediation.attempt import Attempt
    from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)


class Exchange(msgspec.Struct, eq=False):
    """Shared by all messages derived from the request.

    ``unkept``: messages, by their id, that no store could take, and after how many seconds it may;
    ``None`` where waiting does not help. Whoever asked is not to believe that they are safe.
    ``attempt``: of the record, where the message came out of a store.
    """

    response: Message | None = None
    operation: dict[str, Any] = msgspec.field(default_factory=dict)
    unkept: dict[str, int | None] = msgspec.field(default_factory=dict)
    attempt: Attempt | None = None
    _branches: set[asyncio.Task[None]] | None = None
    _change: asyncio.Future[None] | None = None
    _at_end: list[Callable[[], None]] | None = None
    _over: bool = False

    __repr__ = object.__repr__  # what it holds may be secret

    def respond(self, message: Message) -> None:
        """Hand over the answer. The first one wins: the caller has room for one only."""
        if self._over or self.response is not None:
            _log.warning("A second answer to one request is ignored (%s)", message.message_id)
            return
        self.response = message
        if self._change is not None:
            self._tell()

    def take_response(self) -> Message | None:
        """The answer, handed out once. Answer and exchange hold each other: let go of here, a
        message is freed at its end and need not wait for the garbage collector."""
        response, self.response = self.response, None
        self._over = True
        return response

    def set_unkept(self, message: Message, retry_after: int | None = None) -> None:
        self.unkept[message.message_id] = retry_after

    def set_kept(self, message: Message) -> None:
        """A store has it, maybe after another one could not take it."""
        if self.unkept:
            self.unkept.pop(message.message_id, None)

    def add_branch(self, branch: asyncio.Task[None]) -> None:
        """A flow of its own that may still answer."""
        if self._branches is None:
            self._branches = set()
        self._branches.add(branch)
        branch.add_done_callback(self._ended)

    async def settled(self) -> None:
        """Wait until there is an answer, or nobody is left who could give one."""
        while self.response is None and self._branches:
            self._change = asyncio.get_running_loop().create_future()
            await self._change

    async def branches_ended(self) -> None:
        """Wait until none of them is left, whether there is an answer or not."""
        while self._branches:
            self._change = asyncio.get_running_loop().create_future()
            await self._change

    def at_end(self, action: Callable[[], None]) -> None:
        """Call ``action`` when the flow of the request has ended."""
        if self._at_end is None:
            self._at_end = []
        self._at_end.append(action)

    def end(self) -> None:
        """The flow of the request has ended; branches may go on."""
        if self._at_end is None:
            return
        for action in self._at_end:
            action()
        self._at_end = None

    def _ended(self, branch: asyncio.Task[None]) -> None:
        if self._branches is not None:
            self._branches.discard(branch)
        self._tell()

    def _tell(self) -> None:
        if self._change is not None and not self._change.done():
            self._change.set_result(None)
