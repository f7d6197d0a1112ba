"""The control port's answers, without HTTP."""

from __future__ import annotations

import json

import pytest

from apns_connector.simulator.behaviour import ACCEPTED, rejection
from apns_connector.simulator.channels import Channels
from apns_connector.simulator.control import Control, ControlRequest
from apns_connector.simulator.faults import Faults
from apns_connector.simulator.received import Received

HOST = "127.0.0.1:8080"


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def received(request_with):
    received = Received(keep=10, clock=lambda: 0.0)
    for behaviour in (ACCEPTED, rejection("BadTopic"), ACCEPTED):
        received.add(
            request_with(),
            behaviour,
            connection=1,
            apns_id="id",
            apns_unique_id=None,
            provider_token=None,
        )
    return received


@pytest.fixture
def channels():
    return Channels()


@pytest.fixture
def ask(received, faults, channels):
    control = Control(received, faults, channels)

    def ask(method, path, *, query="", host=HOST, origin=None, body=b""):
        return control.answer(ControlRequest(method, path, query, host, origin, body))

    return ask


def test_it_says_that_it_is_well(ask):
    assert ask("GET", "/health").content == {"status": "ok"}


def test_notifications_are_a_list_the_newest_last(ask):
    assert [each["number"] for each in ask("GET", "/notifications").content] == [1, 2, 3]


def test_outcomes_and_reasons_are_counted(ask):
    assert ask("GET", "/counts").content == {
        "accepted": 2,
        "rejected": 1,
        "unanswered": 0,
        "reasons": {"BadTopic": 1},
    }


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("outcome=accepted", [1, 3]),
        ("outcome=rejected", [2]),
        ("after=1", [2, 3]),
        ("limit=2", [2, 3]),
        ("outcome=accepted&limit=1&after=0", [3]),
    ],
)
def test_notifications_can_be_chosen(query, numbers, ask):
    content = ask("GET", "/notifications", query=query).content
    assert [each["number"] for each in content] == numbers


def test_channels_are_listed_by_app(channels, ask):
    assert ask("GET", "/channels").content == {}
    first, second = channels.create("a.b", 1), channels.create("c.d")
    assert ask("GET", "/channels").content == {
        "a.b": [{"channel_id": first, "message_storage_policy": 1}],
        "c.d": [{"channel_id": second, "message_storage_policy": 0}],
    }


@pytest.mark.parametrize("query", ["outcome=lost", "after=-1", "limit=all", "order=up"])
def test_a_wrong_parameter_is_named(query, ask):
    answer = ask("GET", "/notifications", query=query)
    assert answer.status == 400
    assert query.split("=")[0] in answer.content["error"]


def test_notifications_can_be_emptied(ask, received):
    assert ask("DELETE", "/notifications").content == []
    assert ask("GET", "/counts").content["accepted"] == 0
    assert received.latest() == []


def test_a_fault_or_a_list_of_them_can_be_ordered(ask, faults):
    body = json.dumps({"fault": "silence", "count": 2}).encode()
    assert ask("POST", "/faults", body=body).content == {"numbers": [1]}
    body = json.dumps([{"fault": "close"}, {"fault": "goaway"}]).encode()
    answer = ask("POST", "/faults", body=body)
    assert (answer.status, answer.content) == (201, {"numbers": [2, 3]})
    listed = ask("GET", "/faults").content
    assert [fault["fault"] for fault in listed] == ["silence", "close", "goaway"]
    assert listed[0] == {
        "number": 1,
        "fault": "silence",
        "after": 0,
        "count": 2,
        "processed": False,
        "left": 2,
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'[{"fault":"close"},{"fault":"x"}]'])
def test_of_a_wrong_order_no_part_is_carried_out(body, ask, faults):
    assert ask("POST", "/faults", body=body).status == 400
    assert faults.pending == []


def test_faults_can_be_called_off(ask, faults):
    ask("POST", "/faults", body=b'[{"fault":"close"},{"fault":"silence"}]')
    assert ask("DELETE", "/faults/1").content == {"removed": 1}
    assert ask("DELETE", "/faults/1").status == 404
    assert [pending.number for pending in faults.pending] == [2]
    assert ask("DELETE", "/faults").content == []
    assert faults.pending == []


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/health", "GET"),
        ("PUT", "/notifications", "GET, DELETE"),
        ("PUT", "/faults", "GET, POST, DELETE"),
        ("GET", "/faults/1", "DELETE"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(method, path, allow, ask):
    answer = ask(method, path)
    assert (answer.status, answer.allow) == (405, allow)


@pytest.mark.parametrize("path", ["/", "/faults/", "/faults/x", "/notifications/1"])
def test_an_unknown_path_is_told_the_known_ones(path, ask):
    answer = ask("GET", path)
    assert answer.status == 404
    assert "/notifications" in answer.content["error"]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:1", "[::1]:9"]
)
def test_a_loopback_name_is_served(host, ask):
    assert ask("GET", "/health", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [None, "", "example.com", "localhost.example.com", "127.0.0.1.example.com:80", "10.0.0.1"],
)
def test_a_foreign_name_is_refused_whatever_it_resolves_to(host, ask):
    assert ask("GET", "/notifications", host=host).status == 403


@pytest.mark.parametrize("origin", ["http://example.com", "null", "http://127.0.0.1:1", ""])
def test_a_page_from_elsewhere_may_not_give_orders(origin, ask, faults):
    assert ask("POST", "/faults", origin=origin, body=b'{"fault":"close"}').status == 403
    assert faults.pending == []


def test_a_page_of_the_control_port_itself_is_served(ask):
    assert ask("GET", "/health", origin=f"http://{HOST}").status == 200
