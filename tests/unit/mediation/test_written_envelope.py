"""An envelope is written once, however many messages answer with it."""

from __future__ import annotations

import pytest
from lxml import etree

from apns_connector.errors import XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.written_envelope import WrittenEnvelope


def written() -> WrittenEnvelope:
    return WrittenEnvelope(new_envelope(SoapVersion.SOAP11, etree.Element("done")))


def test_its_content_is_that_of_its_copies() -> None:
    envelope = written()
    assert envelope.content == xml.serialize(envelope.copy())
    assert envelope.version is SoapVersion.SOAP11


def test_who_changes_a_copy_changes_nothing_else() -> None:
    envelope = written()
    envelope.copy()[0].clear()
    assert b"<done/>" in xml.serialize(envelope.copy())


def test_what_is_no_envelope_is_refused() -> None:
    with pytest.raises(XmlError):
        WrittenEnvelope(etree.Element("done"))
