"""What is in a message: XML, JSON, text, bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import XmlError
from apns_connector.mediation import content, xml
from apns_connector.mediation.content import Content, body_of, header_of
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.written_envelope import WrittenEnvelope


def soap(inside: str = "<request/>", header: str = "") -> Content:
    envelope = f"<s:Envelope xmlns:s='{xml.SOAP12}'>{header}<s:Body>{inside}</s:Body></s:Envelope>"
    return Content(xml.parse(envelope.encode()))


def json(value: Any) -> Content:
    made = Content(None)
    made.replace_json(value)
    return made


def test_xml_is_no_json_but_may_be_seen_as_such() -> None:
    made = soap("<order><id>7</id></order>")
    assert (made.has_json, made.json) == (False, None)
    assert made.as_json() == {"order": {"id": 7}}
    assert soap("").as_json() is None


def test_json_is_kept_as_it_is() -> None:
    value = read_json(b'{"a": [1.10, null]}')
    made = json(value)
    assert made.has_json
    assert made.json is made.as_json() is value
    assert (made.text, made.binary) == (None, None)


def test_json_null_is_a_payload_and_no_payload_is_none() -> None:
    made = json(None)
    assert made.has_json
    assert made.json is None
    assert made.payload is not None
    assert made.payload.text == "null"


def test_json_shows_the_xml_that_it_stands_for() -> None:
    made = json({"a": [1, 2]})
    assert made.soap_version is SoapVersion.SOAP11
    assert made.payload is not None
    shown = "<jsonObject><?xml-multiple a?><a>1</a><a>2</a></jsonObject>"
    assert xml.text_of(made.payload) == shown
    assert made.body is body_of(made.envelope)
    assert made.envelope is made.envelope
    assert made.has_json


def test_json_that_nobody_looks_at_as_xml_is_not_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "json_to_element", lambda value: pytest.fail("it was converted"))
    made = json({"a": 1})
    made.replace_json({"a": 2})
    assert (made.has_json, made.json, made.header, made.text) == (True, {"a": 2}, None, None)


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload.append(xml.parse(b"<b>2</b>")),
        lambda payload: payload.set("b", "2"),
        lambda payload: setattr(payload[0], "text", "5"),
        lambda payload: payload.getparent().remove(payload),
    ],
)
def test_the_xml_of_json_that_is_changed_is_the_payload(change: Callable[[Any], Any]) -> None:
    made = json({"a": 1})
    change(made.payload)
    assert not made.has_json
    assert made.json is None
    assert made.as_json() in ({"a": 1, "b": 2}, {"@b": "2", "a": 1}, {"a": 5}, None)
    assert not made.has_json


def test_a_header_block_that_is_added_leaves_the_json_alone() -> None:
    made = json({"a": 1})
    made.envelope.insert(0, xml.parse(f"<Header xmlns='{xml.SOAP11}'/>".encode()))
    assert made.has_json
    made.replace_json({"a": 2})
    assert made.header is not None
    assert made.payload is not None
    assert made.payload[0].text == "2"


def test_json_keeps_envelope_and_header_of_what_it_replaces() -> None:
    made = soap("<a/><b/>", f"<s:Header xmlns:s='{xml.SOAP12}'><h/></s:Header>")
    made.replace_json({"a": 1})
    assert made.header is not None
    assert made.header[0].tag == "h"
    assert made.soap_version is SoapVersion.SOAP12
    assert [child.tag for child in made.body] == ["jsonObject"]
    assert made.has_json


def test_xml_replaces_json_as_a_whole() -> None:
    for seen in (False, True):
        made = json({"a": 1})
        assert not seen or made.payload is not None
        made.replace_payload(xml.parse(b"<new/>"))
        assert [child.tag for child in made.body] == ["new"]
        assert not made.has_json


def test_an_envelope_replaces_json() -> None:
    made = json({"a": 1})
    made.replace_envelope(new_envelope(SoapVersion.SOAP12))
    assert not made.has_json
    assert made.soap_version is SoapVersion.SOAP12
    assert made.payload is None


def written(payload: bytes = b"<done/>") -> Content:
    made = soap()
    made.replace_written(
        WrittenEnvelope(new_envelope(SoapVersion.SOAP11, xml.parse(payload))),
    )
    return made


def test_a_written_envelope_is_copied_when_somebody_looks_into_it() -> None:
    first, second = written(), written()
    assert first.written_envelope is not None
    assert (first.has_json, first.text, first.soap_version) == (False, None, SoapVersion.SOAP11)
    assert first.written_envelope is None
    second.body.clear()
    assert [child.tag for child in first.body] == ["done"]
    assert first.envelope is first.envelope


def test_a_written_envelope_is_replaced_as_any_other() -> None:
    made = written()
    made.replace_payload(xml.parse(b"<new/>"))
    assert [child.tag for child in made.body] == ["new"]
    made = written()
    made.replace_json({"a": 1})
    assert (made.json, made.soap_version) == ({"a": 1}, SoapVersion.SOAP11)
    assert [child.tag for child in made.body] == ["jsonObject"]
    made = written()
    made.replace_text("text")
    assert made.text == "text"
    made = written()
    made.replace_envelope(new_envelope(SoapVersion.SOAP12))
    assert (made.payload, made.soap_version) == (None, SoapVersion.SOAP12)


def test_a_written_envelope_replaces_json_and_has_no_header() -> None:
    made = json({"a": 1})
    made.replace_written(WrittenEnvelope(new_envelope(SoapVersion.SOAP11)))
    assert (made.has_json, made.header, made.payload) == (False, None, None)


def test_who_takes_a_written_envelope_over_looks_into_his_own() -> None:
    made, taking = written(), soap()
    taking.take_content(made)
    assert taking.written_envelope is made.written_envelope
    taking.body.clear()
    assert [child.tag for child in made.body] == ["done"]


def test_text_is_put_into_its_wrapper() -> None:
    for made in (soap("<a/><b/>"), json({"a": 1})):
        made.replace_text("a < b\0")
        assert made.payload is not None
        assert made.payload.tag == f"{{{xml.PAYLOAD}}}text"
        assert len(made.body) == 1
        assert (made.text, made.binary, made.has_json) == ("a < b\ufffd", None, False)
        assert made.as_json() == {"text": "a < b\ufffd"}


def test_bytes_are_put_into_their_wrapper() -> None:
    made = json({"a": 1})
    made.replace_binary(b"\0\xff")
    assert made.payload is not None
    assert made.payload.tag == f"{{{xml.PAYLOAD}}}binary"
    assert (made.payload.text, made.binary, made.text) == ("AP8=", b"\0\xff", None)
    made.payload.text = "A"
    assert made.binary is None


def test_the_empty_text_is_a_text() -> None:
    made = soap()
    made.replace_text("")
    assert made.text == ""
    assert soap().text is None


def test_content_is_taken_over_with_all_its_states() -> None:
    for source in (soap("<a/>"), json({"a": 1})):
        taker = soap("<old/>")
        taker.take_content(source)
        assert taker.has_json is source.has_json
        assert taker.payload is not None
        assert taker.payload.tag in ("a", "jsonObject")


def test_an_envelope_without_body_is_told() -> None:
    with pytest.raises(XmlError, match="has no Body"):
        body_of(xml.parse(f"<Envelope xmlns='{xml.SOAP11}'/>".encode()))
    with pytest.raises(XmlError, match="is not a SOAP"):
        body_of(xml.parse(b"<a/>"))


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<Header/><Body/>", True),
        ("<!--c--><Header/><!--c--><Body/><!--c-->", True),
        ("<Body/><Header/>", True),
        ("<Body/>", False),
    ],
)
def test_header_and_body_are_found_wherever_they_are(inside: str, found: bool) -> None:
    envelope = xml.parse(f"<Envelope xmlns='{xml.SOAP11}'>{inside}</Envelope>".encode())
    header = header_of(envelope)
    assert body_of(envelope).tag == SoapVersion.SOAP11.body
    assert (header is not None) is found
    assert header is None or header.tag == SoapVersion.SOAP11.header


def test_comments_are_no_payload() -> None:
    payload = soap("<!-- c --><a/>").payload
    assert payload is not None
    assert payload.tag == "a"


def test_json_has_an_envelope_when_there_was_one_or_when_somebody_looks() -> None:
    made = json({})
    assert made.frame_of_payload is None
    assert made.envelope is made.frame_of_payload
    other = soap()
    envelope = other.envelope
    other.replace_json({})
    assert other.frame_of_payload is envelope
