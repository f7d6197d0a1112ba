"""The WS-Policy of ``<throttle>``, in the shape of the ESB and in the shorter one of Synapse."""

from __future__ import annotations

from collections.abc import Iterator

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.throttling import (
    OTHER,
    IpRange,
    Policy,
    Rate,
    Rule,
    read_range,
)
from apns_connector.mediation.tree import parent_of
from apns_connector.mediation.xml import Element, line_of

THROTTLE = "http://www.wso2.org/products/wso2commons/throttle"
_TYPE = f"{{{THROTTLE}}}type"


def policy_from_element(policy: Element, file: str | None = None) -> Policy:
    """Raises ConfigurationError, with a place when there is a ``file``, for what is wrong."""
    try:
        return _policy(policy)
    except _Wrong as wrong:
        raise ConfigurationError(wrong.problem, file, line_of(wrong.element)) from wrong


class _Wrong(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, element: Element, problem: str) -> None:
        super().__init__(problem)
        self.element = element
        self.problem = f"the throttle policy is wrong: {problem}"


def _policy(policy: Element) -> Policy:
    by_domain: dict[str, Rule] = {}
    by_ip: list[tuple[IpRange, Rule]] = []
    other_ip: Rule | None = None
    for identity in _all(policy, "ID"):
        kind, name = identity.get(_TYPE), (identity.text or "").strip()
        rule = _rule(identity, f"{kind} {name}")
        if kind == "DOMAIN":
            by_domain[name.lower()] = rule
        elif kind != "IP":
            raise _Wrong(identity, f"the type '{kind}' is neither IP nor DOMAIN")
        elif name == OTHER:
            other_ip = rule
        else:
            by_ip.append((_range(identity, name), rule))
    concurrency = _concurrency(policy)
    if concurrency is None and not by_domain and not by_ip and other_ip is None:
        raise _Wrong(policy, "there is neither an ID nor a MaximumConcurrentAccess in it")
    # A single address before the ranges that hold it as well.
    by_ip.sort(key=lambda pair: int(pair[0].last) - int(pair[0].first))
    return Policy(concurrency, by_domain, by_ip, other_ip)


def _rule(identity: Element, name: str) -> Rule:
    """What stands beside an ID: a rate, or whether its callers are let in; the first one counts."""
    around = parent_of(identity)
    for found in around.iter(f"{{{THROTTLE}}}*"):
        match found.tag.removeprefix(f"{{{THROTTLE}}}"):
            case "MaximumCount":
                return Rule(name, _rate(found, around))
            case "Allow":
                return Rule(name)
            case "Deny":
                return Rule(name, allowed=False)
            case "IsAllow":
                return Rule(name, allowed=(found.text or "").strip() == "true")
    raise _Wrong(identity, f"the ID '{name}' has neither MaximumCount, nor Allow, nor Deny")


def _rate(count: Element, around: Element) -> Rate:
    unit = next(_all(around, "UnitTime"), None)
    if unit is None:
        raise _Wrong(count, "a MaximumCount needs a UnitTime")
    seconds = _milliseconds(unit)
    if seconds == 0:
        raise _Wrong(unit, "a UnitTime is 0")
    prohibited = next(_all(around, "ProhibitTimePeriod"), None)
    empty = prohibited is None or not (prohibited.text or "").strip()
    waits = 0.0 if prohibited is None or empty else _milliseconds(prohibited)
    return Rate(_number(count), seconds, waits)


def _concurrency(policy: Element) -> int | None:
    found = next(_all(policy, "MaximumConcurrentAccess"), None)
    return None if found is None else _number(found) or None


def _range(identity: Element, text: str) -> IpRange:
    range_ = read_range(text)
    if range_ is None:
        raise _Wrong(identity, f"'{text}' is neither an address, nor a range of them, nor {OTHER}")
    return range_


def _milliseconds(element: Element) -> float:
    return _number(element) / 1000


def _number(element: Element) -> int:
    text = (element.text or "").strip()
    if not text.isascii() or not text.isdecimal():
        raise _Wrong(element, f"'{text}' is not a number from 0")
    return int(text)


def _all(element: Element, name: str) -> Iterator[Element]:
    return element.iter(f"{{{THROTTLE}}}{name}")
