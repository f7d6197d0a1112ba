"""What an operation heeds when its message came out of a message store: it may come again.

Each notification has the same apns-id in each attempt, and none is sent again that has its final
answer: the operation then ends as it did with that answer.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

import msgspec

from apns_connector.apns import Broadcast, Client, Notification, Response
from apns_connector.apns.batch import Outcome
from apns_connector.apns.reasons import Action
from apns_connector.errors import NotificationError
from apns_connector.mediation.attempt import Answer, Attempt
from apns_connector.mediation.message import Message
from apns_connector.operations.failure import OperationError

# What Apple says about the moment, and not about the notification.
_FOR_NOW: Final = frozenset({Action.WAIT, Action.NEW_CONNECTION, Action.NEW_TOKEN})


@dataclass(frozen=True, slots=True)
class Mark:
    """By which a notification is known in each attempt of its record. ``apns_id``: "" for a message
    that comes from no store, to have one made."""

    apns_id: str = ""
    key: bytes = b""
    attempt: Attempt | None = None

    @property
    def answer(self) -> Answer | None:
        """Its final answer, if it has one."""
        return None if self.attempt is None else self.attempt.answers.get(self.key)

    def answered(self, notification: Notification | Broadcast) -> Response | None:
        """That of an earlier attempt, as Apple gave it."""
        answer = self.answer
        if answer is None:
            return None
        said = {"reason": answer.reason, "timestamp": answer.timestamp}
        return Response(notification, answer.status, body=msgspec.json.encode(said))

    def note(self, response: Response) -> Response:
        """``response``, which is remembered if it is final."""
        if self.attempt is not None and is_final(response):
            answer = Answer(response.status, response.reason, response.timestamp)
            self.attempt.answers[self.key] = answer
        return response


UNMARKED: Final = Mark()


def clock_of(message: Message) -> Callable[[], float]:
    """What a notification says of its own time, if nothing is given: in each attempt the same, the
    one at which its message was kept."""
    attempt = message.exchange.attempt
    return time.time if attempt is None else lambda: attempt.created


def is_final(response: Response) -> bool:
    """Whether the same notification would get the same answer again."""
    row = response.explanation
    return row is None or row.action not in _FOR_NOW


def marks_of(
    message: Message, content: Callable[[], bytes], recipients: Sequence[str]
) -> list[Mark]:
    """For the next notifications of the flow, all of the same content: one for each of the
    ``recipients``, which are device tokens or channels. ``content`` is asked for if it matters."""
    attempt = message.exchange.attempt
    if attempt is None:
        return [UNMARKED] * len(recipients)
    said = content()
    return [_next_mark(message, attempt, recipient, said) for recipient in recipients]


def _next_mark(message: Message, attempt: Attempt, recipient: str, content: bytes) -> Mark:
    """The first one of the message itself has the id of the record, which is easy to find. Its
    copies run side by side with it, and none of them is the first in each attempt."""
    key = attempt.next_key(recipient.encode() + b"\0" + content)
    if attempt.id_given or message.copied:
        return Mark(str(uuid5(UUID(attempt.record_id), key.hex())), key, attempt)
    attempt.id_given = True
    return Mark(attempt.record_id, key, attempt)


def send_once(
    client: Client, notification: Notification | Broadcast, mark: Mark, timeout: float | None
) -> Awaitable[Response]:
    """Apple's answer, now or in an earlier attempt. Raises what :meth:`Client.send` raises."""
    if mark is UNMARKED:  # nearly always
        return client.send(notification, timeout=timeout)
    return _send_marked(client, notification, mark, timeout)


async def _send_marked(
    client: Client, notification: Notification | Broadcast, mark: Mark, timeout: float | None
) -> Response:
    known = mark.answered(notification)
    return known or mark.note(await client.send(notification, timeout=timeout))


async def send_all_once(
    client: Client,
    drafted: Sequence[Notification | NotificationError],
    marks: Sequence[Mark],
    timeout: float | None,
) -> list[Outcome]:
    """The outcome of each, in the order of ``drafted``, now or in an earlier attempt."""
    found: dict[int, Outcome] = {}
    missing: dict[int, tuple[Notification, Mark]] = {}
    for one, mark in zip(drafted, marks, strict=True):
        if isinstance(one, NotificationError):
            found[id(one)] = one
        elif (known := mark.answered(one)) is not None:
            found[id(one)] = known
        else:
            missing[id(one)] = one, mark
    notifications = [one for one, _ in missing.values()]
    async with aclosing(client.send_many(notifications, timeout=timeout)) as outcomes:
        async for outcome in outcomes:
            about = id(outcome.notification)
            mark = missing[about][1]
            found[about] = mark.note(outcome) if isinstance(outcome, Response) else outcome
    return [found[id(one)] for one in drafted]


def refuse_expired(marks: Iterable[Mark], expiration: int | None, now: float) -> None:
    """Raises :class:`OperationError` if one of the notifications comes from a store, has no answer
    yet, and was wanted until ``expiration`` only. Both times in seconds since 1970; an expiration
    of 0 means that Apple does not store it, and says nothing of how long it is wanted here."""
    if not expiration or expiration >= now:
        return
    if any(mark.attempt is not None and mark.answer is None for mark in marks):
        raise OperationError.illegal(f"The notification has expired at {_written(expiration)}")


def _written(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):  # before the year 1
        return str(seconds)
