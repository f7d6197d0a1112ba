"""A small cache whose entries are believed for a while."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class TimedCache(Generic[Value]):
    """Remembers values for ``seconds``, and at most ``size`` of them: keys may come from requests.

    ``clock`` gives seconds that only grow.
    """

    def __init__(
        self, seconds: float, *, size: int = 1000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._size = size
        self._clock = clock
        self._entries: dict[str, tuple[float, Value]] = {}

    def get(self, key: str, make: Callable[[str], Value]) -> Value:
        """The value known for ``key``, else what ``make`` gives; an exception is not remembered."""
        now = self._clock()
        known = self._entries.get(key)
        if known is not None and now < known[0]:
            return known[1]
        value = make(key)
        if len(self._entries) >= self._size:
            self._entries.clear()
        self._entries[key] = (now + self._seconds, value)
        return value

    def believed_until(self, key: str) -> float:
        """By the clock; minus infinity for what is not known."""
        known = self._entries.get(key)
        return -math.inf if known is None else known[0]
