from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from apns_connector.cli.store_records import contents, counts_row, moment, record_row, short
from apns_connector.delivery.record import Counts, Kept, Record, State
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message import Attachment, Message

TOKEN = "0123456789abcdef" * 4


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "synapse-configs/default").mkdir(parents=True)
    return read_deployment(tmp_path, classes={})


def test_counts_are_by_state_with_the_age_of_the_oldest():
    assert counts_row("S", Counts(3, 2, 1, 1000.0), 1061.4) == {
        "store": "S",
        "waiting": 3,
        "claimed": 2,
        "dead": 1,
        "oldest": 61,
    }
    assert counts_row("S", Counts(), 5.0)["oldest"] is None


def test_a_record_is_told_without_its_body_and_its_lane():
    record = Record(b"sealed", 1_700_000_000.0, id="i", lane="lane", attempts=2, reason="503")
    row = record_row(Kept(record, State.WAITING))
    assert row == {
        "id": "i",
        "state": "waiting",
        "created": "2023-11-14T22:13:20Z",
        "due": None,
        "attempts": 2,
        "label": "",
        "reason": "503",
    }
    assert moment(0.0) == "1970-01-01T00:00:00Z"


def test_a_long_reason_is_cut_for_a_terminal():
    row = record_row(Kept(Record(b"", 0.0, reason="x" * 300), State.DEAD))
    assert (len(row["reason"]), len(short(row)["reason"])) == (300, 80)


def test_a_message_is_told_without_secrets_and_with_the_end_of_the_device_token(configuration):
    payload = etree.fromstring(
        f"<push><deviceToken>{TOKEN}</deviceToken><password>s3cret</password></push>".encode()
    )
    message = Message.from_payload(
        payload,
        configuration=configuration,
        to=f"http://gateway/{TOKEN}",
        headers=[("Cookie", "s3cret"), ("X-Token", TOKEN)],
        attachments={"c": Attachment("c", "application/x-pkcs12", b"s3cret")},
    )
    message.properties.set("apns.password", "s3cret")
    message.properties.set("deviceToken", TOKEN)
    message.properties.set("part", etree.Element("x"))
    told = contents(message)
    text = json.dumps(told)
    assert "s3cret" not in text
    assert TOKEN not in text
    assert told["properties"]["deviceToken"] == f"…{TOKEN[-8:]}"
    assert told["properties"]["part"] == "(_Element)"
    assert told["attachments"] == {"c": "application/x-pkcs12, 6 bytes"}
    assert f"…{TOKEN[-8:]}" in told["payload"]


def test_so_is_one_of_json(configuration):
    message = Message.from_json(
        {"deviceToken": TOKEN, "pwd": "s3cret"}, configuration=configuration
    )
    told = contents(message)["payload"]
    assert TOKEN not in told
    assert "s3cret" not in told
    assert TOKEN[-8:] in told
