"""``<task>``: puts a message into a flow, at times that a trigger names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apns_connector.errors import MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.flow import Flows
from apns_connector.mediation.mediator import FaultSequenceFailed, Sequence
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.schedule import Schedule, schedule_from_element
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.xml import SYNAPSE, Element, children, detached_copy

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

MESSAGE_INJECTOR = "org.apache.synapse.startup.tasks.MessageInjector"
_TASKS = "http://www.wso2.org/products/wso2commons/tasks"

MAIN = "main"
_PROPERTIES = frozenset(
    {"message", "to", "format", "soapAction", "injectTo", "sequenceName", "proxyName"}
    | {"registryKey"}
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages are put: a sequence, ``main`` if nothing else is said, or a proxy."""

    sequence: str | None = MAIN
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class Injection:
    """The message of a task. ``payload``, or the XML under ``key``; without ``version`` it is
    plain XML, without an envelope."""

    target: Target
    payload: Element | None
    key: str | None = None
    version: SoapVersion | None = SoapVersion.SOAP12
    to: str | None = None
    action: str | None = None

    async def run(self, configuration: Configuration) -> None:
        """Inject the message once. Raises MediationError when no fault sequence handled what went
        wrong, or when there is no target."""
        message = self._message(configuration)
        if self.target.proxy is not None:
            proxy = configuration.proxies.get(self.target.proxy)
            if proxy is None:
                raise MediationError(f"Proxy Service not found: {self.target.proxy}")
            await proxy.receive(message)
            return
        key = self.target.sequence or MAIN
        sequence = configuration.sequence(key)
        if sequence is None:
            raise MediationError(f"Sequence not found: {key}")
        await _mediate(sequence, message)

    def _message(self, configuration: Configuration) -> Message:
        payload = self.payload
        if payload is None and self.key is not None:
            payload = configuration.element(self.key)
        if payload is None:
            raise MediationError(f"There is no XML under the key '{self.key}'")
        payload = detached_copy(payload)
        values = {"configuration": configuration, "to": self.to, "action": self.action}
        if self.version is None:
            return Message.from_payload(payload, **values)
        return Message.from_envelope(new_envelope(self.version, payload), **values)


async def _mediate(sequence: Sequence, message: Message) -> None:
    try:
        await sequence.mediate(message)
    except FaultSequenceFailed:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever a mediator throws is the flow's fault
        await Flows().handle(message, fault)
    finally:
        message.exchange.end()


@dataclass(frozen=True, slots=True)
class Task:
    """``definition`` is its XML with the values that it takes from elsewhere: the same text is the
    same task, also when it was read again."""

    name: str
    schedule: Schedule
    injection: Injection
    definition: str

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Task:
        """Raises ConfigurationError for another class than MessageInjector, a trigger that makes
        no sense, or a message without content or target."""
        name = reader.required(element, "name")
        if element.get("class", MESSAGE_INJECTOR) != MESSAGE_INJECTOR:
            raise reader.error(
                element,
                f"task '{name}': the class {element.get('class')} is Java, which does not run "
                f"here; there is {MESSAGE_INJECTOR}",
            )
        schedule = schedule_from_element(element, reader)
        return cls(name, schedule, _injection(element, reader), _definition(element, reader))


def _definition(element: Element, reader: Reader) -> str:
    values = [
        reader.resolved(part, str(value))
        for part in element.iter(f"{{{SYNAPSE}}}*", f"{{{_TASKS}}}*")
        for value in part.attrib.values()
    ]
    return "\n".join([xml.text_of(element), *values])


def _injection(element: Element, reader: Reader) -> Injection:
    given = dict(_properties(element, reader))
    key = given.get("registryKey")
    payload = given.get("message")
    if isinstance(payload, str):
        payload = _parsed(payload, element, reader)
    if payload is None and key is None:
        raise reader.error(element, "the task has no property 'message'")
    if isinstance(key, str) and payload is None:
        reader.refer("entry", key, element)
    form = _word(given, "format")
    return Injection(
        target=_target(given, element, reader),
        payload=payload,
        key=_word(given, "registryKey"),
        version=_version(form, element, reader),
        to=_word(given, "to"),
        action=_word(given, "soapAction"),
    )


def _properties(element: Element, reader: Reader) -> Iterator[tuple[str, str | Element]]:
    """By name, with text or XML as value; old files have them in a namespace of their own."""
    for child in children(element):
        if child.tag not in (f"{{{SYNAPSE}}}property", f"{{{_TASKS}}}property"):
            continue
        name = child.get("name") or child.get(f"{{{_TASKS}}}name") or ""
        if name not in _PROPERTIES:
            known = ", ".join(sorted(_PROPERTIES))
            raise reader.error(child, f"MessageInjector has no property '{name}', only {known}")
        value = child.get("value", child.get(f"{{{_TASKS}}}value"))
        inline = children(child)
        if value is not None:
            yield name, reader.resolved(child, value)
        elif inline:
            yield name, inline[0]
        else:
            raise reader.error(child, f"the property '{name}' has neither a value nor XML in it")


def _parsed(text: str, element: Element, reader: Reader) -> Element:
    try:
        return xml.parse(text.encode(), xml.CONFIGURATION)
    except XmlError as error:
        text = f"the message of the task is no XML: {error.problem}"
        raise reader.error(element, text) from error


def _target(given: dict[str, str | Element], element: Element, reader: Reader) -> Target:
    """What injectTo says. A sequence or proxy has to exist."""
    kind = (_word(given, "injectTo") or MAIN).strip().lower()
    if kind == MAIN:
        return Target()
    if kind not in ("sequence", "proxy"):
        raise reader.error(element, f"injectTo '{kind}' is none of main, sequence, proxy")
    name = _word(given, f"{kind}Name")
    if not name:
        raise reader.error(element, f"injectTo '{kind}' needs the property '{kind}Name'")
    reader.refer(kind, name, element)
    return Target(sequence=name) if kind == "sequence" else Target(sequence=None, proxy=name)


def _version(form: str | None, element: Element, reader: Reader) -> SoapVersion | None:
    match (form or "soap12").lower():
        case "soap11":
            return SoapVersion.SOAP11
        case "soap12":
            return SoapVersion.SOAP12
        case "pox" | "get":
            return None
    raise reader.error(element, f"format '{form}' is none of soap11, soap12, pox, get")


def _word(given: dict[str, str | Element], name: str) -> str | None:
    value = given.get(name)
    return value if isinstance(value, str) else None
