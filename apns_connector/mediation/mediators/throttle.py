"""``<throttle>``: lets so many requests through, and no more."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.mediators.sequence import SequenceReference
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.throttle_policy import policy_from_element
from apns_connector.mediation.throttling import Policy, Window, decide
from apns_connector.mediation.xml import SYNAPSE, Element, children

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class InlinePolicy:
    policy: Policy

    def get(self, message: Message) -> Policy:
        return self.policy


class KeyedPolicy:
    """A local entry or registry resource; read again when it has changed."""

    def __init__(self, key: Value) -> None:
        self._key = key
        self._known: tuple[Element, Policy] | None = None

    def get(self, message: Message) -> Policy:
        key = self._key.text(message) or ""
        element = _element(message.configuration, key)
        if self._known is None or self._known[0] is not element:
            try:
                self._known = (element, policy_from_element(element))
            except ConfigurationError as error:
                raise MediationError(f"'{key}': {error}") from error
        return self._known[1]


def _element(configuration: Configuration, key: str) -> Element:
    element = configuration.element(key)
    if element is None:
        raise MediationError(f"Cannot find throttling policy using key : {key}")
    return element


def _check(configuration: Configuration, key: str) -> None:
    policy_from_element(_element(configuration, key))


class Throttle:
    """Responses pass. Callers of one rule share its rate. A request counts as under way until its
    flow has ended.

    The result is that of ``on_accept`` or ``on_reject``; without them, whether it was let through.
    """

    def __init__(
        self,
        id_: str,
        policy: InlinePolicy | KeyedPolicy,
        on_accept: Mediator | None = None,
        on_reject: Mediator | None = None,
    ) -> None:
        self._id = id_
        self._policy = policy
        self._on_accept = on_accept
        self._on_reject = on_reject
        self._windows: dict[str, Window] = {}
        self._under_way = 0

    async def mediate(self, message: Message) -> bool:
        if message.response:
            return True
        accepted = self._admit(message)
        if not accepted:
            _log.info("Throttle '%s' lets no more requests through for now", self._id)
        then = self._on_accept if accepted else self._on_reject
        return accepted if then is None else await run(then, message)

    def _admit(self, message: Message) -> bool:
        policy = self._policy.get(message)
        limit = policy.concurrency
        if limit is not None and self._under_way >= limit:
            return False
        if not self._within_rate(policy, message):
            return False
        if limit is not None:
            self._under_way += 1
            message.exchange.at_end(self._leave)
        return True

    def _within_rate(self, policy: Policy, message: Message) -> bool:
        rule = policy.rule(_address(message), _domain(message))
        if rule is None or rule.rate is None:
            return rule is None or rule.allowed
        now = message.configuration.clock()
        accepted, window = decide(self._windows.get(rule.id), rule.rate, now)
        if window is not None:
            self._windows[rule.id] = window
        return accepted

    def _leave(self) -> None:
        self._under_way -= 1

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Throttle:
        """Raises ConfigurationError without an id or a policy, and for a bad inline policy."""
        id_ = reader.required(element, "id").strip()
        policy = element.find(f"{{{SYNAPSE}}}policy")
        if policy is None:
            raise reader.error(element, "<throttle> needs <policy>")
        return cls(
            id_,
            _policy(policy, reader),
            _branch(element, "onAccept", reader),
            _branch(element, "onReject", reader),
        )


def _policy(element: Element, reader: Reader) -> InlinePolicy | KeyedPolicy:
    key = reader.key(element, "key", "entry", _check)
    if key is not None:
        return KeyedPolicy(key)
    inline = children(element)
    if not inline:
        raise reader.error(element, "<policy> needs a key, or a policy in it")
    return InlinePolicy(policy_from_element(inline[0], reader.file))


def _branch(element: Element, name: str, reader: Reader) -> Mediator | None:
    key = reader.key(element, name, "sequence")
    if key is not None:
        return SequenceReference(key)
    inline = element.find(f"{{{SYNAPSE}}}{name}")
    return None if inline is None else reader.mediators(inline)


def _address(message: Message) -> str | None:
    """Of the client; what a proxy before the gateway says of it, the gateway has looked at."""
    return _axis2(message, "REMOTE_ADDR")


def _domain(message: Message) -> str | None:
    return _axis2(message, "REMOTE_HOST")


def _axis2(message: Message, name: str) -> str | None:
    value = message.properties.get(name, "axis2")
    return None if value is None else str(value)
