"""What is remembered of the requests of a connection, and which ids their answers bear."""

from __future__ import annotations

import logging
from uuid import UUID

import pytest

from apns_connector.simulator import record
from apns_connector.simulator.behaviour import ACCEPTED, Close, rejection
from apns_connector.simulator.options import PRODUCTION, SANDBOX
from apns_connector.simulator.received import Received
from apns_connector.simulator.record import Record

OWN = "00000000-0000-4000-8000-00000000000A"
DEVICE = "/3/device/" + "ab" * 32
BROADCAST = "/4/broadcasts/apps/com.example.app"
CHANNELS = "/1/apps/com.example.app/channels"


@pytest.fixture
def received(now):
    return Received(keep=10, clock=lambda: now)


def test_the_id_of_the_request_comes_back_and_is_remembered(received, request_with):
    ids = Record(7, SANDBOX, received).keep(request_with({"apns-id": OWN.encode()}), ACCEPTED)
    assert ids.fields() == [("apns-id", OWN), ("apns-unique-id", ids.apns_unique_id)]
    (notification,) = received.latest()
    assert (notification.apns_id, notification.connection) == (OWN, 7)
    assert notification.apns_unique_id == ids.apns_unique_id


def test_without_one_each_request_gets_another_in_capitals(received, request_with):
    kept = Record(1, PRODUCTION, received)
    ids = [kept.keep(request_with(), ACCEPTED).apns_id for _ in range(2)]
    assert ids[0] != ids[1]
    assert [str(UUID(one)).upper() for one in ids] == ids


@pytest.mark.parametrize(
    ("environment", "path", "behaviour", "told"),
    [
        (SANDBOX, DEVICE, ACCEPTED, True),
        (PRODUCTION, DEVICE, ACCEPTED, False),
        (PRODUCTION, BROADCAST, ACCEPTED, True),
        (SANDBOX, DEVICE, rejection("BadDeviceToken"), False),
        (SANDBOX, DEVICE, Close(processed=True), False),
    ],
)
def test_who_gets_a_unique_id(received, request_with, environment, path, behaviour, told):
    ids = Record(1, environment, received).keep(request_with(path=path), behaviour)
    assert (ids.apns_unique_id is not None) is told


def test_operations_on_channels_are_not_remembered_and_have_no_unique_id(request_with, caplog):
    caplog.set_level(logging.DEBUG)
    ids = Record(3, SANDBOX, None).keep(request_with(path=CHANNELS, method="GET"), ACCEPTED)
    assert [name for name, _ in ids.fields()] == ["apns-request-id"]
    assert caplog.messages == ["connection 3: GET of channels: 200"]


def test_a_provider_token_is_read_once_as_long_as_it_is_the_same(
    received, request_with, monkeypatch
):
    read = []

    def parts(authorization):
        read.append(authorization)
        return {"kid": str(authorization)}

    monkeypatch.setattr(record, "token_parts", parts)
    kept = Record(1, PRODUCTION, received)
    for token in (b"bearer a", b"bearer a", b"bearer b", b"bearer a"):
        kept.keep(request_with({"authorization": token}), ACCEPTED)
    assert read == [b"bearer a", b"bearer b", b"bearer a"]
    shown = [one.provider_token["kid"] for one in received.latest()]
    assert shown == ["b'bearer a'", "b'bearer a'", "b'bearer b'", "b'bearer a'"]


def test_the_log_shows_the_end_of_the_device_token_alone(received, request_with, caplog):
    caplog.set_level(logging.DEBUG)
    Record(1, PRODUCTION, received).keep(request_with(path=DEVICE), ACCEPTED)
    assert "…abababab" in caplog.text
    assert "ab" * 5 not in caplog.text
