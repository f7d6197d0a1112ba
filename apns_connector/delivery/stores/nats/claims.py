"""Which messages are claimed, and until when: JetStream knows it, and tells nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

_decoder: Final = msgspec.msgpack.Decoder(list[tuple[int, float]])


@dataclass(frozen=True, slots=True)
class Receipt:
    """``reply``: the subject of the acknowledgement, another for each time that a message is given
    out. ``sequence``: of the message in its stream."""

    reply: str
    sequence: int = field(compare=False)


class Claims:
    """Those of one store."""

    def __init__(self) -> None:
        self._ends: dict[int, tuple[Receipt, float]] = {}

    def hold(self, receipt: Receipt, end: float) -> None:
        self._ends[receipt.sequence] = (receipt, end)

    def release(self, receipt: Receipt) -> None:
        if self._ends.get(receipt.sequence, (None, 0.0))[0] == receipt:
            del self._ends[receipt.sequence]

    def is_ours(self, receipt: Receipt, now: float) -> bool:
        held, end = self._ends.get(receipt.sequence, (None, 0.0))
        return held == receipt and end > now

    def end(self, sequence: int, now: float) -> float | None:
        """When the claim of this message ends that is not over."""
        _, end = self._ends.get(sequence, (None, 0.0))
        return end if end > now else None

    def tell(self, now: float) -> bytes:
        """What other stores may know; what is over is forgotten."""
        self._ends = {number: held for number, held in self._ends.items() if held[1] > now}
        return msgspec.msgpack.encode([(number, end) for number, (_, end) in self._ends.items()])


def claimed(told: Iterable[bytes], now: float) -> frozenset[int]:
    """The sequences of what is claimed, by what all stores have told."""
    return frozenset(
        sequence for one in told for sequence, end in _decoder.decode(one) if end > now
    )
