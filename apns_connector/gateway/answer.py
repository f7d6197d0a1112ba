"""What a flow leaves behind becomes an HTTP answer (the rules of Synapse's PassThrough sender)."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from apns_connector.gateway.binding import Received
from apns_connector.gateway.fault import Blame, form_of_faults, write_fault
from apns_connector.gateway.headers import Headers, content_type_of, sendable
from apns_connector.gateway.refusal import Refused
from apns_connector.mediation.form import Form
from apns_connector.mediation.formatting import form_asked_for, format_message, is_set
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

_BODILESS = (204, 205, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer without the fields that follow from the body. Names in lower case."""

    status: int
    headers: Headers = ()
    body: bytes = b""


ACCEPTED = Answer(202)


def refusal_answer(refused: Refused, form: Form) -> Answer:
    """A fault in the form of the request; whose fault it is follows from the status."""
    blame = Blame.SERVER if refused.status >= 500 else Blame.CLIENT
    if refused.mismatch:
        blame = Blame.VERSION
    return fault_answer(refused.status, form, blame, refused.problem, refused.headers)


def fault_answer(
    status: int, form: Form, blame: Blame, reason: str, headers: Headers = ()
) -> Answer:
    told = form_of_faults(form)
    content_type = ("content-type", f"{told.media_type}; charset=UTF-8")
    return Answer(status, (content_type, *headers), write_fault(told, blame, reason))


def write_answer(message: Message | None, received: Received) -> Answer:
    """The answer that a flow handed over, or 202 without body when it handed over none."""
    if message is None or is_set(message, "FORCE_SC_ACCEPTED"):
        return ACCEPTED
    status = _status(message)
    headers = tuple(sendable(message.properties.transport.fields()))
    if status in _BODILESS or is_set(message, "NO_ENTITY_BODY"):
        return Answer(status, headers)
    form = form_asked_for(message, received.form)
    formatted = format_message(message, form)
    content_type = formatted.content_type or content_type_of(message, form, received)
    return Answer(status, (("content-type", content_type), *headers), formatted.body)


# Status.


def _status(message: Message) -> int:
    wanted = message.properties.axis2.get("HTTP_SC")
    if wanted is not None:
        status = _as_status(wanted)
        if status is not None:
            return status
        _log.warning("HTTP_SC is %.40r: it must be a status from 200 to 599", wanted)
    if message.is_fault and not is_set(message, "FAULTS_AS_HTTP_200"):
        return 500
    return 200


def _as_status(value: Any) -> int | None:
    """None for what is no final status: a 1xx would leave the client waiting."""
    text = str(value).strip()
    if re.fullmatch(r"[2-5][0-9][0-9]", text) is None:
        return None
    return int(text)
