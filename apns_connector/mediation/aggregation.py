"""Which messages belong together, and when they are complete: decided without clock or flow."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.message import Message

# Of all groups of one mediator together. What is beyond is given up, the oldest group first.
MESSAGES_LIMIT = 100_000
# For how long a group without a timeout is waited for; Synapse waits for ever.
SECONDS_LIMIT = 3600.0


def message_count(value: Value | None, message: Message) -> int | None:
    """How many messages are wanted; ``None`` for any number, also written as -1 or 0. Raises
    MediationError for what is no number."""
    text = None if value is None else value.text(message)
    try:
        number = int(float(text)) if text else 0
    except (ValueError, OverflowError) as error:
        raise MediationError(f"The number of messages '{text}' is none") from error
    return number if number > 0 else None


class Group:
    """Messages so far. It is complete with ``total``, ``minimum`` or ``maximum`` of them, whichever
    is reached first; ``None`` for none of that kind. ``began``: when, in seconds."""

    __slots__ = ("began", "closed", "maximum", "messages", "minimum", "total")

    def __init__(
        self,
        began: float,
        *,
        total: int | None = None,
        minimum: int | None = None,
        maximum: int | None = None,
    ) -> None:
        self.began = began
        self.total = total
        self.minimum = minimum
        self.maximum = maximum
        self.messages: list[Message] = []
        # Called once, when the group is complete or given up.
        self.closed: Callable[[], object] = _nothing

    @property
    def complete(self) -> bool:
        count = len(self.messages)
        return any(
            wanted is not None and count >= wanted
            for wanted in (self.total, self.minimum, self.maximum)
        )


class Groups:
    """The groups of one mediator that are not complete yet."""

    def __init__(self) -> None:
        self._open: dict[Hashable, Group] = {}
        self._messages = 0

    def __len__(self) -> int:
        return len(self._open)

    def get(self, key: Hashable) -> Group | None:
        return self._open.get(key)

    def open(self, key: Hashable, group: Group) -> None:
        self._open[key] = group

    def add(self, key: Hashable, message: Message) -> None:
        """Add a message to an open group."""
        self._open[key].messages.append(message)
        self._messages += 1

    def close(self, key: Hashable, group: Group) -> bool:
        """Take a group out. Whether it was still open."""
        if self._open.get(key) is not group:
            return False
        del self._open[key]
        self._messages -= len(group.messages)
        group.closed()
        return True

    def give_up(self, now: float) -> Iterator[Group]:
        """Take out what is too old, and the oldest as long as there is too much."""
        while self._open:
            key, oldest = next(iter(self._open.items()))
            if now < oldest.began + SECONDS_LIMIT and self._messages < MESSAGES_LIMIT:
                return
            self.close(key, oldest)
            yield oldest


def _nothing() -> None:
    return None
