"""Faults that the gateway itself answers with, before or instead of a flow.

Escaped templates: there is no tree to build for three elements and one sentence.
"""

from __future__ import annotations

from enum import Enum
from xml.sax.saxutils import escape

from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.json_payload import write_json
from apns_connector.mediation.xml import writable

_TEMPLATES = {
    Form.SOAP11: (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
        "<soapenv:Body><soapenv:Fault><faultcode>soapenv:{code}</faultcode>"
        "<faultstring>{reason}</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    ),
    Form.SOAP12: (
        '<soapenv:Envelope xmlns:soapenv="http://www.w3.org/2003/05/soap-envelope">'
        "<soapenv:Body><soapenv:Fault><soapenv:Code><soapenv:Value>soapenv:{code}</soapenv:Value>"
        '</soapenv:Code><soapenv:Reason><soapenv:Text xml:lang="en">{reason}</soapenv:Text>'
        "</soapenv:Reason></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    ),
    Form.POX: "<Exception>{reason}</Exception>",
}
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
# Who sends a form or bytes does not read them.
_TOLD_OTHERWISE = {
    Form.URL_ENCODED: Form.POX,
    Form.FORM_DATA: Form.POX,
    Form.BINARY: Form.TEXT,
}


class Blame(Enum):
    """Whose fault it is, as SOAP 1.1 (4.4.1) and SOAP 1.2 (part 1, 5.4.6) name it."""

    CLIENT = ("Client", "Sender")
    SERVER = ("Server", "Receiver")
    VERSION = ("VersionMismatch", "VersionMismatch")

    def __init__(self, soap11: str, soap12: str) -> None:
        self.soap11 = soap11
        self.soap12 = soap12


def form_of_faults(form: Form) -> Form:
    """In which form to tell a client of this one that something is wrong."""
    return _TOLD_OTHERWISE.get(form, form)


def write_fault(form: Form, blame: Blame, reason: str) -> bytes:
    """A whole answer body in UTF-8. ``reason`` may hold anything a client sent."""
    if form is Form.TEXT:
        return f"{reason}\n".encode("utf-8", "replace")
    if form is Form.JSON:
        # What Synapse makes of a SOAP fault when it answers in JSON.
        fault = {"faultcode": f"soapenv:{blame.soap11}", "faultstring": reason}
        return write_json({"Fault": fault})
    code = blame.soap12 if form is Form.SOAP12 else blame.soap11
    clean = escape(writable(reason))
    return (_DECLARATION + _TEMPLATES[form].format(code=code, reason=clean)).encode("utf-8")
