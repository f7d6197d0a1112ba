"""``<throttle>``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Message

NAMESPACES = (
    "xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy' "
    "xmlns:t='http://www.wso2.org/products/wso2commons/throttle'"
)


def policy(inside: str) -> str:
    return f"<wsp:Policy {NAMESPACES}>{inside}</wsp:Policy>"


RATE = policy(
    "<wsp:All><t:ID t:type='IP'>other</t:ID><t:MaximumCount>1</t:MaximumCount>"
    "<t:UnitTime>10000</t:UnitTime></wsp:All>"
    "<wsp:All><t:ID t:type='IP'>10.0.0.1</t:ID><t:Deny/></wsp:All>"
    "<wsp:All><t:ID t:type='DOMAIN'>example.com</t:ID><t:Allow/></wsp:All>"
)
CONCURRENCY = policy("<t:MaximumConcurrentAccess>1</t:MaximumConcurrentAccess>")
MARKS = (
    "<onAccept><property name='let' value='in'/></onAccept>"
    "<onReject><property name='let' value='out'/><drop/></onReject>"
)


class Gate:
    """A deployment with one throttle, and messages to it at any time."""

    def __init__(self, configuration: Configuration, new_message: Callable[..., Message]) -> None:
        self.configuration = configuration
        self._new_message = new_message
        self.now = 0.0
        configuration.clock = lambda: self.now

    def message(self, ip: str | None = "10.0.0.9", **headers: str) -> Message:
        message = self._new_message(configuration=self.configuration, headers=headers.items())
        if ip is not None:
            message.properties.set("REMOTE_ADDR", ip, "axis2")
        return message

    def run(self, message: Message) -> tuple[bool, Any]:
        sequence = self.configuration.sequence("tested")
        assert sequence is not None
        result = asyncio.run(sequence.mediate(message))
        return result, message.properties.get("let")


@pytest.fixture
def gate(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message]
) -> Callable[..., Gate]:
    def make(inside: str, marks: str = MARKS, attributes: str = "", definitions: str = "") -> Gate:
        throttle = f"<throttle id='T' {attributes}>{inside}{marks}</throttle>"
        return Gate(
            deploy(f"{definitions}<sequence name='tested'>{throttle}</sequence>"), new_message
        )

    return make


IN, OUT = (True, "in"), (False, "out")


def test_a_rate_is_kept_by_all_callers_of_a_rule_together(gate: Callable[..., Gate]) -> None:
    one = gate(f"<policy>{RATE}</policy>")
    assert one.run(one.message("10.0.0.8")) == IN
    assert one.run(one.message("10.0.0.9")) == OUT
    one.now = 10.0
    assert one.run(one.message("10.0.0.9")) == IN


def test_some_are_always_let_in_and_some_never(gate: Callable[..., Gate]) -> None:
    one = gate(f"<policy>{RATE}</policy>")
    for _ in range(2):
        assert one.run(one.message("10.0.0.1")) == OUT
    message = one.message()
    message.properties.set("REMOTE_HOST", "example.com", "axis2")
    assert [one.run(message) for _ in range(2)] == [IN, IN]


def test_what_a_client_says_of_itself_does_not_count(gate: Callable[..., Gate]) -> None:
    one = gate(f"<policy>{RATE}</policy>")
    said = {"X-Forwarded-For": "10.0.0.8", "X-Forwarded-Host": "example.com"}
    assert one.run(one.message("10.0.0.1", **said)) == OUT
    assert [one.run(one.message("10.0.0.9", **said)) for _ in range(2)] == [IN, OUT]


def test_a_caller_nobody_knows_is_let_in(gate: Callable[..., Gate]) -> None:
    one = gate(f"<policy>{RATE}</policy>")
    assert [one.run(one.message(None)) for _ in range(2)] == [IN, IN]


def test_a_response_passes(gate: Callable[..., Gate]) -> None:
    one = gate(f"<policy>{RATE}</policy>")
    message = one.message("10.0.0.1")
    message.response = True
    assert one.run(message) == (True, None)


def test_so_many_requests_are_under_way_at_once(gate: Callable[..., Gate]) -> None:
    one = gate(f"<policy>{CONCURRENCY}</policy>")
    first = one.message()
    assert one.run(first) == IN
    assert one.run(one.message()) == OUT
    first.exchange.end()
    assert one.run(one.message()) == IN


def test_without_branches_the_flow_goes_on_or_ends(gate: Callable[..., Gate]) -> None:
    one = gate(f"<policy>{RATE}</policy>", "")
    assert [one.run(one.message()) for _ in range(2)] == [(True, None), (False, None)]


def test_policy_and_branches_may_be_elsewhere(gate: Callable[..., Gate]) -> None:
    one = gate(
        "<policy key='P'/>",
        "",
        "onAccept='yes' onReject='no'",
        f"<localEntry key='P'>{RATE}</localEntry>"
        "<sequence name='yes'><property name='let' value='in'/></sequence>"
        "<sequence name='no'><property name='let' value='out'/><drop/></sequence>",
    )
    assert [one.run(one.message()) for _ in range(2)] == [IN, OUT]


@pytest.mark.parametrize(
    ("definitions", "key", "complaint"),
    [
        ("", "{$ctx:none}", "Cannot find throttling policy"),
        ("<localEntry key='P'><a/></localEntry>", '{"P"}', "'P': the throttle policy is wrong"),
    ],
)
def test_a_policy_that_is_none_is_a_failure(
    gate: Callable[..., Gate], definitions: str, key: str, complaint: str
) -> None:
    one = gate(f"<policy key='{key}'/>", definitions=definitions)
    with pytest.raises(MediationError, match=complaint):
        one.run(one.message())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<throttle/>", "'id'"),
        ("<throttle id='T'/>", "needs <policy>"),
        ("<throttle id='T'><policy/></throttle>", "needs a key, or a policy in it"),
        ("<throttle id='T'><policy key='none'/></throttle>", "'none' is neither"),
        (f"<throttle id='T'>\n<policy>\n{policy('')}</policy></throttle>", r"synapse.xml:4: .*ID"),
        (f"<throttle id='T' onReject='none'><policy>{RATE}</policy></throttle>", "'none'"),
    ],
)
def test_what_is_wrong_is_told(mediate: Callable[..., Any], content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)
