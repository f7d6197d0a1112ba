"""What a flow leaves behind becomes an HTTP answer (the rules of Synapse's PassThrough sender)."""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.gateway.binding import Received
from apns_connector.gateway.content_type import POX
from apns_connector.gateway.fault import Blame, write_fault
from apns_connector.gateway.form import Form
from apns_connector.gateway.headers import Headers, content_type_of, sendable
from apns_connector.gateway.refusal import Refused
from apns_connector.mediation import xml
from apns_connector.mediation.fault import SoapFault
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion, converted
from apns_connector.mediation.xml import Element

_log = logging.getLogger(__name__)

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
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


def plain_refusal(refused: Refused) -> Answer:
    """One sentence of text, for a request that expects no XML."""
    content_type = ("content-type", "text/plain; charset=UTF-8")
    body = f"{refused.problem}\n".encode("utf-8", "replace")
    return Answer(refused.status, (content_type, *refused.headers), body)


def fault_answer(
    status: int, form: Form, blame: Blame, reason: str, headers: Headers = ()
) -> Answer:
    content_type = ("content-type", f"{form.media_type}; charset=UTF-8")
    return Answer(status, (content_type, *headers), _DECLARATION + write_fault(form, blame, reason))


def write_answer(message: Message | None, received: Received) -> Answer:
    """The answer that a flow handed over, or 202 without body when it handed over none."""
    if message is None or _is_true(message.properties.axis2.get("FORCE_SC_ACCEPTED")):
        return ACCEPTED
    axis2 = message.properties.axis2
    status = _status(message)
    headers = tuple(sendable(message.properties.transport.fields()))
    if status in _BODILESS or _is_true(axis2.get("NO_ENTITY_BODY")):
        return Answer(status, headers)
    form = _answer_form(axis2.get("messageType"), received.form)
    content_type = ("content-type", content_type_of(message, form, received))
    return Answer(status, (content_type, *headers), _body(message, form))


# Status.


def _status(message: Message) -> int:
    axis2 = message.properties.axis2
    wanted = axis2.get("HTTP_SC")
    if wanted is not None:
        status = _as_status(wanted)
        if status is not None:
            return status
        _log.warning("HTTP_SC is %.40r: it must be a status from 200 to 599", wanted)
    if message.is_fault and not _is_true(axis2.get("FAULTS_AS_HTTP_200")):
        return 500
    return 200


def _as_status(value: Any) -> int | None:
    """None for what is no final status: a 1xx would leave the client waiting."""
    text = str(value).strip()
    if re.fullmatch(r"[2-5][0-9][0-9]", text) is None:
        return None
    return int(text)


def _is_true(value: Any) -> bool:
    return str(value).strip().lower() == "true"


# Body.


def _answer_form(message_type: Any, asked: Form) -> Form:
    """The form of the request, but plain XML where the flow asks for it."""
    media_type = str(message_type or "").partition(";")[0].strip().lower()
    if media_type == POX:
        return Form.POX
    if asked is Form.POX and media_type in _SOAP_FORMS:
        return _SOAP_FORMS[media_type]
    if media_type and media_type not in _SOAP_FORMS:
        _log.warning("messageType '%.80s' cannot be written, the answer is XML", media_type)
    return asked


_SOAP_FORMS = {form.media_type: form for form in (Form.SOAP11, Form.SOAP12)}


def _body(message: Message, form: Form) -> bytes:
    if form.version is not None:
        return _DECLARATION + xml.serialize(converted(message.envelope, form.version))
    payload = message.payload
    if payload is None:
        return b""
    if payload.tag == SoapVersion.SOAP11.fault:
        return _DECLARATION + _plain_fault(SoapFault.from_soap11(payload))
    if payload.tag == SoapVersion.SOAP12.fault:
        return _DECLARATION + _plain_fault(SoapFault.from_soap12(payload))
    return _DECLARATION + xml.serialize(_out_of_envelope(payload))


def _out_of_envelope(payload: Element) -> Element:
    """The payload as a document. It keeps the namespaces that the envelope declared, for values
    such as xsi:type="xs:string" may need them, except SOAP's own."""
    nsmap: dict[Any, str] = {  # the stubs forget that the default namespace has the prefix None
        prefix: uri for prefix, uri in payload.nsmap.items() if uri not in (xml.SOAP11, xml.SOAP12)
    }
    root = etree.Element(payload.tag, nsmap=nsmap)
    root.attrib.update(payload.attrib)
    root.text = payload.text
    root.extend(deepcopy(child) for child in payload)
    return root


def _plain_fault(fault: SoapFault) -> bytes:
    """``<Exception>`` with the text of the detail, else the reason (Synapse: POXUtils)."""
    text = fault.detail.text if fault.detail is not None else ""
    return write_fault(Form.POX, Blame.SERVER, text.strip() or fault.reason)
