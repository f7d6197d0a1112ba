"""What is in a message: XML in a SOAP envelope, or JSON that becomes such XML when it is asked for.

Text and binary payloads are XML as well, in the wrapper elements that Axis2 gives them.
"""

from __future__ import annotations

import base64
import binascii
from copy import deepcopy
from typing import Any

from lxml import etree

from apns_connector.errors import XmlError
from apns_connector.mediation.json_xml import element_to_json, json_to_element
from apns_connector.mediation.soap import BODIES, HEADERS, SoapVersion, new_envelope, version_of
from apns_connector.mediation.written_envelope import WrittenEnvelope
from apns_connector.mediation.xml import PAYLOAD, Element, children, local_name, writable

TEXT, BINARY = f"{{{PAYLOAD}}}text", f"{{{PAYLOAD}}}binary"
_NO_JSON = object()


class Content:
    """The payload of a message, and the envelope around it.

    A JSON payload is converted when somebody asks for its XML, and not before. When that XML is
    changed afterwards, the XML is the payload from then on.
    """

    # An envelope is asked for very often, JSON as XML rarely: ``_envelope`` is None for JSON that
    # nobody has seen as XML, with ``_frame`` the envelope that it will be put into. ``_shown`` is
    # the XML that JSON was converted to, to see whether it was changed. ``written_envelope``, to be
    # read only, is one that was written before and nobody has looked into; ``_envelope`` is None
    # then as well, and there is no JSON.
    __slots__ = ("_envelope", "_frame", "_json", "_shown", "written_envelope")

    def __init__(self, envelope: Element | None) -> None:
        self._envelope = envelope
        self._frame: Element | None = None
        self._json: Any = _NO_JSON
        self._shown: bytes | None = None
        self.written_envelope: WrittenEnvelope | None = None

    @property
    def envelope(self) -> Element:
        """The SOAP envelope; for JSON one around the XML that it stands for."""
        envelope = self._envelope
        return self._show() if envelope is None else envelope

    @property
    def soap_version(self) -> SoapVersion:
        return version_of(self.envelope)

    @property
    def body(self) -> Element:
        return body_of(self.envelope)

    @property
    def frame_of_payload(self) -> Element | None:
        """The envelope as far as there is one: JSON that nobody has seen as XML may have none."""
        if self.written_envelope is not None:
            return self._show()
        return self._frame if self._envelope is None else self._envelope

    @property
    def header(self) -> Element | None:
        """The SOAP Header, or ``None``."""
        frame = self.frame_of_payload
        return None if frame is None else header_of(frame)

    @property
    def payload(self) -> Element | None:
        """The first child element of the body, or ``None`` for an empty body."""
        for child in body_of(self.envelope):
            if type(child.tag) is str:  # no comment
                return child
        return None

    @property
    def has_json(self) -> bool:
        """Whether the payload is JSON at the moment."""
        if self._json is _NO_JSON:
            return False
        if self._shown is not None and _written(self.envelope) != self._shown:
            self._forget_json()
            return False
        return True

    @property
    def json(self) -> Any:
        """The JSON payload; ``None`` also when there is no such. Not to be changed: give
        ``replace_json`` another value instead."""
        return self._json if self.has_json else None

    def as_json(self) -> Any:
        """The payload as JSON, whatever it is; ``None`` for an empty one. Raises JsonError for XML
        that has no JSON form."""
        if self.has_json:
            return self._json
        payload = self.payload
        return None if payload is None else element_to_json(payload)

    @property
    def text(self) -> str | None:
        """The text payload, or ``None`` when the payload is none."""
        return None if self.has_json else _content(self.payload, TEXT)

    @property
    def binary(self) -> bytes | None:
        """The binary payload, or ``None`` when the payload is none, or no base64 any more."""
        encoded = None if self.has_json else _content(self.payload, BINARY)
        try:
            return None if encoded is None else base64.b64decode(encoded)
        except binascii.Error:
            return None

    def replace_envelope(self, envelope: Element) -> None:
        """Put another SOAP envelope in place. Raises XmlError when it is none."""
        version_of(envelope)
        self._forget_json()
        self._envelope, self.written_envelope = envelope, None

    def replace_written(self, envelope: WrittenEnvelope) -> None:
        """As ``replace_envelope``; it is copied when somebody asks for it, and not before."""
        if self._json is not _NO_JSON:
            self._forget_json()
        self._envelope, self.written_envelope = None, envelope

    def replace_payload(self, payload: Element) -> None:
        """Take the first child element out of the body and append ``payload``."""
        if self._envelope is None and self.written_envelope is None:
            self._empty_envelope().append(payload)
            return
        body, old = self.body, self.payload
        if old is not None:
            body.remove(old)
        body.append(payload)
        self._forget_json()

    def replace_json(self, value: Any) -> None:
        """Make this JSON value the payload; header blocks stay."""
        if self._envelope is not None or self.written_envelope is not None:
            self._frame, self._envelope = self.envelope, None
        self._json, self._shown = value, None

    def replace_text(self, text: str) -> None:
        """Make this text the payload. What XML cannot carry becomes U+FFFD."""
        self._replace_wrapped(TEXT, writable(text))

    def replace_binary(self, content: bytes) -> None:
        """Make these bytes the payload."""
        self._replace_wrapped(BINARY, base64.b64encode(content).decode())

    def _replace_wrapped(self, tag: str, text: str) -> None:
        body = self._empty_envelope()
        # The stubs forget that the default namespace has the prefix None.
        nsmap: dict[Any, str] = {None: PAYLOAD}
        etree.SubElement(body, tag, nsmap=nsmap).text = text

    def _empty_envelope(self) -> Element:
        """The body of the envelope, emptied: its old content is no payload any more."""
        envelope = self.frame_of_payload
        self._envelope = new_envelope(SoapVersion.SOAP11) if envelope is None else envelope
        self._forget_json()
        body = body_of(self._envelope)
        body[:] = []
        body.text = None
        return body

    def _show(self) -> Element:
        if self.written_envelope is None:
            return self._show_json()
        self._envelope, self.written_envelope = self.written_envelope.copy(), None
        return self._envelope

    def _show_json(self) -> Element:
        value = self._json
        self._empty_envelope().append(json_to_element(value))
        envelope = self.envelope
        self._json, self._shown = value, _written(envelope)
        return envelope

    def _forget_json(self) -> None:
        self._json, self._shown, self._frame = _NO_JSON, None, None

    def take_content(self, source: Content) -> None:
        """Take over what ``source`` holds, for good: ``source`` is not to be used any more."""
        self._json, self._shown = source._json, source._shown
        self._envelope, self._frame = source._envelope, source._frame
        self.written_envelope = source.written_envelope

    def _copy_content(self, source: Content) -> None:
        """Take over what ``source`` holds: the JSON itself, and a copy of the XML."""
        self._json, self._shown = source._json, source._shown
        self._envelope, self._frame = deepcopy(source._envelope), deepcopy(source._frame)
        self.written_envelope = source.written_envelope


def header_of(envelope: Element) -> Element | None:
    """Raises XmlError for what is no envelope."""
    tag = HEADERS.get(envelope.tag) or version_of(envelope).header
    if len(envelope) and (first := envelope[0]).tag == tag:  # where it belongs
        return first
    return next(envelope.iterchildren(tag), None)


def body_of(envelope: Element) -> Element:
    """Raises XmlError for what is no envelope, and for one without body."""
    tag = BODIES.get(envelope.tag) or version_of(envelope).body
    if len(envelope) and (last := envelope[-1]).tag == tag:  # where it belongs
        return last
    for child in reversed(envelope):
        if child.tag == tag:
            return child
    raise XmlError(f"The SOAP Envelope has no {local_name(tag)}")


def _written(envelope: Element) -> bytes:
    return b"".join(etree.tostring(child) for child in children(body_of(envelope)))


def _content(payload: Element | None, tag: str) -> str | None:
    return None if payload is None or payload.tag != tag else payload.text or ""
