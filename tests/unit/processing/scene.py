"""A deployment with stores in memory, processors, backends that answer as they are told, and a
clock that leaps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.memory import MemoryOptions, MemoryStore
from apns_connector.errors import TransportError
from apns_connector.mediation.compatibility import MI_4, Compatibility
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.endpoints.transport import OutboundReply, OutboundRequest
from apns_connector.mediation.message import Message
from apns_connector.processing.context import Context
from apns_connector.processing.stores import LiveStore, Stores
from tests.virtual_time import clock

FORWARDING = (
    "org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor"
)
FAILOVER = (
    "org.apache.synapse.message.processor.impl.failover.FailoverScheduledMessageForwardingProcessor"
)
SAMPLING = "org.apache.synapse.message.processor.impl.sampler.SamplingProcessor"
DISPATCH = "apns_connector.delivery.DispatchProcessor"


class Note:
    """A class mediator that notes the messages that it sees, and fails as often as it is told.
    ``does``: what it does besides, before it fails."""

    def __init__(self) -> None:
        self.does: Callable[[Message], None] = lambda message: None
        self.seen: list[Message] = []
        self.at: list[float] = []
        self.failures: list[Exception] = []
        self.goes_on = True

    async def mediate(self, message: Message) -> bool:
        self.seen.append(message)
        self.at.append(clock())
        self.does(message)
        if self.failures:
            raise self.failures.pop(0)
        return self.goes_on

    def properties(self, name: str) -> list[Any]:
        return [message.properties.get(name) for message in self.seen]

    @property
    def payloads(self) -> list[Any]:
        return [message.json for message in self.seen]


class Backends:
    """What carries requests: each is noted, and answered by the next of ``answers``, the last of
    which is for all that follow."""

    def __init__(self) -> None:
        self.asked: list[OutboundRequest] = []
        self.answers: list[OutboundReply | TransportError] = [OutboundReply(200)]

    async def exchange(self, request: OutboundRequest) -> OutboundReply:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, TransportError):
            raise answer
        return answer


class Scene:
    """``notes``: the class mediators of the sequences of the same names. There is a store S, and an
    endpoint E."""

    def __init__(self, folder: Path, artifacts: str, compatibility: Compatibility = MI_4) -> None:
        self.folder = folder
        self.compatibility = compatibility
        self.notes = {name: Note() for name in ("n", "fault", "reply", "end")}
        self.backends = Backends()
        self.deactivated: list[tuple[str, str]] = []
        self.configuration = self.read(artifacts)
        self.stores = Stores(folder, {}, None, clock=clock)
        self.stores.unlock()
        self.stores.adopt(self.live(self.configuration))
        self.context = Context(self.configuration, self.stores, self._deactivate, clock, 20.0)

    def read(self, artifacts: str) -> Configuration:
        file = self.folder / "synapse.xml"
        sequences = "".join(
            f"<sequence name='{name}'><class name='{name}'/></sequence>" for name in self.notes
        )
        file.write_text(
            "<definitions xmlns='http://ws.apache.org/ns/synapse'>"
            f"{sequences}<endpoint name='E'><http uri-template='http://backend/e' method='post'>"
            "<suspendOnFailure><initialDuration>0</initialDuration></suspendOnFailure></http>"
            f"</endpoint>{artifacts}</definitions>"
        )
        classes = {name: (lambda note=note: note) for name, note in self.notes.items()}
        configuration = read_deployment(file, classes=classes, compatibility=self.compatibility)
        configuration.transport = self.backends
        return configuration

    def live(self, configuration: Configuration) -> dict[str, LiveStore]:
        """The stores of a configuration, in memory all of them."""
        return {
            name: LiveStore(
                definition, MemoryStore(name, MemoryOptions(), clock=clock), definition.parameters
            )
            for name, definition in configuration.stores.items()
        }

    def store(self, name: str = "S") -> MemoryStore:
        live = self.stores.get(name)
        assert live is not None
        assert isinstance(live.store, MemoryStore)
        return live.store

    def record(self, number: int = 0, store: str = "S", **properties: Any) -> Record:
        """``target__endpoint="E"`` is the property ``target.endpoint``."""
        live = self.stores.get(store)
        assert live is not None
        message = Message.from_json({"number": number}, configuration=self.configuration)
        message.properties.axis2["messageType"] = "application/json"
        for name, value in properties.items():
            message.properties.set(name.replace("__", "."), value)
        return self.stores.records.of(message, live.definition)

    async def _deactivate(self, name: str, why: str) -> None:
        self.deactivated.append((name, why))


def processor(
    class_name: str, *, name: str = "P", target: str | None = None, **parameters: Any
) -> str:
    """The XML of one that reads S; ``max_delivery_attempts=3`` is ``max.delivery.attempts``."""
    endpoint = "" if target is None else f" targetEndpoint='{target}'"
    given = "".join(
        f"<parameter name='{key.replace('_', '.')}'>{value}</parameter>"
        for key, value in parameters.items()
    )
    return (
        f"<messageProcessor name='{name}' class='{class_name}' messageStore='S'{endpoint}>"
        f"{given}</messageProcessor>"
    )
