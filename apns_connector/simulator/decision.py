"""What happens to a request: faults first, then the handler, Apple's rules, the special tokens."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from apns_connector.simulator.behaviour import Behaviour, Immediate, Slow
from apns_connector.simulator.broadcast_rules import judge_broadcast
from apns_connector.simulator.channel_rules import judge_management, refusal
from apns_connector.simulator.channels import Channels
from apns_connector.simulator.client_certificate import ClientCertificate
from apns_connector.simulator.faults import Faults
from apns_connector.simulator.provider_token import Binding
from apns_connector.simulator.rules import Judgement, Policy, Request, judge
from apns_connector.simulator.special_tokens import is_once, special_behaviour

Handler = Callable[[Request], Behaviour | None]
"""Asked for every request that no fault has taken; ``None`` leaves it to Apple's rules."""

_DEVICES_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and what the connection knows afterwards.

    ``milliseconds`` delay it; ``max_concurrent_streams`` is to be announced, if given.
    """

    behaviour: Immediate
    binding: Binding | None
    authenticated: bool
    milliseconds: int = 0
    max_concurrent_streams: int | None = None


class Decider:
    """Apple's mind: one for all connections to the port for notifications."""

    def __init__(
        self,
        policy: Policy,
        faults: Faults,
        clock: Callable[[], float],
        handler: Handler | None = None,
        channels: Channels | None = None,
    ) -> None:
        self._policy = policy
        self._faults = faults
        self._clock = clock
        self._handler = handler
        self._channels = channels or Channels()
        self._seen: OrderedDict[str, None] = OrderedDict()

    def decide(
        self,
        request: Request,
        certificate: ClientCertificate | None,
        binding: Binding | None,
    ) -> Decision:
        disturbed = self._faults.next_request()
        behaviour = disturbed.behaviour
        if behaviour is None and self._handler is not None:
            behaviour = self._handler(request)
        authenticated = False
        if behaviour is None:
            judgement = self._judge(request, certificate, binding)
            binding, authenticated = judgement.binding, judgement.authenticated
            behaviour = judgement.answer
            if judgement.answer.reason is None:
                behaviour = self._special(request.device_token) or behaviour
        milliseconds = disturbed.milliseconds
        if isinstance(behaviour, Slow):
            milliseconds += behaviour.milliseconds
            behaviour = behaviour.behaviour
        return Decision(
            behaviour, binding, authenticated, milliseconds, disturbed.max_concurrent_streams
        )

    def _judge(
        self, request: Request, certificate: ClientCertificate | None, binding: Binding | None
    ) -> Judgement:
        policy, now = self._policy, self._clock()
        if request.is_broadcast:
            return judge_broadcast(request, certificate, binding, policy, self._channels, now)
        return judge(request, certificate, binding, policy, now)

    def _special(self, device_token: str) -> Behaviour | None:
        if not is_once(device_token):
            return special_behaviour(device_token, seen_before=False)
        seen_before = device_token in self._seen
        self._seen[device_token] = None
        if len(self._seen) > _DEVICES_REMEMBERED:
            self._seen.popitem(last=False)
        return special_behaviour(device_token, seen_before=seen_before)


class ManagementDecider(Decider):
    """Apple's mind at the port where channels are managed."""

    def _judge(
        self, request: Request, certificate: ClientCertificate | None, binding: Binding | None
    ) -> Judgement:
        ruling = judge_management(
            request, certificate, binding, self._policy, self._channels, self._clock()
        )
        if isinstance(ruling.decided, str):
            answer = refusal(ruling.decided)
        else:
            answer = self._channels.carry_out(ruling.decided)
        return Judgement(answer, ruling.binding, ruling.authenticated)
