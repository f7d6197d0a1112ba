"""What the APNs client says of a notification, as the outcome that goes out, and as the status of
an answer that is about this one notification alone."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from apns_connector.apns import Action, Response
from apns_connector.apns.batch import Outcome as ApnsOutcome
from apns_connector.apns.reasons import explain
from apns_connector.errors import (
    ApnsError,
    NotAnswered,
    NotificationError,
    OutcomeUnknown,
    PayloadError,
)
from apns_connector.gateway.headers import Headers
from apns_connector.rest.answers import Outcome, Outcomes, Word
from apns_connector.rest.decoding import pointer
from apns_connector.rest.problem import FieldError, Problem, problem

logger = logging.getLogger(__name__)

RETRY_LATER: Headers = (("retry-after", "1"),)
CREDENTIALS_FAILED = "The gateway cannot use its credentials: its log tells more"

# What Apple answers that means the same between a client and us; all else by what to do about it.
_SAME_STATUS = (410, 413, 429)
_STATUS_OF = {
    Action.FIX: 422,
    Action.FORGET_TOKEN: 422,
    Action.CREDENTIALS: 502,
    Action.NEW_TOKEN: 502,
    Action.ENABLE: 502,
    Action.WAIT: 503,
    Action.NEW_CONNECTION: 503,
}
# The members that are not called as the fields of a Notification.
_MEMBERS = {
    "device_token": "deviceToken",
    "push_type": "pushType",
    "collapse_id": "collapseId",
    "apns_id": "apnsId",
}


def outcome_of(said: ApnsOutcome) -> Outcome:
    if isinstance(said, Response):
        if said.accepted:
            return Outcome(outcome="accepted", apns_id=said.notification.apns_id)
        return _rejected(said)
    if isinstance(said, NotificationError | PayloadError):
        return invalid(field_error_of(said))
    if isinstance(said, NotAnswered):
        word: Word = "unknown" if isinstance(said, OutcomeUnknown) else "notSent"
        return Outcome(outcome=word, apns_id=said.apns_id, detail=said.cause)
    return _credentials_failed(said)


def _rejected(response: Response) -> Outcome:
    row = explain(response.status, response.reason or "")
    return Outcome(
        outcome="rejected",
        apns_id=response.apns_id,
        status=response.status,
        reason=response.reason,
        timestamp=response.timestamp,
        detail=row.sentence,
    )


def _credentials_failed(error: ApnsError) -> Outcome:
    """Apple refuses the connection itself. What is wrong with a file is none of the client's
    business."""
    logger.warning("Notifications of the REST API cannot be sent: %s", error)
    apns_id = getattr(error.notification, "apns_id", None)
    return Outcome(outcome="notSent", apns_id=apns_id, detail=CREDENTIALS_FAILED)


def invalid(error: FieldError) -> Outcome:
    return Outcome(outcome="invalid", detail=error.detail, pointer=error.pointer)


def field_error_of(error: NotificationError | PayloadError) -> FieldError:
    """Which member is to blame for what the APNs client does not take."""
    if isinstance(error, PayloadError):
        return FieldError(str(error), pointer("payload"))
    return FieldError(str(error), pointer(_MEMBERS.get(error.field, error.field)))


def summary(outcomes: list[Outcome]) -> Outcomes:
    accepted = sum(outcome.outcome == "accepted" for outcome in outcomes)
    return Outcomes(accepted, len(outcomes) - accepted, outcomes)


def nothing_happened(outcomes: Iterable[Outcome]) -> bool:
    """Whether the whole request may be sent again, and nothing can be shown twice."""
    return all(outcome.outcome in ("notSent", "invalid") for outcome in outcomes)


def problem_of(outcome: Outcome) -> Problem:
    """What an answer about one notification says that was not accepted."""
    detail = outcome.detail or ""
    if outcome.outcome == "invalid":
        return problem(422, "The notification is not valid", [FieldError(detail, outcome.pointer)])
    return problem(
        _status_of(outcome),
        detail,
        outcome=outcome.outcome,
        reason=outcome.reason,
        apns_id=outcome.apns_id,
        timestamp=outcome.timestamp,
    )


def _status_of(outcome: Outcome) -> int:
    match outcome.outcome:
        case "unknown":
            return 504
        case "notSent":
            return 502 if outcome.detail == CREDENTIALS_FAILED else 503
    if outcome.status in _SAME_STATUS:
        return outcome.status
    return _STATUS_OF.get(explain(outcome.status or 0, outcome.reason or "").action, 502)
