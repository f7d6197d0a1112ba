"""``apns.dispatchToDevices``: the same notification to many devices, and the outcome of each.

A device that did not get it is no fault as long as another one did: the result tells, and the
properties ``apns.accepted`` and ``apns.failed`` count.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any, Final

from apns_connector.apns import Client, Notification, Response
from apns_connector.apns import payload as payloads
from apns_connector.apns.batch import Outcome
from apns_connector.apns.reasons import Action
from apns_connector.errors import ApnsError, NotAnswered, NotificationError
from apns_connector.mediation.message import Message
from apns_connector.operations.device_tokens import read_device_tokens
from apns_connector.operations.dispatch_to_device import connect
from apns_connector.operations.draft import Draft, read_draft, told_cut, with_topic
from apns_connector.operations.failure import OperationError
from apns_connector.operations.init import read_init
from apns_connector.operations.operation import Operation, tell
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result

logger = logging.getLogger(__name__)

_LATER: Final = frozenset({Action.WAIT, Action.NEW_CONNECTION, Action.NEW_TOKEN})
# How many kinds of failures one line of the log or of ERROR_DETAIL names.
_TOLD: Final = 5


class DispatchToDevices(Operation):
    name = "dispatchToDevices"

    async def perform(self, message: Message, parameters: Parameters) -> Result:
        draft = read_draft(parameters)
        payloads.encode(draft.payload, draft.push_type)  # what is too long is so for every device
        device_tokens = read_device_tokens(parameters)
        init = read_init(message)
        client = await connect(self.clients, init)
        drafted = [_drafted(draft.of(message), token, init.topic) for token in device_tokens]
        outcomes = await send_all(client, drafted, init.timeout)
        return _result(message, draft, device_tokens, outcomes)

    def subject(self, parameters: Parameters) -> str:
        count = len(read_device_tokens(parameters))
        return f"{count} device token{'' if count == 1 else 's'}"


def _drafted(
    draft: Draft, device_token: str, topic: str | None
) -> Notification | NotificationError:
    """What is no device token fails for itself."""
    try:
        return with_topic(draft.to(device_token), topic)
    except NotificationError as error:
        if error.field != "device_token":
            raise
        return error


async def send_all(
    client: Client, drafted: Sequence[Notification | NotificationError], timeout: float | None
) -> list[Outcome]:
    """The outcome of each, in the order of ``drafted``."""
    notifications = [one for one in drafted if isinstance(one, Notification)]
    found: dict[int, Outcome] = {}
    async with aclosing(client.send_many(notifications, timeout=timeout)) as outcomes:
        async for outcome in outcomes:
            found[id(outcome.notification)] = outcome
    return [one if isinstance(one, NotificationError) else found[id(one)] for one in drafted]


def _result(
    message: Message, draft: Draft, device_tokens: Sequence[str], outcomes: Sequence[Outcome]
) -> Result:
    devices = [
        _device(index, token, outcome)
        for index, (token, outcome) in enumerate(zip(device_tokens, outcomes, strict=True))
    ]
    failures = [failure for outcome in outcomes if (failure := _failure(outcome)) is not None]
    accepted = len(outcomes) - len(failures)
    tell(message, accepted=accepted, failed=len(failures))
    content = {
        "accepted": accepted,
        "failed": len(failures),
        "cut": told_cut(draft.cut),
        "devices": devices,
    }
    if failures:
        detail = _summary(failures)
        if not accepted:
            _tell_why(message, outcomes)
            sentence = f"None of {len(outcomes)} notifications was accepted"
            raise OperationError(failures[0].code, sentence, detail, content)
        logger.warning(
            "%d of %d notifications were not accepted: %s (message %s)",
            len(failures),
            len(outcomes),
            detail,
            message.message_id,
        )
    return Result(content, success=not failures)


def _tell_why(message: Message, outcomes: Sequence[Outcome]) -> None:
    """In properties, what speaks most for another attempt: with it all of them are made again."""
    why = next((outcome for outcome in outcomes if _may_succeed(outcome)), outcomes[0])
    if isinstance(why, Response):
        tell(message, status=why.status, reason=why.reason)
    else:
        tell(message, reason=type(why).__name__)


def _may_succeed(outcome: Outcome) -> bool:
    if isinstance(outcome, ApnsError):
        return isinstance(outcome, NotAnswered)
    row = outcome.explanation
    return row is not None and row.action in _LATER


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
