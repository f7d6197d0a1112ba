"""What is known of an endpoint survives a renewed configuration, unless the endpoint is another."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.mediation.endpoints.health import HealthRecord, unrecorded
from apns_connector.mediation.endpoints.suspension import ACTIVE, Condition, State

Deploy = Callable[..., Any]
DOWN = Condition(State.SUSPENDED, suspended_for=30.0, next_try=40.0)


def test_the_same_definition_in_the_same_file_has_the_same_health() -> None:
    record = HealthRecord()
    first, second = record.begin(), record.begin()
    one = first("a.xml", "<endpoint/>")
    one.condition = DOWN
    assert second("b.xml", "<endpoint/>") is not one
    assert second("a.xml", "<other/>") is not one
    assert second("a.xml", "<endpoint/>").condition is DOWN


def test_equal_definitions_in_one_file_are_told_apart_by_their_order() -> None:
    record = HealthRecord()
    first, second = record.begin(), record.begin()
    before = [first("a.xml", "<endpoint/>") for _ in range(2)]
    assert before[0] is not before[1]
    assert [second("a.xml", "<endpoint/>") for _ in range(2)] == before


def test_what_nobody_has_any_more_is_forgotten() -> None:
    record = HealthRecord()
    record.begin()("a.xml", "<endpoint/>").condition = DOWN
    gc.collect()
    assert record.begin()("a.xml", "<endpoint/>").condition.state is State.ACTIVE


def test_without_a_record_everything_is_new() -> None:
    unrecorded("a.xml", "<endpoint/>").condition = DOWN
    assert unrecorded("a.xml", "<endpoint/>").condition.state is State.ACTIVE


ADDRESS = "<address uri='http://b/s'/>"
HTTP = "<http uri-template='http://b/{uri.var.x}' method='get'/>"
DEFAULT = "<default/>"
WSDL = (
    "<wsdl service='S' port='P'><d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/' "
    "xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/'><d:service name='S'><d:port name='P'>"
    "<s:address location='http://b/s'/></d:port></d:service></d:definitions></wsdl>"
)


@pytest.mark.parametrize("kind", [ADDRESS, HTTP, DEFAULT, WSDL])
def test_an_endpoint_that_stays_the_same_keeps_its_condition(deploy: Deploy, kind: str) -> None:
    record = HealthRecord()
    endpoint = f"<endpoint name='E'>{kind}</endpoint>"
    before = deploy(endpoint, health=record.begin()).endpoint("E")
    before.switch(False)
    after = deploy(f"<sequence name='new'/>\n{endpoint}", health=record.begin()).endpoint("E")
    assert after is not before
    assert after.condition.state is State.OFF
    before.switch(True)  # a request that is still in progress in the old configuration
    assert after.condition == ACTIVE


@pytest.mark.parametrize(
    "changed",
    [
        "<endpoint name='E'><address uri='http://b/other'/></endpoint>",
        "<endpoint name='E'><address uri='http://b/s'><suspendOnFailure><initialDuration>1"
        "</initialDuration></suspendOnFailure></address></endpoint>",
    ],
)
def test_an_endpoint_that_is_changed_begins_anew(deploy: Deploy, changed: str) -> None:
    record = HealthRecord()
    before = deploy(f"<endpoint name='E'>{ADDRESS}</endpoint>", health=record.begin())
    before.endpoint("E").switch(False)
    after = deploy(changed, health=record.begin())
    assert after.endpoint("E").condition.state is State.ACTIVE


def test_an_address_that_is_elsewhere_counts_as_part_of_the_definition(deploy: Deploy) -> None:
    record = HealthRecord()

    def endpoint(address: str) -> Any:
        return deploy(
            "<endpoint name='E'><http uri-template='$SYSTEM:BACKEND'/></endpoint>",
            environment={"BACKEND": address},
            health=record.begin(),
        ).endpoint("E")

    first = endpoint("http://b/1")
    first.switch(False)
    assert endpoint("http://b/1").condition.state is State.OFF
    assert endpoint("http://b/2").condition.state is State.ACTIVE


def test_the_members_of_a_group_and_endpoints_in_a_flow_keep_theirs(
    deploy: Deploy, new_message: Any
) -> None:
    record = HealthRecord()
    definitions = (
        f"<endpoint name='G'><failover><endpoint name='A'>{ADDRESS}</endpoint>"
        f"<endpoint name='B'>{HTTP}</endpoint></failover></endpoint>"
        "<endpoint name='L'><loadbalance><member hostName='m' httpPort='80'/></loadbalance>"
        f"</endpoint><sequence name='S'><call><endpoint>{ADDRESS}</endpoint></call></sequence>"
    )

    def leaves() -> list[Any]:
        configuration = deploy(definitions, health=record.begin())
        groups = [*configuration.endpoint("G").children, *configuration.endpoint("L").children]
        return [*groups, configuration.sequence("S").steps[0].mediator._endpoint]

    before = leaves()
    for leaf in before:
        leaf.switch(False)
    assert [leaf.condition.state for leaf in leaves()] == [State.OFF] * 4
