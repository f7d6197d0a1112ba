"""Several endpoints of which one takes the message: failover, and load balancing.

A message goes to each child at most once. Synapse sends it again to a child that timed out and
has retries left; a request that was too slow to be answered is better not sent twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from apns_connector.errors import EndpointError
from apns_connector.mediation.endpoints.endpoint import (
    NONE_READY,
    Endpoint,
    Sent,
    forget_failure,
    handled,
    nested,
    report,
)
from apns_connector.mediation.endpoints.order import Order
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)


class Group:
    """``tries_others``: when a child fails, the message goes to another one."""

    def __init__(
        self,
        children: Sequence[Endpoint],
        order: Order,
        *,
        name: str | None = None,
        tries_others: bool = True,
        on_error: str | None = None,
        properties: Sequence[Mediator] = (),
    ) -> None:
        self.name = name
        self.children = tuple(children)
        self._order = order
        self._tries_others = tries_others
        self._on_error = on_error
        self._properties = tuple(properties)

    def __repr__(self) -> str:
        return f"Group({self.name!r}, {len(self.children)} children)"

    def ready(self, message: Message) -> bool:
        with nested(message):
            return any(child.ready(message) for child in self.children)

    def retries_elsewhere(self, message: Message, code: int) -> bool:
        return True

    async def send(self, message: Message) -> list[Sent]:
        for each in self._properties:
            await run(each, message)
        try:
            with nested(message):
                return await self._send(message)
        except EndpointError as error:
            if await handled(message, error, self._on_error):
                return []
            raise

    async def _send(self, message: Message) -> list[Sent]:
        failure: EndpointError | None = None
        for child in self._candidates(message):
            forget_failure(message)
            try:
                return await child.send(message)
            except EndpointError as error:
                failure = error
                if not (self._tries_others and child.retries_elsewhere(message, error.code)):
                    break
                _log.warning("%s: the endpoint of group '%s' failed", error, self.name)
        if failure is None:
            failure = EndpointError(
                f"Group '{self.name}' has no endpoint that is ready", NONE_READY
            )
            report(message, failure)
        raise failure

    def _candidates(self, message: Message) -> Iterator[Endpoint]:
        """The children in the order in which to try them; who is ready is asked each time."""
        untried = set(range(len(self.children)))
        while ready := [n for n in sorted(untried) if self.children[n].ready(message)]:
            chosen = self._order.choose(ready)
            untried.remove(chosen)
            yield self.children[chosen]
