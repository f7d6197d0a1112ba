"""``apns.unregisteredDevices``: the device tokens that Apple said are gone, since somebody asked.

They are read in pages from the oldest on, and stay until they are cleared: at once, or, so that
none is lost when a flow fails on its way, by the next call, which says how far it got.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

from apns_connector.apns import FeedbackFile, Unregistered
from apns_connector.apns.feedback_file import Page
from apns_connector.apns.reasons import OTHER
from apns_connector.errors import ConfigurationError, FeedbackError
from apns_connector.mediation.message import Message
from apns_connector.operations.failure import OperationError
from apns_connector.operations.operation import Operation
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result

DEFAULT_LIMIT: Final = 1000
MOST: Final = 10_000


class UnregisteredDevices(Operation):
    name = "unregisteredDevices"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        limit = _limit(parameters)
        up_to = parameters.whole_number("clearUpTo")
        clear = parameters.boolean("clear") or False
        try:
            page, left = await asyncio.to_thread(self._turn, limit, up_to, clear)
        except (ConfigurationError, FeedbackError) as error:
            raise OperationError(
                OTHER, "The unregistered devices cannot be read", str(error)
            ) from error
        devices = [_device(entry) for entry in page.unregistered]
        return Result({"upTo": page.up_to, "left": left, "devices": devices})

    def _turn(self, limit: int, up_to: int | None, clear: bool) -> tuple[Page, int]:
        """A page, after what was asked for is cleared, and how many are behind it."""
        file = self._file()
        if up_to is not None:
            file.clear(up_to)
        page = file.read(limit)
        if clear:
            file.clear(page.up_to)
        return page, file.count() - (0 if clear else len(page.unregistered))

    def _file(self) -> FeedbackFile:
        if self.clients.unregistered is None:
            raise ConfigurationError(
                "This gateway keeps none: set apns.unregistered_file in gateway.yaml"
            )
        return self.clients.unregistered.open()


def _limit(parameters: Parameters) -> int:
    limit = parameters.whole_number("limit")
    if limit is None:
        return DEFAULT_LIMIT
    if not 1 <= limit <= MOST:
        raise OperationError.illegal(
            f"Property <apns.limit> is {limit}; it must be from 1 to {MOST}"
        )
    return limit


def _device(entry: Unregistered) -> dict[str, Any]:
    """The token in full: whoever asks has to find it in his own list."""
    return {
        "deviceToken": entry.device_token,
        "topic": entry.topic,
        "reason": entry.reason,
        "invalidSince": None if entry.invalid_since is None else _written(entry.invalid_since),
        "seenAt": _written(entry.seen_at),
    }


def _written(time: datetime) -> str:
    """With the milliseconds that Apple gives: what was registered in the same second counts."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"
