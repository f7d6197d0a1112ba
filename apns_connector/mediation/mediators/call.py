"""``<call>``: asks an endpoint, and the flow goes on with its reply as the message."""

from __future__ import annotations

from apns_connector.errors import MediationError
from apns_connector.mediation.endpoints.call_parts import CallSource, CallTarget
from apns_connector.mediation.endpoints.endpoint import Endpoint, Sent
from apns_connector.mediation.endpoints.reading import inline_endpoint
from apns_connector.mediation.endpoints.reply import become
from apns_connector.mediation.endpoints.sending import IMPLICIT, blocking_failure, sent, sent_copy
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element


class Call:
    """Nothing waits but this flow, so ``blocking`` makes one difference only: a SOAP fault is then
    a failure, as Axis2's blocking client knows it. Without an endpoint the message goes to its To.

    With OUT_ONLY the reply is waited for, so that a failure can be handled, and then dropped. With
    a ``target`` the reply goes there, and the message stays as it is. What a copy of a message goes
    on with after its own flow depends on whether it has met a call that is not ``blocking``.
    """

    def __init__(
        self,
        endpoint: Endpoint | None = None,
        *,
        blocking: bool = False,
        source: CallSource | None = None,
        target: CallTarget | None = None,
    ) -> None:
        self._endpoint = endpoint or IMPLICIT
        self._blocking = blocking
        self._source = source
        self._target = target

    async def mediate(self, message: Message) -> bool:
        request = self._request(message)
        if request is message:
            sents = await sent(self._endpoint, message)
        else:
            sents = await sent_copy(self._endpoint, request, message)
        if not sents:
            return False
        message.called = message.called or not self._blocking
        reply = _only_reply(sents, request)
        if reply is not None:
            self._take(message, reply)
        return True

    def _request(self, message: Message) -> Message:
        """The message itself, or a copy that holds what is sent."""
        if self._source is None:
            return message
        request = message.clone()
        self._source.put_into(request, message)
        return request

    def _take(self, message: Message, reply: Message) -> None:
        failed = self._blocking and reply.is_fault
        if self._target is not None and not failed:
            self._target.take(reply, message)
            return
        become(message, reply)
        if failed:
            raise blocking_failure(message, message, "Error while performing the call operation")

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Call:
        """Raises ConfigurationError for an endpoint, a source or a target that is none."""
        source, target = (element.find(f"{{{SYNAPSE}}}{name}") for name in ("source", "target"))
        return cls(
            inline_endpoint(element, reader),
            blocking=element.get("blocking", "false").strip().lower() == "true",
            source=None if source is None else CallSource.from_element(source, reader),
            target=None if target is None else CallTarget.from_element(target, reader),
        )


def _only_reply(sents: list[Sent], request: Message) -> Message | None:
    if len(sents) > 1 or sents[0].message is not request:
        raise MediationError("<call> cannot go on with the replies of a recipient list")
    return sents[0].reply
