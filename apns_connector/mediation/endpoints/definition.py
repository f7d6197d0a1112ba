"""What the endpoints that lead to one backend have in common."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import Enum

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.endpoints.policy import policy_from_element, text_of_setting
from apns_connector.mediation.endpoints.suspension import Policy
from apns_connector.mediation.expressions.value import Static, Value, parse_value
from apns_connector.mediation.mediator import Mediator
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import (
    SYNAPSE,
    WSA_NAMESPACES,
    WSDL11,
    Element,
    children,
    local_name,
)


class Format(Enum):
    """``format`` of an address: in which form a message is sent, whatever form it has."""

    SOAP11 = "soap11"
    SOAP12 = "soap12"
    POX = "pox"
    GET = "get"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class BasicAuthorization:
    """The user and password that a backend wants, each of them possibly from the vault."""

    user: Value
    password: Value

    def __repr__(self) -> str:
        return "BasicAuthorization(***)"

    def header(self, message: Message) -> str:
        pair = f"{self.user.text(message) or ''}:{self.password.text(message) or ''}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


@dataclass(frozen=True, slots=True)
class Definition:
    """``name`` is ``None`` for an endpoint that is written where it is used. ``on_error`` is the
    key of a sequence. ``timeout`` gives milliseconds; when it is over, a message is lost without
    any fault sequence if it ``discards``. ``addressing`` is the namespace of the WS-Addressing
    headers to send, ``None`` to send none; ``optimize`` the axis2 property that makes a body with
    attachments of the message. ``properties`` are set on each message before it goes.
    """

    name: str | None = None
    on_error: str | None = None
    format: Format | None = None
    policy: Policy = Policy()  # noqa: RUF009 - frozen, as good as a number
    timeout: Value | None = None
    discards: bool = False
    addressing: str | None = None
    optimize: str | None = None
    authorization: BasicAuthorization | None = None
    properties: tuple[Mediator, ...] = ()

    def timeout_seconds(self, message: Message) -> float | None:
        """``None`` for the default of the transport. Raises MediationError for no number."""
        if self.timeout is None:
            return None
        text = (self.timeout.text(message) or "").strip()
        if not (text.isascii() and text.isdigit()):
            raise MediationError(f"The timeout '{text[:40]}' is not a number of milliseconds")
        return int(text) / 1000 or None


def definition_from_element(endpoint: Element, kind: Element, reader: Reader) -> Definition:
    """Of ``<endpoint>`` and the child that tells its kind. Raises ConfigurationError for what is
    wrong, and for what is not supported: a message would go out without it."""
    _refuse_others(kind, reader)
    timeout = kind.find(_tag("timeout"))
    return Definition(
        name=endpoint.get("name"),
        on_error=error_sequence(endpoint, reader),
        format=_format(kind, reader),
        policy=policy_from_element(kind, reader),
        timeout=None if timeout is None else _duration(timeout, reader),
        discards=timeout is not None and _discards(timeout, reader),
        optimize=_OPTIMIZED[reader.choice(kind, "optimize", tuple(_OPTIMIZED))],
        addressing=_addressing(kind.find(_tag("enableAddressing")), reader),
        authorization=_authorization(kind.find(_tag("authentication")), reader),
        properties=properties_from(endpoint, reader),
    )


def error_sequence(endpoint: Element, reader: Reader) -> str | None:
    """The key in ``onError``."""
    key = endpoint.get("onError")
    reader.refer("sequence", key, endpoint)
    return key


def properties_from(endpoint: Element, reader: Reader) -> tuple[Mediator, ...]:
    """The ``<property>`` children of an endpoint."""
    found = (reader.mediator(child) for child in endpoint.findall(_tag("property")))
    return tuple(mediator for mediator in found if mediator is not None)


_OPTIMIZED = {"": None, "swa": "enableSwA", "mtom": "enableMTOM"}
_KNOWN_CHILDREN = (
    "authentication",
    "description",
    "enableAddressing",
    "markForSuspension",
    "retryConfig",
    "suspendOnFailure",
    "timeout",
)


def _refuse_others(kind: Element, reader: Reader) -> None:
    for child in children(kind):
        name = local_name(child.tag)
        if name not in _KNOWN_CHILDREN and not child.tag.startswith(f"{{{WSDL11}}}"):
            raise reader.error(child, f"<{name}> of an endpoint is not supported")
    if kind.get("encoding", "UTF-8").upper() != "UTF-8":
        raise reader.error(kind, f"encoding '{kind.get('encoding')}' is not supported: only UTF-8")


def _format(kind: Element, reader: Reader) -> Format | None:
    word = kind.get("format", "").strip().lower()
    if not word or word == "leave-as-is":  # what the tools write for none
        return None
    try:
        return Format(word)
    except ValueError as error:
        known = ", ".join(form.value for form in Format)
        raise reader.error(kind, f"format '{word}' is none of {known}") from error


def _duration(timeout: Element, reader: Reader) -> Value | None:
    element = timeout.find(_tag("duration"))
    if element is None or not (text := text_of_setting(element, reader)):
        return None
    value = reader.value(element, text)
    if isinstance(value, Static) and not (text.isascii() and text.isdigit()):
        raise reader.error(element, f"<duration>: '{text}' is not a number of milliseconds")
    return value


def _discards(timeout: Element, reader: Reader) -> bool:
    element = timeout.find(_tag("responseAction"))
    word = "" if element is None else (element.text or "").strip().lower()
    if word not in ("", "discard", "fault"):
        raise reader.error(timeout, f"<responseAction>: '{word}' is none of discard, fault")
    return word == "discard"


def _addressing(element: Element | None, reader: Reader) -> str | None:
    if element is None:
        return None
    if element.get("separateListener", "false").lower() == "true":
        raise reader.error(element, "separateListener is not supported: replies come over HTTP")
    final, submission = WSA_NAMESPACES
    versions = {"final": final, "submission": submission}
    return versions[reader.choice(element, "version", tuple(versions))]


def _authorization(element: Element | None, reader: Reader) -> BasicAuthorization | None:
    if element is None:
        return None
    basic = element.find(_tag("basicAuth"))
    if basic is None:
        raise reader.error(element, "<authentication> of an endpoint is only done as <basicAuth>")
    return BasicAuthorization(
        _secret(basic, "username", reader), _secret(basic, "password", reader)
    )


def _secret(basic: Element, name: str, reader: Reader) -> Value:
    element = basic.find(_tag(name))
    if element is None:
        raise reader.error(basic, f"<basicAuth> has no <{name}>")
    try:
        # The text itself is left out of the problem, whatever is wrong with it.
        value = parse_value(text_of_setting(element, reader), element.nsmap)
    except ConfigurationError:
        raise reader.error(element, f"<{name}> holds an expression that is not valid") from None
    return Static("") if value is None else value


def _tag(name: str) -> str:
    return f"{{{SYNAPSE}}}{name}"
