"""A message that comes out of a store may come again: its notifications keep their ids."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.message_keeper import RECORD_ID
from apns_connector.operations.dispatch_to_channel import DispatchToChannel
from apns_connector.operations.dispatch_to_device import DispatchToDevice
from apns_connector.operations.dispatch_to_devices import DispatchToDevices
from apns_connector.operations.failure import OperationError
from apns_connector.operations.from_store import next_apns_id, refuse_expired

RECORD = "0191d3a0-0000-7000-8000-000000000001"
A, B = "ab" * 32, "cd" * 32


@pytest.fixture
def kept(called):
    """``kept("dispatchToDevice", …)``: as ``called``, on a message of the record RECORD."""

    def build(operation, **parameters):
        message = called(operation, **parameters)
        message.properties.set(RECORD_ID, RECORD)
        return message

    return build


def test_a_message_that_comes_from_no_store_has_no_say(message):
    assert next_apns_id(message()) == ""


def test_the_first_id_is_that_of_the_record_and_others_follow_from_it(message):
    def ids():
        found = message(recordId=RECORD)
        return [next_apns_id(found) for _ in range(3)]

    assert ids() == ids()
    assert ids()[0] == RECORD
    assert len(set(ids())) == 3
    assert all(str(uuid.UUID(apns_id)) == apns_id for apns_id in ids())


def test_copies_of_a_message_do_not_share_an_id(message):
    one = message(recordId=RECORD)
    assert len({next_apns_id(one), next_apns_id(one.clone()), next_apns_id(one.clone())}) == 3


def test_an_id_that_is_none_is_refused(message):
    wrong = message(recordId="17")
    next_apns_id(wrong)
    with pytest.raises(OperationError, match="no UUID"):
        next_apns_id(wrong)


def test_a_notification_that_has_expired_in_its_store_is_refused(message):
    kept = message(recordId=RECORD)
    with pytest.raises(OperationError, match="has expired at 2023-11-14T22:13:20Z"):
        refuse_expired(kept, 1_700_000_000, 1_700_000_001.0)
    with pytest.raises(OperationError, match="has expired"):
        refuse_expired(kept, -(10**15), 1_700_000_001.0)


def test_one_that_has_not_or_never_does_is_sent(message):
    kept = message(recordId=RECORD)
    refuse_expired(kept, 1_700_000_001, 1_700_000_001.0)
    refuse_expired(kept, 0, 1_700_000_001.0)
    refuse_expired(kept, None, 1_700_000_001.0)
    refuse_expired(message(), 1, 1_700_000_001.0)


def test_a_push_carries_the_id_of_its_record(kept, apple):
    clients = apple()
    for _ in range(2):
        message = kept("dispatchToDevice", deviceToken=A, alert="Hi")
        asyncio.run(DispatchToDevice(clients).mediate(message))
    assert [notification.apns_id for notification in clients.sent] == [RECORD, RECORD]


def test_an_id_that_is_given_wins(kept, apple):
    clients, mine = apple(), "11111111-1111-4111-8111-111111111111"
    message = kept("dispatchToDevice", deviceToken=A, alert="Hi", apnsId=mine)
    asyncio.run(DispatchToDevice(clients).mediate(message))
    assert clients.sent[0].apns_id == mine


def test_each_of_many_devices_has_its_own_the_same_in_each_attempt(kept, apple):
    attempts = []
    for _ in range(2):
        clients = apple()
        message = kept("dispatchToDevices", deviceTokens=f"{A} {B}", alert="Hi")
        asyncio.run(DispatchToDevices(clients).mediate(message))
        attempts.append({one.device_token: one.apns_id for one in clients.sent})
    assert attempts[0] == attempts[1]
    assert attempts[0][A] == RECORD != attempts[0][B]


def test_nothing_that_has_expired_is_sent(kept, apple):
    clients = apple()
    expired = [
        (DispatchToDevice, kept("dispatchToDevice", deviceToken=A, alert="Hi", expiration="1")),
        (DispatchToDevices, kept("dispatchToDevices", deviceTokens=A, alert="Hi", expiration="1")),
    ]
    for operation, message in expired:
        with pytest.raises(MediationError, match="APNS_000001"):
            asyncio.run(operation(clients).mediate(message))
        assert "has expired" in message.properties.get("ERROR_DETAIL")
    assert clients.sent == []


def test_a_broadcast_carries_the_id_of_its_record(kept, apple):
    clients = apple()
    given = {"event": "update", "contentState": '{"a": 1}', "channelId": "dHN0LXNyY2gtY2hubA=="}
    message = kept("dispatchToChannel", topic="com.example.app", **given)
    asyncio.run(DispatchToChannel(clients).mediate(message))
    assert clients.sent[0].apns_id == RECORD
