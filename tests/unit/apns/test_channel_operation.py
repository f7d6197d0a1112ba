from __future__ import annotations

import json
from concurrent.futures import Future
from uuid import UUID

import hpack
import pytest

from apns_connector.apns import Channel, Response, StoragePolicy
from apns_connector.apns.channel_operation import (
    Operation,
    created_channel,
    described_channel,
    listed_channels,
    refusal,
    settings_of,
)
from apns_connector.apns.header_block import DELETE, GET
from apns_connector.errors import NotificationError, OutcomeUnknown

CHANNEL = "dHN0LXNyY2gtY2hubA=="
REQUEST_ID = "123e4567-e89b-12d3-a456-42665544000a"


def operation(verb="read", channel_id=CHANNEL, **fields):
    return Operation(verb=verb, bundle_id="com.example.app", channel_id=channel_id, **fields)


def answer(status=200, body=b"", **fields):
    encoder = hpack.Encoder()
    encoder.header_table_size = 0
    named = [(name.replace("_", "-"), value) for name, value in fields.items()]
    block = encoder.encode([(":status", str(status)), *named])
    return Response(operation(apns_id=REQUEST_ID), status, block, body)


# What is asked


@pytest.mark.parametrize(
    ("verb", "method", "path"),
    [
        ("create", (), b"/1/apps/com.example.app/channels"),
        ("read", (GET,), b"/1/apps/com.example.app/channels"),
        ("delete", (DELETE,), b"/1/apps/com.example.app/channels"),
        ("list", (GET,), b"/1/apps/com.example.app/all-channels"),
    ],
)
def test_each_operation_has_apples_method_and_path(verb, method, path):
    request = operation(verb, None).request(10.0, Future())
    assert (request.constant, request.path) == (method, path)


def test_the_channel_is_named_in_a_header_beside_the_id_of_the_request():
    asked = operation(apns_id=REQUEST_ID)
    request = asked.request(10.0, Future())
    assert request.varying == (
        (b"apns-request-id", REQUEST_ID.encode()),
        (b"apns-channel-id", CHANNEL.encode()),
    )
    assert request.notification is asked
    assert (request.body, request.deadline) == (None, 10.0)


def test_each_request_has_an_id_of_its_own():
    assert UUID(operation().apns_id).version == 4
    assert operation().apns_id != operation().apns_id


def test_a_channel_id_that_cannot_be_one_is_not_asked_for():
    with pytest.raises(NotificationError, match="not base64") as refused:
        operation(channel_id="channel 1").request(10.0, Future())
    assert refused.value.field == "channel_id"


@pytest.mark.parametrize(
    ("policy", "number"), [(StoragePolicy.NO_MESSAGE, 0), (StoragePolicy.MOST_RECENT, 1)]
)
def test_a_channel_is_created_with_apples_number_of_its_policy(policy, number):
    assert json.loads(settings_of(policy)) == {
        "message-storage-policy": number,
        "push-type": "LiveActivity",
    }


def test_a_policy_that_apple_does_not_have_creates_nothing():
    with pytest.raises(ValueError, match="2 is not a valid StoragePolicy"):
        settings_of(2)


# What answers mean


def test_the_new_channel_is_in_a_header():
    assert created_channel(answer(201, apns_channel_id=CHANNEL)) == CHANNEL


def test_what_apple_says_of_a_channel():
    body = b'{"message-storage-policy":1,"push-type":"LiveActivity","new":true}'
    assert described_channel(CHANNEL, answer(body=body)) == Channel(
        channel_id=CHANNEL, storage_policy=StoragePolicy.MOST_RECENT, push_type="LiveActivity"
    )


@pytest.mark.parametrize("channels", [[], [CHANNEL], [CHANNEL, "QQ=="]])
def test_all_channels_are_a_list_of_ids(channels):
    body = json.dumps({"channels": channels}).encode()
    assert listed_channels(answer(body=body)) == channels


@pytest.mark.parametrize(
    "read",
    [
        created_channel,
        listed_channels,
        lambda response: described_channel(CHANNEL, response),
    ],
    ids=["create", "list", "read"],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"{}",
        b'{"channels":[1]}',
        b'{"channels":"\xff"}',
        b'{"message-storage-policy":2,"push-type":"LiveActivity"}',
    ],
)
def test_a_success_that_cannot_be_read_leaves_the_outcome_unknown(read, body):
    response = answer(200, body)
    with pytest.raises(OutcomeUnknown, match="answered with 200, but") as unknown:
        read(response)
    assert unknown.value.apns_id == REQUEST_ID
    assert unknown.value.notification is response.notification


# Refusals


def test_a_refusal_tells_what_apple_said_and_what_to_do():
    asked = operation("create", None, apns_id=REQUEST_ID)
    error = refusal(asked, answer(400, b'{"reason":"BroadcastFeatureNotEnabled"}'))
    assert str(error) == (
        "Apple refuses to create channels of com.example.app: 400 BroadcastFeatureNotEnabled. "
        "Broadcasts are not switched on for the app. "
        "To do: switch broadcasts on for the App ID in Apple's developer portal"
    )
    assert (error.status, error.reason) == (400, "BroadcastFeatureNotEnabled")
    assert (error.apns_id, error.code) == (REQUEST_ID, "APNS_000007")
    assert error.notification is asked


def test_a_channel_that_cannot_be_deleted_does_not_exist():
    error = refusal(operation("delete"), answer(404, b'{"reason":"BadPath"}'))
    assert f"delete channel {CHANNEL} of com.example.app: 404 BadPath. The channel does" in str(
        error
    )
    assert error.code == "APNS_000001"


def test_a_path_that_is_wrong_otherwise_is_called_wrong():
    error = refusal(operation("list", None), answer(404, b'{"reason":"BadPath"}'))
    assert "The path of the request is wrong." in str(error)


def test_a_reason_that_apple_has_invented_since_is_kept_verbatim():
    error = refusal(operation(), answer(418, b'{"reason":"TooManyMoons"}'))
    assert (error.status, error.reason, error.code) == (418, "TooManyMoons", "APNS_000007")
