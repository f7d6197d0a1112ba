"""How a store in NATS lets others know what it has claimed."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable

from apns_connector.delivery.stores.nats.claims import Claims
from apns_connector.delivery.stores.nats.records import NatsRecords

logger = logging.getLogger(__name__)


class NatsTelling:
    """``store``: its name, for the log."""

    def __init__(
        self, store: str, records: NatsRecords, claims: Claims, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._records = records
        self._claims = claims
        self._clock = clock
        self._id = str(uuid.uuid4())
        self._lock = asyncio.Lock()
        self._changes = self._told = 0
        self._problem = ""

    async def tell(self) -> None:
        """Returns when it is known. One message tells the changes of all who wait for it.

        Work goes on when the storage of the server is used up; others only see less of it.
        """
        self._changes += 1
        ours = self._changes
        async with self._lock:
            if self._told >= ours:
                return
            told = self._changes
            answer = await self._records.tell_claims(self._id, self._claims.tell(self._clock()))
            self._told = told
        if answer.problem and answer.problem != self._problem:
            logger.warning(
                "Message store '%s': others do not see what is claimed: %s",
                self._store,
                answer.problem,
            )
        self._problem = answer.problem
