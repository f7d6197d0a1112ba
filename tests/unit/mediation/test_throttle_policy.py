"""The WS-Policy of ``<throttle>``."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.throttle_policy import policy_from_element
from apns_connector.mediation.throttling import Policy, Rate, Rule

NAMESPACES = (
    "xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy' "
    "xmlns:t='http://www.wso2.org/products/wso2commons/throttle'"
)


def read(inside: str) -> Policy:
    text = f"<wsp:Policy {NAMESPACES}>\n{inside}</wsp:Policy>"
    return policy_from_element(xml.parse(text.encode()), "test.xml")


def rate(count: object = 4, unit: object = 800, prohibited: str = "") -> str:
    wait = f"<t:ProhibitTimePeriod wsp:Optional='true'>{prohibited}</t:ProhibitTimePeriod>"
    return f"<t:MaximumCount>{count}</t:MaximumCount><t:UnitTime>{unit}</t:UnitTime>{wait}"


def identity(name: str, kind: str = "IP") -> str:
    return f"<t:ID t:type='{kind}'>{name}</t:ID>"


def test_the_shape_of_synapse() -> None:
    policy = read(
        "<t:ThrottleAssertion><t:MaximumConcurrentAccess>10</t:MaximumConcurrentAccess>"
        f"<wsp:All>{identity('other')}<wsp:ExactlyOne><wsp:All>{rate(4, 800000, '1000')}</wsp:All>"
        "<t:IsAllow>true</t:IsAllow></wsp:ExactlyOne></wsp:All>"
        f"<wsp:All>{identity('10.0.0.1')}<wsp:ExactlyOne><t:IsAllow>false</t:IsAllow>"
        "</wsp:ExactlyOne></wsp:All></t:ThrottleAssertion>"
    )
    assert policy.concurrency == 10
    assert policy.rule("10.9.9.9", None) == Rule("IP other", Rate(4, 800.0, 1.0))
    assert policy.rule("10.0.0.1", None) == Rule("IP 10.0.0.1", allowed=False)


def test_the_shape_of_the_esb() -> None:
    control = f"<t:Control><wsp:Policy>{rate(20, 50, '5')}</wsp:Policy></t:Control>"
    policy = read(
        "<t:MediatorThrottleAssertion>"
        f"<wsp:Policy>{identity('10.0.0.1-10.0.0.3')}<wsp:Policy>{control}</wsp:Policy></wsp:Policy>"
        f"<wsp:Policy>{identity('*.Example.com', 'DOMAIN')}<wsp:Policy><t:Allow/></wsp:Policy>"
        f"</wsp:Policy><wsp:Policy>{identity('other', 'DOMAIN')}<wsp:Policy><t:Deny/></wsp:Policy>"
        "</wsp:Policy></t:MediatorThrottleAssertion>"
    )
    assert policy.concurrency is None
    assert policy.rule("10.0.0.2", None) == Rule("IP 10.0.0.1-10.0.0.3", Rate(20, 0.05, 0.005))
    assert policy.rule(None, "www.example.com") == Rule("DOMAIN *.Example.com")
    assert policy.rule(None, "else.net") == Rule("DOMAIN other", allowed=False)


def test_an_address_goes_before_a_range_that_holds_it() -> None:
    policy = read(
        "".join(
            f"<wsp:All>{identity(name)}<t:Allow/></wsp:All>" for name in ("10.0.0.*", "10.0.0.5")
        )
    )
    rule = policy.rule("10.0.0.5", None)
    assert rule is not None
    assert rule.id == "IP 10.0.0.5"


@pytest.mark.parametrize(
    ("inside", "complaint"),
    [
        ("", "neither an ID nor a MaximumConcurrentAccess"),
        ("<t:MaximumConcurrentAccess>ten</t:MaximumConcurrentAccess>", "'ten' is not a number"),
        (identity("", "IP"), "neither MaximumCount"),
        (f"<wsp:All>{identity('x')}<t:Allow/></wsp:All>", "'x' is neither an address"),
        (f"<wsp:All>{identity('x', 'ROLE')}<t:Allow/></wsp:All>", "'ROLE' is neither IP"),
        (identity("other"), "neither MaximumCount, nor Allow"),
        (f"<wsp:All>{identity('other')}<t:MaximumCount>1</t:MaximumCount></wsp:All>", "UnitTime"),
        (f"<wsp:All>{identity('other')}{rate(4, 0)}</wsp:All>", "a UnitTime is 0"),
        (f"<wsp:All>{identity('other')}{rate(-4)}</wsp:All>", "'-4' is not a number"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(inside: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"test\.xml:[12]: .*{complaint}"):
        read(inside)
