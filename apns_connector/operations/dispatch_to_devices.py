"""``apns.dispatchToDevices``: the same notification to many devices, and the outcome of each.

A device that did not get it is no fault as long as another one did: the result tells, and the
properties ``apns.accepted`` and ``apns.failed`` count. It is one where the message came out of a
store, and Apple may still take it: then the message comes again, for the devices that are left.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from apns_connector.apns import Notification, Response
from apns_connector.apns import payload as payloads
from apns_connector.apns.batch import Outcome
from apns_connector.apns.reasons import Action
from apns_connector.errors import ApnsError, NotificationError, PayloadError
from apns_connector.mediation.message import Message
from apns_connector.operations.device_tokens import read_device_tokens
from apns_connector.operations.draft import Draft, read_draft, told_cut, with_topic
from apns_connector.operations.failure import OperationError
from apns_connector.operations.from_store import Mark, is_final, send_all_once
from apns_connector.operations.operation import Operation, tell
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result

logger = logging.getLogger(__name__)

# How many kinds of failures one line of the log or of ERROR_DETAIL names.
_TOLD: Final = 5
_GONE, _HOPELESS, _MAY_SUCCEED = range(3)

_Failed = tuple[Outcome, OperationError]


class DispatchToDevices(Operation):
    name = "dispatchToDevices"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        draft = read_draft(parameters)
        payloads.encode(draft.payload, draft.push_type)  # what is too long is so for every device
        device_tokens = read_device_tokens(parameters)
        marks = draft.marks(message, device_tokens)
        connected = await self.connections.open(message)
        init = connected.init
        drafted = [
            _drafted(draft, token, mark, init.topic)
            for token, mark in zip(device_tokens, marks, strict=True)
        ]
        outcomes = await send_all_once(connected.client, drafted, marks, init.timeout)
        return _result(message, draft, device_tokens, outcomes)

    def subject(self, parameters: Parameters) -> str:
        count = len(read_device_tokens(parameters))
        return f"{count} device token{'' if count == 1 else 's'}"


def _drafted(
    draft: Draft, device_token: str, mark: Mark, topic: str | None
) -> Notification | NotificationError:
    """What is no device token fails for itself."""
    try:
        return with_topic(draft.to(device_token, mark.apns_id), topic)
    except NotificationError as error:
        if error.field != "device_token":
            raise
        return error


def _result(
    message: Message, draft: Draft, device_tokens: Sequence[str], outcomes: Sequence[Outcome]
) -> Result:
    devices = [
        _device(index, token, outcome)
        for index, (token, outcome) in enumerate(zip(device_tokens, outcomes, strict=True))
    ]
    failed = [
        (outcome, failure) for outcome in outcomes if (failure := _failure(outcome)) is not None
    ]
    accepted = len(outcomes) - len(failed)
    tell(message, accepted=accepted, failed=len(failed))
    content = {
        "accepted": accepted,
        "failed": len(failed),
        "cut": told_cut(draft.cut),
        "devices": devices,
    }
    if failed:
        sentence = f"{len(failed)} of {len(outcomes)} notifications were not accepted"
        detail = _summary([failure for _, failure in failed])
        if not accepted:
            sentence = f"None of {len(outcomes)} notifications was accepted"
        if not accepted or (message.exchange.attempt is not None and _one_may_succeed(failed)):
            raise OperationError(_tell_why(message, failed), sentence, detail, content)
        logger.warning("%s: %s (message %s)", sentence, detail, message.message_id)
    return Result(content, success=not failed)


def _one_may_succeed(failed: Sequence[_Failed]) -> bool:
    return any(_promise(outcome) == _MAY_SUCCEED for outcome, _ in failed)


def _tell_why(message: Message, failed: Sequence[_Failed]) -> str:
    """In properties, the failure that promises most. Its code."""
    why, failure = max(failed, key=lambda one: _promise(one[0]))
    if isinstance(why, Response):
        tell(message, status=why.status, reason=why.reason)
    else:
        tell(message, reason=type(why).__name__)
    return failure.code


def _promise(outcome: Outcome) -> int:
    """That of another attempt, more than that of a change, and that more than a token gone."""
    if isinstance(outcome, Response):
        row = outcome.explanation
        gone = row is not None and row.action is Action.FORGET_TOKEN
        return _GONE if gone else _HOPELESS if is_final(outcome) else _MAY_SUCCEED
    wrong = isinstance(outcome, NotificationError | PayloadError)
    return _HOPELESS if wrong else _MAY_SUCCEED


def _failure(outcome: Outcome) -> OperationError | None:
    if isinstance(outcome, ApnsError):
        return OperationError.from_error(outcome)
    return None if outcome.accepted else OperationError.from_rejection(outcome)


def _device(index: int, device_token: str, outcome: Outcome) -> dict[str, Any]:
    """The token in full, as it was given: whoever reads the result has to find it again."""
    entry: dict[str, Any] = {"index": index, "deviceToken": device_token}
    if isinstance(outcome, Response):
        entry |= {
            "status": outcome.status,
            "reason": outcome.reason,
            "apnsId": outcome.apns_id,
            "timestamp": outcome.timestamp,
        }
    else:
        entry |= {
            "reason": type(outcome).__name__,
            "apnsId": getattr(outcome.notification, "apns_id", None),
        }
    failure = _failure(outcome)
    if failure is not None:
        entry |= {"errorCode": failure.code, "errorDetail": failure.detail}
    return entry


def _summary(failures: Sequence[OperationError]) -> str:
    """How often what went wrong, the most frequent first. Times differ from device to device."""
    counts = Counter(failure.detail.partition(" Invalid since ")[0] for failure in failures)
    told = [f"{count} x {detail}" for detail, count in counts.most_common(_TOLD)]
    return "; ".join(told + ["…"] * (len(counts) > _TOLD))
