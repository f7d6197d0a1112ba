"""``/v1/unregistered``: the device tokens that Apple said are gone, to be read and cleared."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from apns_connector.apns import FeedbackFile, Unregistered
from apns_connector.errors import ConfigurationError, FeedbackError
from apns_connector.operations.unregistered_file import UnregisteredFile
from apns_connector.rest.answers import Cleared, Device, UnregisteredPage
from apns_connector.rest.problem import refusal
from apns_connector.rest.requests import ClearQuery, UnregisteredQuery

logger = logging.getLogger(__name__)

T = TypeVar("T")


class UnregisteredDevices:
    """``file``: the gateway's; ``None`` when it keeps none. Both methods raise Refusal."""

    def __init__(self, file: UnregisteredFile | None) -> None:
        self._file = file

    async def read(self, query: UnregisteredQuery) -> UnregisteredPage:
        def page(file: FeedbackFile) -> UnregisteredPage:
            found = file.read(query.limit, after=query.after)
            more = bool(file.read(1, after=found.up_to).unregistered)
            return UnregisteredPage(found.up_to, more, [device(one) for one in found.unregistered])

        return await self._with_file(page)

    async def clear(self, query: ClearQuery) -> Cleared:
        return await self._with_file(lambda file: Cleared(file.clear(query.up_to)))

    async def _with_file(self, work: Callable[[FeedbackFile], T]) -> T:
        file = self._file
        if file is None:
            raise refusal(404, "This gateway keeps none: see apns.unregistered_file")
        try:
            return await asyncio.to_thread(lambda: work(file.open()))
        except (ConfigurationError, FeedbackError) as error:
            logger.error("Unregistered device tokens: %s", error)
            raise refusal(503, "The unregistered device tokens cannot be read now") from error


def device(entry: Unregistered) -> Device:
    """The token in full: whoever asks has to find it in their own list."""
    return Device(
        device_token=entry.device_token,
        reason=entry.reason,
        seen_at=_written(entry.seen_at),
        topic=entry.topic,
        invalid_since=None if entry.invalid_since is None else _written(entry.invalid_since),
    )


def _written(time: datetime) -> str:
    """With the milliseconds that Apple gives: what was registered in the same second counts."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"
