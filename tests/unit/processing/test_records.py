from __future__ import annotations

import uuid

import pytest
from lxml import etree
from msgspec.structs import replace

from apns_connector.delivery.record import Record
from apns_connector.delivery.seal import Seal
from apns_connector.errors import SealError
from apns_connector.mediation.attempt import Answer
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_keeper import RECORD_ID
from apns_connector.mediation.message_store import MessageStoreDefinition
from apns_connector.processing.records import Records, label_of

TOKEN = "ab" * 32
SEAL = Seal(b"k" * 32)
ORDERED = MessageStoreDefinition("S", None, {"ordering": "device"})


@pytest.fixture
def records() -> Records:
    return Records(SEAL, clock=lambda: 1_700_000_000.0)


def message(scene, **properties) -> Message:
    made = Message.from_json({"deviceToken": TOKEN}, configuration=scene().configuration)
    for name, value in properties.items():
        made.properties.set(name, value)
    return made


def test_a_message_comes_back_with_the_id_of_its_record(scene, records):
    kept = message(scene, mine="stays")
    record = records.of(kept, ORDERED)
    again = records.message(record, kept.configuration)
    assert again.json == {"deviceToken": TOKEN}
    assert again.properties.get("mine") == "stays"
    assert again.properties.get(RECORD_ID) == record.id == str(uuid.UUID(record.id))
    assert again.exchange is not kept.exchange


def test_a_message_knows_the_answers_of_the_attempts_before(scene, records):
    kept = message(scene)
    record = records.of(kept, ORDERED)
    first = records.message(record, kept.configuration).exchange.attempt
    assert (first.record_id, first.created, first.earlier) == (record.id, record.created, {})

    known = {b"one": Answer(200), b"two": Answer(410, "Unregistered", 1_700_000_000_123)}
    again = replace(record, body=records.answered(record, known))
    read = records.message(again, kept.configuration)
    assert read.exchange.attempt.earlier == known
    assert read.json == {"deviceToken": TOKEN}


def test_a_record_tells_nothing_of_its_message(scene, records):
    record = records.of(message(scene), ORDERED)
    seen = f"{record!r}{record.label}{record.lane}{record.body!r}"
    assert TOKEN not in seen
    assert TOKEN.encode() not in record.body
    assert (record.created, record.due, record.attempts) == (1_700_000_000.0, 0.0, 0)


def test_messages_of_one_device_are_in_one_lane(scene, records):
    first, second = (records.of(message(scene), ORDERED) for _ in range(2))
    assert first.lane == second.lane != ""
    assert first.id != second.id
    assert records.of(message(scene), MessageStoreDefinition("S")).lane == ""


def test_a_body_under_another_id_does_not_open(scene, records):
    kept = message(scene)
    record = records.of(kept, ORDERED)
    with pytest.raises(SealError):
        records.message(Record(record.body, record.created), kept.configuration)


def test_a_label_says_what_received_it_and_what_it_is(scene):
    configuration = scene("<proxy name='Push'><target><inSequence/></target></proxy>").configuration
    payload = etree.fromstring(b"<x:push xmlns:x='u'/>")
    xml = Message.from_payload(payload, configuration=configuration)
    assert label_of(xml) == "push"
    xml.service = configuration.proxies["Push"]
    assert label_of(xml) == "proxy Push: push"
    empty = Message.from_payload(None, configuration=configuration)
    assert label_of(empty) == "no payload"
    assert label_of(Message.from_json({}, configuration=configuration)) == "JSON"


def test_a_label_is_short_and_holds_no_device_token(scene):
    configuration = scene().configuration
    named = Message.from_payload(etree.Element("a" * 300), configuration=configuration)
    assert len(label_of(named)) <= 100
