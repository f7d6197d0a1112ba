"""A store that does not answer is asked again, less and less often, and not talked about twice."""

from __future__ import annotations

import logging

from apns_connector.errors import ConnectorError

_log = logging.getLogger(__name__)

FIRST_SECONDS = 0.5
MOST_SECONDS = 30.0


class Outage:
    """What is known of one kind of question to one store. ``what`` fails, as the log says it.

    ``failures``: how many in a row. The seconds between two questions double from ``first``
    to ``most``.
    """

    def __init__(
        self, what: str, *, first: float = FIRST_SECONDS, most: float = MOST_SECONDS
    ) -> None:
        self.failures = 0
        self._what = what
        self._first = first
        self._most = most

    def failed(self, error: Exception) -> float:
        """One more failure: seconds to wait before the next question."""
        self.failures += 1
        if not isinstance(error, ConnectorError):
            _log.error("%s failed unexpectedly", self._what, exc_info=error)
        elif self.failures == 1:
            _log.warning("%s fails, and is tried again: %s", self._what, error)
        # 2 ** 16 times half a second is beyond any limit.
        return min(self._first * 2.0 ** min(self.failures - 1, 16), self._most)

    def over(self) -> None:
        """It has worked."""
        if self.failures:
            _log.info("%s works again, after %d failures", self._what, self.failures)
        self.failures = 0
