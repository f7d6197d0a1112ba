"""``apns.init``: who sends, and where to. It leaves its parameters as ``apns.*`` properties; an
operation reads them from there, so setting the properties by hand works as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from apns_connector.apns import Proxy
from apns_connector.errors import ConfigurationError
from apns_connector.mediation.effect import Effect, Effective
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import FunctionContext
from apns_connector.operations.credentials import (
    CERTIFICATE_PARAMETERS,
    SIGNING_KEY_PARAMETERS,
    CertificateFile,
    SigningKeyFile,
    read_credentials,
)
from apns_connector.operations.failure import OperationError, record
from apns_connector.operations.parameters import Parameters, given_to, properties

INIT: Final = "init"
CONNECTION_TYPE: Final = "apns"

PARAMETERS: Final = (
    "connectionType",
    "name",
    "destination",
    *CERTIFICATE_PARAMETERS,
    *SIGNING_KEY_PARAMETERS,
    "topic",
    "timeout",
    "proxy",
    "proxyUser",
    "proxyPassword",
)
_FURTHER: Final = frozenset(PARAMETERS) - {
    "destination",
    *CERTIFICATE_PARAMETERS,
    *SIGNING_KEY_PARAMETERS,
}
PROPERTIES: Final = properties(*PARAMETERS)
_ALL: Final = frozenset(PROPERTIES)
_HELD_AS: Final = {name: held_as for held_as, name in PROPERTIES.items()}
_TEXT: Final = frozenset({str})


class KeepInit(Effective):
    """The class mediator of the template: what was not given is forgotten, so that nothing of an
    earlier ``<apns.init>`` shines through."""

    def effect(self, context: FunctionContext) -> Effect | None:
        return _effect(context.parameters if context.template == INIT else {})

    def mediate(self, message: Message) -> bool:
        given = given_to(message, INIT)
        effect = _effect(given)
        if effect is not None:
            effect.take_place(message)
            return True
        message.properties.forget(_ALL)
        try:
            _keep(message, given)
        except OperationError as failure:
            raise record(message, failure) from failure
        return True


def _effect(parameters: Mapping[str, Any]) -> Effect | None:
    if not _TEXT.issuperset(map(type, parameters.values())):
        return None
    held = {_HELD_AS[name]: parameters[name] for name in parameters.keys() & _HELD_AS.keys()}
    return Effect(_ALL, held)


def _keep(message: Message, given: Mapping[str, Any]) -> None:
    parameters = Parameters(message, INIT)
    for name in given:
        if name in _HELD_AS:
            message.properties.set(_HELD_AS[name], parameters.text(name))


@dataclass(frozen=True, slots=True)
class Init:
    """The values of one ``<apns.init>``; ``timeout`` in seconds."""

    destination: str
    credentials: CertificateFile | SigningKeyFile
    topic: str | None = None
    timeout: float | None = None
    proxy: Proxy | None = None


def said_in(message: Message) -> tuple[Any, ...]:
    """What the properties hold that an init leaves, each in its place."""
    return tuple(map(message.properties.default.get, PROPERTIES))


def read_init(message: Message) -> Init:
    """The settings on ``message``, with the file of the certificate or key.

    Raises :class:`OperationError`; what the original connector had is checked first.
    """
    parameters = Parameters(message, INIT, PROPERTIES)
    destination = parameters.required("destination")
    credentials = read_credentials(message, parameters)
    if parameters.none_of(_FURTHER):  # nothing is asked for that cannot be there
        return Init(destination, credentials)
    _check_connection_type(parameters)
    return Init(
        destination,
        credentials,
        parameters.optional("topic"),
        _timeout(parameters),
        _proxy(parameters),
    )


def _check_connection_type(parameters: Parameters) -> None:
    """Editors of WSO2 write it, in capitals or not."""
    kind = parameters.optional("connectionType")
    if kind is not None and kind.lower() != CONNECTION_TYPE:
        raise OperationError.illegal(
            f"Connection type '{kind}' is not allowed; it must be {CONNECTION_TYPE}"
        )


def _timeout(parameters: Parameters) -> float | None:
    seconds = parameters.number("timeout")
    if seconds is not None and seconds <= 0:
        raise OperationError.illegal(f"Property <apns.timeout> is {seconds:g}; it must be above 0")
    return seconds


def _proxy(parameters: Parameters) -> Proxy | None:
    """The password has a parameter of its own, whose name keeps it out of logs."""
    address = parameters.optional("proxy")
    user, password = parameters.optional("proxyUser"), parameters.optional("proxyPassword")
    if address is None:
        if user is not None or password is not None:
            raise OperationError.missing("proxy")
        return None
    try:
        proxy = Proxy.parse(address)
        if proxy.user is not None:
            raise OperationError.illegal(
                "Property <apns.proxy> holds a user: give apns.proxyUser and apns.proxyPassword"
            )
        return Proxy(proxy.host, proxy.port, user, password or "")
    except ConfigurationError as error:
        raise OperationError.illegal(f"Property <apns.proxy>: {error}") from error
