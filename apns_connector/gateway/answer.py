"""What a flow leaves behind becomes an HTTP answer (the rules of Synapse's PassThrough sender)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from apns_connector.gateway.binding import Received
from apns_connector.gateway.fault import Blame, form_of_faults, write_fault
from apns_connector.gateway.headers import Headers, answer_headers, content_type_of
from apns_connector.gateway.refusal import Refused
from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.bodies.formatting import (
    form_asked_for,
    format_message,
    is_set,
    write_envelope,
)
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

_BODILESS = (204, 205, 304)


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer without the fields that follow from the body. Names in lower case."""

    status: int
    headers: Headers = ()
    body: bytes = b""


ACCEPTED = Answer(202)
FAILED, UNAVAILABLE = 500, 503
# As Exchange has it.
Unkept = Mapping[str, int | None]


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
    """The answer that a flow handed over, or 202 without body when it handed over none: nobody is
    told 202 for what no store has kept."""
    version = received.form.version
    if message is not None and version is not None and _is_plain(message, received):
        headers = (("content-type", received.form.in_utf8), *answer_headers(message))
        return Answer(200, headers, write_envelope(message, version))
    unkept = received.message.exchange.unkept
    if message is None or is_set(message, "FORCE_SC_ACCEPTED"):
        return unkept_answer(unkept, received.form) if unkept else ACCEPTED
    status = _status(message, _failure_status(unkept))
    headers = answer_headers(message)
    if status == UNAVAILABLE and "retry-after" not in dict(headers):
        headers += _retry_after(unkept)
    if status in _BODILESS or is_set(message, "NO_ENTITY_BODY"):
        return Answer(status, headers)
    form = form_asked_for(message, received.form)
    formatted = format_message(message, form)
    content_type = formatted.content_type or content_type_of(message, form, received)
    return Answer(status, (("content-type", content_type), *headers), formatted.body)


# The axis2 properties that shape an answer, besides the two that the request has set.
_SHAPING = frozenset(
    {
        "FORCE_SC_ACCEPTED",
        "HTTP_SC",
        "NO_ENTITY_BODY",
        "enableMTOM",
        "enableSwA",
        "setCharacterEncoding",
    }
)


def _is_plain(message: Message, received: Received) -> bool:
    """Whether nothing was set that shapes an answer, and it is no fault: what nearly every flow
    leaves. Where an envelope came it is answered with 200, then, and an envelope of that version.
    """
    axis2 = message.properties.axis2
    return (
        _SHAPING.isdisjoint(axis2)
        and axis2.get("messageType") == received.form.media_type
        and axis2.get("ContentType") == received.content_type
        and message.action == received.action
        and not message.is_fault
    )


# What no store has kept.


def unkept_answer(unkept: Unkept, form: Form) -> Answer:
    """For a request of which something could not be kept, and whose flow says nothing of it."""
    status, reason = _failure_status(unkept), "The message could not be kept"
    if status == FAILED:
        return fault_answer(status, form, Blame.SERVER, reason)
    later = f"{reason}: try again later"
    return fault_answer(status, form, Blame.SERVER, later, _retry_after(unkept))


def _failure_status(unkept: Unkept) -> int:
    waiting_helps = bool(unkept) and None not in unkept.values()
    return UNAVAILABLE if waiting_helps else FAILED


def _retry_after(unkept: Unkept) -> Headers:
    seconds = [one for one in unkept.values() if one is not None]
    return (("retry-after", str(max(seconds))),) if seconds else ()


# Status.


def _status(message: Message, failure: int) -> int:
    """``failure``: that of a fault for which the flow names none."""
    wanted = message.properties.axis2.get("HTTP_SC")
    if wanted is not None:
        status = _as_status(wanted)
        if status is not None:
            return status
        _log.warning("HTTP_SC is %.40r: it must be a status from 200 to 599", wanted)
    if message.is_fault and not is_set(message, "FAULTS_AS_HTTP_200"):
        return failure
    return 200


def _as_status(value: Any) -> int | None:
    """None for what is no final status: a 1xx would leave the client waiting."""
    text = str(value).strip()
    if re.fullmatch(r"[2-5][0-9][0-9]", text) is None:
        return None
    return int(text)
