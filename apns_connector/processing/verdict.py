"""What the end of a flow means for the record that its message came from: pure decisions.

Apple's answer decides where there is one, by the table of :mod:`apns_connector.apns.reasons`. What
nobody answered is tried again and counts as no attempt, and so does Apple saying 503: that is an
outage, which no record is to blame for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from apns_connector.apns.reasons import ILLEGAL_PARAMETER, PAYLOAD, SERVICE, Action, explain
from apns_connector.delivery.retry import Outcome, Verdict
from apns_connector.mediation.attempt import Answer, Attempt
from apns_connector.mediation.message import Message
from apns_connector.mediation.redaction import redacted_line, secrets_of, without_secrets

DELIVERED: Final = Outcome(Verdict.DELIVERED)

# What an earlier flow has left on the message is no news of this one.
_LEFT: Final = (
    "ERROR_CODE",
    "ERROR_MESSAGE",
    "ERROR_DETAIL",
    "ERROR_EXCEPTION",
    "SENDING_FAULT",
    "apns.status",
    "apns.reason",
    "apns.id",
    "apns.timestamp",
    "apns.accepted",
    "apns.failed",
)
_REASON_CHARACTERS: Final = 300
# What dispatchToDevices tells where one device has its word from Apple and another has none.
_NOBODY_ANSWERED: Final = ("NotAnswered", "NotSent", "OutcomeUnknown")
_UNAVAILABLE: Final = 503
# Apple takes a new provider token every 20 minutes.
_TOKEN_UPDATE_SECONDS: Final = 20 * 60.0


@dataclass(frozen=True, slots=True)
class Failure:
    """``code``: ERROR_CODE. ``sentence``: what happened, without secrets. ``status`` and
    ``reason``: what Apple said, if it did."""

    code: str
    sentence: str
    status: int | None = None
    reason: str | None = None


def forget_earlier_failures(message: Message) -> None:
    for name in _LEFT:
        message.properties.remove(name)


def failure_on(message: Message) -> Failure | None:
    """What a flow has left on its message, also if a handler has dealt with it. A flow that wants
    it to be no failure removes ERROR_CODE."""
    properties = message.properties.default
    code = properties.get("ERROR_CODE")
    if code is None:
        return None
    told = str(properties.get("ERROR_DETAIL") or properties.get("ERROR_MESSAGE") or "")
    return Failure(
        str(code),
        shown(told.partition("\n")[0] or f"ERROR_CODE {code}", message),
        _number(properties.get("apns.status")),
        _text(properties.get("apns.reason")),
    )


def shown(text: str, message: Message) -> str:
    """As it may stand in a store and in a log."""
    return redacted_line(without_secrets(text, secrets_of(message)))[:_REASON_CHARACTERS]


def judge(failure: Failure | None) -> Outcome:
    """What a flow that ended so means for its record."""
    if failure is None:
        return DELIVERED
    if failure.status is not None and failure.reason is not None:
        return _by_answer(failure, failure.status, failure.reason)
    if failure.code == SERVICE or failure.reason in _NOBODY_ANSWERED:
        return Outcome(Verdict.AGAIN, failure.sentence, counts=False)
    if failure.code in (ILLEGAL_PARAMETER, PAYLOAD):  # the expired are among them
        return Outcome(Verdict.HOPELESS, failure.sentence)
    return Outcome(Verdict.AGAIN, failure.sentence)


def _by_answer(failure: Failure, status: int, reason: str) -> Outcome:
    sentence = failure.sentence
    match explain(status, reason).action:
        case Action.FORGET_TOKEN:  # noted by the operation; nobody is there any more to deliver to
            return Outcome(Verdict.DELIVERED, sentence)
        case Action.WAIT if reason == "TooManyProviderTokenUpdates":
            return Outcome(Verdict.AGAIN, sentence, after=_TOKEN_UPDATE_SECONDS, counts=False)
        case Action.WAIT | Action.NEW_CONNECTION:
            return Outcome(Verdict.AGAIN, sentence, counts=status != _UNAVAILABLE)
        case Action.NEW_TOKEN:
            return Outcome(Verdict.AGAIN, sentence)
    return Outcome(Verdict.HOPELESS, sentence)


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Of the branches of one flow: what may still be delivered is worth another attempt."""
    found = list(outcomes)
    for verdict in (Verdict.AGAIN, Verdict.HOPELESS):
        worst = [outcome for outcome in found if outcome.verdict is verdict]
        if worst:
            return max(worst, key=lambda outcome: (outcome.counts, outcome.after or 0.0))
    return found[0] if found else DELIVERED


def arrived(answer: Answer | None) -> bool:
    """Whether a notification needs no other attempt, not even one that a human asks for: Apple has
    it, or nobody is there any more to deliver it to."""
    if answer is None or answer.reason is None:
        return answer is not None
    return explain(answer.status, answer.reason).action is Action.FORGET_TOKEN


def told_missing(outcome: Outcome, attempt: Attempt | None) -> Outcome:
    """The outcome of a flow that has several notifications, with how many of them are missing."""
    if attempt is None or outcome.verdict is Verdict.DELIVERED or len(attempt.asked) < 2:
        return outcome
    missing = sum(not arrived(attempt.answers.get(key)) for key in attempt.asked)
    if not missing:  # the flow has failed elsewhere
        return outcome
    told = f"{missing} of {len(attempt.asked)} notifications not delivered: {outcome.reason}"
    return replace(outcome, reason=told)


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
