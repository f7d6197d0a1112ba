"""A payload as a test writes it: bare text, whose content type follows from the text."""

from __future__ import annotations

from apns_connector.errors import JsonError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.soap import SoapVersion

_ENVELOPES = {
    SoapVersion.SOAP11.envelope: "text/xml",
    SoapVersion.SOAP12.envelope: "application/soap+xml",
}


def content_type_of(payload: str) -> str:
    """A SOAP envelope, XML, a JSON object or array; anything else is text."""
    text = payload.strip()
    if text.startswith("<"):
        try:
            return _ENVELOPES.get(xml.parse(text.encode()).tag, "application/xml")
        except XmlError:
            return "text/plain"
    if text.startswith(("{", "[")):
        try:
            read_json(text.encode())
        except JsonError:
            return "text/plain"
        return "application/json"
    return "text/plain"
