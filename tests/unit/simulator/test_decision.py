"""Who decides: faults, then the handler, then Apple's rules, then the special tokens."""

from __future__ import annotations

import pytest

from apns_connector.simulator.behaviour import ACCEPTED, Close, Silence, Slow, rejection
from apns_connector.simulator.channels import Channels
from apns_connector.simulator.decision import Decider, ManagementDecider
from apns_connector.simulator.faults import Fault, Faults
from apns_connector.simulator.special_tokens import token_for


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def decide(policy, faults, now, request_with):
    def decide(handler=None, **changes):
        decider = Decider(policy, faults, lambda: now, handler)
        return decider.decide(request_with(**changes), None, None)

    return decide


def test_a_good_request_is_accepted_and_binds_the_connection(team, decide):
    decision = decide()
    assert decision.behaviour == ACCEPTED
    assert decision.authenticated
    assert decision.binding.key.team_id == team.team_id


def test_a_special_token_acts_when_the_rules_have_nothing_against_it(decide):
    silent = token_for(Silence())
    assert decide(token=silent).behaviour == Silence()
    assert decide(token=silent.upper()).behaviour == Silence()
    assert decide(token=silent, body=b"").behaviour == rejection("PayloadEmpty")


def test_a_slow_token_is_a_delay_and_an_answer(decide):
    decision = decide(token=token_for(Slow(1000, ACCEPTED)))
    assert (decision.behaviour, decision.milliseconds) == (ACCEPTED, 1000)


def test_a_once_token_acts_for_the_first_request_to_each_device(policy, faults, now, request_with):
    decider = Decider(policy, faults, lambda: now)
    gone = rejection("Unregistered")
    first, second = (token_for(gone, device, once=True) for device in (1, 2))
    answers = [
        decider.decide(request_with(token=token), None, None).behaviour
        for token in (first, first, second, second, first)
    ]
    assert answers == [gone, ACCEPTED, gone, ACCEPTED, ACCEPTED]


def test_the_handler_is_asked_before_the_rules(decide):
    decision = decide(handler=lambda request: Close(), body=b"")
    assert decision.behaviour == Close()
    assert not decision.authenticated


def test_a_handler_without_an_opinion_leaves_it_to_the_rules(decide):
    assert decide(handler=lambda request: None, body=b"").behaviour == rejection("PayloadEmpty")


def test_a_fault_comes_before_the_handler(decide, faults):
    faults.add(Fault(fault="silence"))
    assert decide(handler=lambda request: Close()).behaviour == Silence()
    assert decide(handler=lambda request: Close()).behaviour == Close()


def test_delay_and_settings_go_along_with_the_answer(decide, faults):
    faults.add(Fault(fault="delay", milliseconds=20))
    faults.add(Fault(fault="settings", max_concurrent_streams=3))
    decision = decide(token=token_for(Slow(100, ACCEPTED)))
    assert decision.behaviour == ACCEPTED
    assert (decision.milliseconds, decision.max_concurrent_streams) == (120, 3)


# Channels

APP = "com.example.app"
CREATE = {
    "path": f"/1/apps/{APP}/channels",
    "body": b'{"message-storage-policy":1,"push-type":"LiveActivity"}',
}


@pytest.fixture
def channels():
    return Channels()


@pytest.fixture
def manage(policy, faults, now, request_with, channels):
    def manage(handler=None, **changes):
        decider = ManagementDecider(policy, faults, lambda: now, handler, channels)
        return decider.decide(request_with(**changes), None, None)

    return manage


def test_a_broadcast_follows_its_own_rules(policy, faults, now, request_with, channels):
    decider = Decider(policy, faults, lambda: now, None, channels)
    fields = {
        "apns-push-type": b"liveactivity",
        "apns-channel-id": channels.create(APP).encode(),
        "apns-expiration": b"0",
        "apns-priority": b"10",
    }
    path = f"/4/broadcasts/apps/{APP}"
    good = decider.decide(request_with(fields, path=path), None, None)
    assert good.behaviour == ACCEPTED
    assert good.authenticated
    bad = decider.decide(request_with(fields, path=path, body=b""), None, None)
    assert bad.behaviour == rejection("PayloadEmpty")


def test_an_operation_that_keeps_the_rules_is_carried_out(team, manage, channels):
    decision = manage(**CREATE)
    assert decision.behaviour.status == 201
    assert decision.authenticated
    assert decision.binding.key.team_id == team.team_id
    assert list(channels.of(APP).values()) == [1]


def test_an_operation_that_breaks_one_changes_nothing(manage, channels):
    assert manage(path=CREATE["path"], body=b"").behaviour == rejection("PayloadEmpty")
    assert channels.of(APP) == {}


def test_an_operation_that_a_fault_befalls_is_not_carried_out(manage, faults, channels):
    faults.add(Fault(fault="silence"))
    assert manage(**CREATE).behaviour == Silence()
    assert manage(handler=lambda request: Close(), **CREATE).behaviour == Close()
    assert channels.of(APP) == {}


def test_each_port_has_its_own_paths(decide, manage):
    assert decide(**CREATE).behaviour == rejection("BadPath")
    assert manage(path="/3/device/" + "ab" * 32).behaviour == rejection("BadPath")
    assert manage(path=f"/4/broadcasts/apps/{APP}").behaviour == rejection("BadPath")
