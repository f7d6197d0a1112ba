"""Answers remembered by Idempotency-Key, so that a request that is repeated is not sent twice.

Source: draft-ietf-httpapi-idempotency-key-header. The memory is that of one process: what it has
not answered, or forgot, or knew before it was started again, is sent again.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass

from apns_connector.gateway.answer import Answer

# What a header can hold; the draft wants quotes around it, which are part of the key here.
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(slots=True)
class _Remembered:
    """``answer`` is absent while the first request is under way."""

    fingerprint: bytes
    began_at: float
    answer: Answer | None = None

    @property
    def size(self) -> int:
        return 0 if self.answer is None else len(self.answer.body)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the memory, taken by the first request of its key."""

    key: tuple[str, str]


class InProgress(Exception):  # noqa: N818 - a state, named as one
    """The first request with this key has not been answered yet."""


class OtherRequest(Exception):  # noqa: N818 - a state, named as one
    """The key belongs to another request."""


class Memory:
    """At most ``answers`` of them with ``size`` bytes together, each for ``seconds``.

    Times are those of the caller's clock, in seconds that only grow.
    """

    def __init__(self, *, seconds: float, answers: int, size: int) -> None:
        self._seconds = seconds
        self._most = answers
        self._room = size
        self._size = 0
        self._known: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def begin(self, owner: str, key: str, fingerprint: bytes, now: float) -> Slot | Answer:
        """The answer of before, or a place for that which is to come.

        ``owner``: keys of one client are not those of another. Raises InProgress, OtherRequest.
        """
        self._forget_old(now)
        known = self._known.get((owner, key))
        if known is None:
            self._known[owner, key] = _Remembered(fingerprint, now)
            self._forget_most()
            return Slot((owner, key))
        if known.fingerprint != fingerprint:
            raise OtherRequest
        if known.answer is None:
            raise InProgress
        return known.answer

    def keep(self, slot: Slot, answer: Answer) -> None:
        known = self._known[slot.key]
        known.answer = answer
        self._size += known.size
        self._forget_most()

    def release(self, slot: Slot) -> None:
        """Nothing was sent: the key is free again."""
        self._drop(slot.key)

    def _forget_old(self, now: float) -> None:
        while self._known:
            key, oldest = next(iter(self._known.items()))
            if oldest.answer is None or now - oldest.began_at < self._seconds:
                return
            self._drop(key)

    def _forget_most(self) -> None:
        """The oldest answers, if there are too many. Requests under way are none."""
        while len(self._known) > self._most or self._size > self._room:
            answered = (key for key, known in self._known.items() if known.answer is not None)
            oldest = next(answered, None)
            if oldest is None:
                return
            self._drop(oldest)

    def _drop(self, key: tuple[str, str]) -> None:
        self._size -= self._known.pop(key).size


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def fingerprint_of(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
