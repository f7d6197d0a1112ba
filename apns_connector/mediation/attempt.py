"""One attempt to deliver a message that came out of a store, and what earlier ones have achieved.

A flow may send many notifications, and as long as one of them has no final answer it runs again as
a whole. Each is known again by what it says and to whom: not by its place in the flow, since copies
of a message run side by side, and a flow may take another way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType

import msgspec

_KEY_BYTES = 16


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """What Apple said, for good. ``timestamp``: milliseconds since 1970."""

    status: int
    reason: str | None = None
    timestamp: int | None = None


Answers = Mapping[bytes, Answer]
NO_ANSWERS: Answers = MappingProxyType({})


class Attempt:
    """Shared by all copies of the message. ``created``: when the record was put, seconds since
    1970. ``earlier``: the final answers of the attempts before; ``answers``: those of this one
    besides. ``asked``: the keys of all notifications that this one has come to. ``id_given``: one
    of them has the id of the record."""

    __slots__ = ("_alike", "answers", "asked", "created", "earlier", "id_given", "record_id")

    def __init__(self, record_id: str, created: float, earlier: Answers = NO_ANSWERS) -> None:
        self.record_id = record_id
        self.created = created
        self.earlier = earlier
        self.answers: dict[bytes, Answer] = dict(earlier)
        self.asked: list[bytes] = []
        self.id_given = False
        self._alike: Counter[bytes] = Counter()

    def next_key(self, content: bytes) -> bytes:
        """For a notification of that content, the same in each attempt; the second of two that are
        alike has another one."""
        digest = blake2b(content, digest_size=_KEY_BYTES)
        same = digest.digest()
        digest.update(self._alike[same].to_bytes(4))
        self._alike[same] += 1
        key = digest.digest()
        self.asked.append(key)
        return key
