"""The judge of all fault tests: what the sender was told against what the server did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

from apns_connector.apns import Notification, Response
from apns_connector.apns.batch import Outcome
from apns_connector.errors import CredentialsError, NotSent, OutcomeUnknown


class Kind(StrEnum):
    """How a notification can end. There is no fifth way."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


class Arrival(Protocol):
    """One request at the server; ``outcome`` is "accepted" as soon as the server has taken it,
    be it answered or not."""

    @property
    def apns_id(self) -> str: ...
    @property
    def outcome(self) -> str: ...


def kind_of(outcome: Outcome) -> Kind:
    if isinstance(outcome, Response):
        return Kind.ACCEPTED if outcome.accepted else Kind.REJECTED
    if isinstance(outcome, OutcomeUnknown):
        return Kind.UNKNOWN
    # Refused credentials are refused in TLS, before any request.
    assert isinstance(outcome, NotSent | CredentialsError), f"no outcome: {outcome!r}"
    return Kind.NOT_SENT


def judge(
    sent: Sequence[Notification], outcomes: Sequence[Outcome], arrivals: Iterable[Arrival]
) -> Counter[Kind]:
    """How many ended how, if both sides agree; else AssertionError with the first disagreement."""
    ended = [outcome.notification.apns_id for outcome in outcomes]
    assert not _repeated(ended), "a notification with two outcomes"
    assert set(ended) == {notification.apns_id for notification in sent}, "an outcome is missing"
    told: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for apns_id, outcome in zip(ended, outcomes, strict=True):
        told[kind_of(outcome)].add(apns_id)

    taken_in_order = [arrival.apns_id for arrival in arrivals if arrival.outcome == "accepted"]
    taken = set(taken_in_order)
    assert not _repeated(taken_in_order), "the server accepted a notification twice"
    assert taken <= set(ended), "the server accepted what nobody sent"
    assert told[Kind.ACCEPTED] <= taken, "reported accepted, but the server did not accept it"
    assert not told[Kind.REJECTED] & taken, "reported rejected, but the server accepted it"
    assert not told[Kind.NOT_SENT] & taken, "reported not sent, but the server accepted it"
    assert len(taken) == len(told[Kind.ACCEPTED]) + len(told[Kind.UNKNOWN] & taken)
    return Counter({kind: len(ids) for kind, ids in told.items()})


def _repeated(ids: Sequence[str]) -> list[str]:
    return [apns_id for apns_id, times in Counter(ids).items() if times > 1]
