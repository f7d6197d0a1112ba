"""``<messageProcessor>``: what takes messages out of a store again, as it is written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.cron import parse_cron
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element, line_of


class ProcessorKind(Enum):
    """What becomes of a message. ``FORWARDING``: it goes to an endpoint, one after the other.
    ``FAILOVER``: into another store. ``SAMPLING``: through a sequence, once, whatever that comes
    to. ``DISPATCH``: through a sequence, many at once, until it has been delivered."""

    FORWARDING = auto()
    FAILOVER = auto()
    SAMPLING = auto()
    DISPATCH = auto()


_SYNAPSE = "org.apache.synapse.message.processor"
CLASSES: Mapping[str, ProcessorKind] = {
    f"{_SYNAPSE}.impl.forwarder.ScheduledMessageForwardingProcessor": ProcessorKind.FORWARDING,
    f"{_SYNAPSE}.impl.failover.FailoverScheduledMessageForwardingProcessor": ProcessorKind.FAILOVER,
    f"{_SYNAPSE}.impl.sampler.SamplingProcessor": ProcessorKind.SAMPLING,
    "apns_connector.delivery.DispatchProcessor": ProcessorKind.DISPATCH,
    # Their names in Synapse 2.0.
    f"{_SYNAPSE}s.forward.ScheduledMessageForwardingProcessor": ProcessorKind.FORWARDING,
    f"{_SYNAPSE}s.sampler.SamplingProcessor": ProcessorKind.SAMPLING,
}


class Meaning(Enum):
    """What the text of a parameter is. ``NONE``: something of Java, without effect here."""

    NUMBER = auto()  # whole; below zero for "without end", where there is such
    POSITIVE = auto()
    FLAG = auto()
    WORD = auto()
    CRON = auto()
    SEQUENCE = auto()
    STORE = auto()
    NONE = auto()


_ALL = {"interval": Meaning.POSITIVE, "is.active": Meaning.FLAG}
_ATTEMPTS = {
    "client.retry.interval": Meaning.POSITIVE,
    "max.delivery.attempts": Meaning.NUMBER,
    "max.delivery.drop": Meaning.WORD,
    "max.store.connection.attempts": Meaning.NUMBER,
    "store.connection.retry.interval": Meaning.POSITIVE,
    "member.count": Meaning.POSITIVE,
    "cronExpression": Meaning.CRON,
    "message.processor.deactivate.sequence": Meaning.SEQUENCE,
    "message.processor.fault.sequence": Meaning.SEQUENCE,
    "axis2.repo": Meaning.NONE,
    "axis2.config": Meaning.NONE,
}
# What each kind may be given. A new parameter is a line here, and one in docs/language.md.
PARAMETERS: Mapping[ProcessorKind, Mapping[str, Meaning]] = {
    ProcessorKind.FORWARDING: {
        **_ALL,
        **_ATTEMPTS,
        "message.processor.failMessagesStore": Meaning.STORE,
        "message.processor.reply.sequence": Meaning.SEQUENCE,
        "non.retry.status.codes": Meaning.WORD,
        "throttle": Meaning.FLAG,
        "throttle.interval": Meaning.NUMBER,
    },
    ProcessorKind.FAILOVER: {
        **_ALL,
        **_ATTEMPTS,
        "message.target.store.name": Meaning.STORE,
    },
    ProcessorKind.SAMPLING: {
        **_ALL,
        "concurrency": Meaning.POSITIVE,
        "cronExpression": Meaning.CRON,
        "sequence": Meaning.SEQUENCE,
    },
    ProcessorKind.DISPATCH: {
        **_ALL,
        "client.retry.interval": Meaning.POSITIVE,
        "concurrency": Meaning.POSITIVE,
        "lease": Meaning.POSITIVE,
        "max.delivery.attempts": Meaning.NUMBER,
        "max.retry.interval": Meaning.POSITIVE,
        "message.processor.failMessagesStore": Meaning.STORE,
        "message.processor.fault.sequence": Meaning.SEQUENCE,
        "sequence": Meaning.SEQUENCE,
    },
}
REQUIRED: Mapping[ProcessorKind, str] = {
    ProcessorKind.FAILOVER: "message.target.store.name",
    ProcessorKind.SAMPLING: "sequence",
    ProcessorKind.DISPATCH: "sequence",
}
# Other spellings of a parameter, of some versions.
SPELLINGS: Mapping[str, str] = {
    "cron.expression": "cronExpression",
    "quartz.conf": "axis2.config",  # as meaningless here
    "retry.interval": "client.retry.interval",
    "retry.interval.max": "max.retry.interval",
}
_NUMBER = re.compile(r"-?[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class MessageProcessorDefinition:
    """Two are equal when they are the same processor, wherever they are written.

    ``store`` is the name of the one that it reads. ``target_endpoint``: the key of an endpoint;
    without one a message names its own. ``parameters`` have been checked: a number is one.
    """

    name: str
    class_name: str
    kind: ProcessorKind
    store: str
    target_endpoint: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    file: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)

    def text(self, parameter: str) -> str | None:
        """``None`` for one that is absent or empty."""
        return self.parameters.get(parameter) or None

    def number(self, parameter: str, default: int) -> int:
        return int(self.parameters.get(parameter) or default)

    def flag(self, parameter: str, default: bool) -> bool:
        return (self.parameters.get(parameter) or str(default)).lower() == "true"

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> MessageProcessorDefinition:
        """Raises ConfigurationError for a class that is none, for a value that makes no sense, and
        for what is missing."""
        class_name = reader.required(element, "class")
        kind = CLASSES.get(class_name)
        if kind is None:
            raise reader.error(element, _unknown_class(element.get("name"), class_name))
        reader.refer("endpoint", element.get("targetEndpoint") or None, element)
        reader.refer("store", reader.required(element, "messageStore"), element)
        return cls(
            name=reader.required(element, "name"),
            class_name=class_name,
            kind=kind,
            store=reader.required(element, "messageStore"),
            target_endpoint=element.get("targetEndpoint") or None,
            parameters=_parameters(element, kind, reader),
            file=reader.file,
            line=line_of(element),
        )


def _unknown_class(name: str | None, class_name: str) -> str:
    known = ", ".join(sorted({known.rpartition(".")[2] for known in CLASSES}))
    return (
        f"message processor '{name}': the class {class_name} is none of {known}, and other classes "
        "of Java do not run here"
    )


def _parameters(element: Element, kind: ProcessorKind, reader: Reader) -> dict[str, str]:
    given: dict[str, str] = {}
    for child in element.findall(f"{{{SYNAPSE}}}parameter"):
        written = reader.required(child, "name")
        name = SPELLINGS.get(written, written)
        given[name] = reader.resolved(child, (child.text or "").strip())
        meaning = PARAMETERS[kind].get(name, Meaning.NONE)
        problem = _problem(given[name], meaning) if given[name] else None
        if problem is not None:
            raise reader.error(child, f"{written} '{given[name]}' {problem}")
        _refer(given[name], meaning, child, reader)
    required = REQUIRED.get(kind)
    if required is not None and not given.get(required):
        text = f"message processor '{element.get('name')}' needs the parameter '{required}'"
        raise reader.error(element, text)
    return given


def _problem(text: str, meaning: Meaning) -> str | None:
    """What is wrong with a value, to be said behind it."""
    match meaning:
        case Meaning.NUMBER if _NUMBER.fullmatch(text) is None:
            return "is no whole number"
        case Meaning.POSITIVE if _NUMBER.fullmatch(text) is None or int(text) < 1:
            return "is no whole number above zero"
        case Meaning.FLAG if text.lower() not in ("true", "false"):
            return "is neither true nor false"
        case Meaning.CRON:
            return _cron_problem(text)
    return None


def _cron_problem(text: str) -> str | None:
    try:
        parse_cron(text)
    except ConfigurationError as error:
        return f"is no cron expression: {error.problem}"
    return None


def _refer(text: str, meaning: Meaning, child: Element, reader: Reader) -> None:
    kinds = {Meaning.SEQUENCE: "sequence", Meaning.STORE: "store"}
    if meaning in kinds:
        reader.refer(kinds[meaning], text or None, child)
