"""How many requests are let through: rates by caller, as Synapse counts them (CallerContext)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

OTHER = "other"
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Rate:
    """``maximum`` requests in ``unit`` seconds. Whoever wants more waits for ``prohibited``
    seconds, or, when that is 0, for the end of the unit."""

    maximum: int
    unit: float
    prohibited: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """What goes for the callers of ``id``, such as ``IP 10.0.0.*``: a rate, or once and for all
    whether they are let in."""

    id: str
    rate: Rate | None = None
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """What was let through since ``began``; ``again`` is when a caller who wanted too much may try
    again. Times in seconds of one clock."""

    began: float
    count: int
    again: float | None = None


def decide(window: Window | None, rate: Rate, now: float) -> tuple[bool, Window | None]:
    """Whether one more request is let through, and the window after it."""
    if rate.maximum == 0:
        return False, window
    if window is None:
        return True, Window(now, 1)
    over = now >= window.began + rate.unit
    if window.count < rate.maximum:
        return True, Window(now, 1) if over else Window(window.began, window.count + 1)
    again = window.again
    if over and again is None:
        return True, Window(now, 1)
    if again is None:
        again = now + rate.prohibited if rate.prohibited else window.began + rate.unit
        return False, Window(window.began, window.count, again)
    return (True, Window(now, 1)) if again <= now else (False, window)


@dataclass(frozen=True, slots=True)
class Policy:
    """``concurrency``: how many requests may be under way at once, ``None`` for any number."""

    concurrency: int | None = None
    by_domain: Mapping[str, Rule] = field(default_factory=dict)
    by_ip: Sequence[tuple[IpRange, Rule]] = ()
    other_ip: Rule | None = None

    def rule(self, ip: str | None, domain: str | None) -> Rule | None:
        """What goes for a caller; by domain, if there is a rule for it, else by address."""
        found = None if domain is None else _of_domain(self.by_domain, domain.strip().lower())
        if found is not None or ip is None:
            return found
        address = read_address(ip)
        if address is not None:
            for range_, rule in self.by_ip:
                if range_.contains(address):
                    return rule
        return self.other_ip


@dataclass(frozen=True, slots=True)
class IpRange:
    first: IpAddress
    last: IpAddress

    def contains(self, address: IpAddress) -> bool:
        return address.version == self.first.version and (
            int(self.first) <= int(address) <= int(self.last)
        )


def read_address(text: str) -> IpAddress | None:
    """``None`` for a text that is no address."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def read_range(text: str) -> IpRange | None:
    """``10.0.0.1``, ``10.0.0.1-10.0.0.9``, ``10.0.0.*``, ``10.0.0.0/24``; ``None`` for none."""
    text = text.strip()
    if text.endswith(".*"):
        text = f"{text[:-1]}0/24"
    if "/" in text:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return None
        return IpRange(network.network_address, network.broadcast_address)
    start, _, end = text.partition("-")
    first = read_address(start)
    last = read_address(end) if end else first
    if first is None or last is None or first.version != last.version:
        return None
    return IpRange(first, last)


def _of_domain(rules: Mapping[str, Rule], domain: str) -> Rule | None:
    """The rule for a domain, else for all below the nearest domain above it, else for others."""
    if domain in rules:
        return rules[domain]
    above = domain
    while above:
        if f"*.{above}" in rules:
            return rules[f"*.{above}"]
        above = above.partition(".")[2]
        if above in rules:
            return rules[above]
    return rules.get(OTHER)
