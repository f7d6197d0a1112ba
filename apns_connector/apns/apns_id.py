"""The id of a notification: a UUID, the same for every attempt to send it."""

from __future__ import annotations

import itertools
import os
from uuid import UUID, uuid4

from apns_connector.errors import NotificationError


class _Ids:
    """UUIDs (RFC 9562) of which the last 48 bits count up, at a tenth of the price of
    ``str(uuid.uuid4())``: they need not be hard to guess, only unique, here and everywhere."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Another random beginning: for this process, or one that was forked from it."""
        digits = uuid4().hex
        self._beginning = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-"
        # From 2**48 on, so that all are written in 13 digits, of which 12 count.
        self._count = itertools.count(1 << 48)

    def next(self) -> str:
        return self._beginning + hex(next(self._count))[3:]  # without 0x1


_ids = _Ids()
os.register_at_fork(after_in_child=_ids.renew)
new_apns_id = _ids.next


def check_apns_id(apns_id: str) -> None:
    """Raises :class:`NotificationError` unless it is a UUID as Apple writes them."""
    try:
        canonical = str(UUID(apns_id)) == apns_id.lower()
    except ValueError:
        canonical = False
    if not canonical:
        raise NotificationError(
            "apns_id", f"The apns-id '{apns_id}' is not a UUID in the form 8-4-4-4-12"
        )
