"""SETTINGS_MAX_CONCURRENT_STREAMS as it moves, and what a client cannot know yet.

A client is bound by a limit only once it has seen it. Until its acknowledgement arrives, streams
above the new limit are refused (safe to resend), as Apple does; after it they are a violation,
for which Apple ends the connection.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

UNLIMITED = 2**31 - 1  # RFC 9113, 6.5.2: no limit before the first SETTINGS


class StreamVerdict(Enum):
    """What happens to a stream that the client opens."""

    ACCEPT = "within the limit"
    REFUSE = "above a limit that the client has not acknowledged"
    VIOLATION = "above a limit that the client has acknowledged"


class StreamLimit:
    """The limits announced to one client, from the last one it acknowledged to the newest."""

    def __init__(self) -> None:
        self._announced: deque[int] = deque([UNLIMITED])

    @property
    def newest(self) -> int:
        return self._announced[-1]

    def announce(self, limit: int) -> None:
        self._announced.append(limit)

    def acknowledge(self) -> None:
        """A SETTINGS acknowledgement came: acknowledgements come in the order of the frames."""
        if len(self._announced) > 1:
            self._announced.popleft()

    def judge(self, streams: int) -> StreamVerdict:
        """``streams`` is how many would be open, the new one included."""
        if streams <= self.newest:
            return StreamVerdict.ACCEPT
        if streams <= max(self._announced):
            return StreamVerdict.REFUSE
        return StreamVerdict.VIOLATION
