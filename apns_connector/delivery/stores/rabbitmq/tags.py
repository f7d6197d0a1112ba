"""The deliveries of one channel that are not settled yet, and what to write when some of them are:
decisions only."""

from __future__ import annotations

from collections.abc import Collection


class Tags:
    """RabbitMQ numbers the deliveries of a channel from 1 on. One acknowledgement may stand for all
    up to its number, so nothing that is still claimed may lie before it."""

    def __init__(self) -> None:
        self._last = 0
        # In their order.
        self._open: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def delivered(self, tag: int) -> None:
        """One before it that has not been seen stays open: nobody may settle it along."""
        for number in range(self._last + 1, tag + 1):
            self._open[number] = None
        self._last = max(self._last, tag)

    def settle(self, tags: Collection[int]) -> tuple[int, list[int]]:
        """Up to which number one acknowledgement stands for several of ``tags``, 0 if for none; and
        the others, in their order. Of tags that are settled already there is nothing to write."""
        wanted = set(tags) & self._open.keys()
        before = 0
        up_to = 0
        for tag in self._open:
            if tag not in wanted:
                break
            before += 1
            up_to = tag
        for tag in wanted:
            del self._open[tag]
        if before < 2:
            up_to = 0
        return up_to, sorted(tag for tag in wanted if tag > up_to)
