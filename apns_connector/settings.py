"""What an operator sets: ``gateway.yaml`` of a deployment, and the environment over it.

Every key may be given by the environment instead, as ``APNS_CONNECTOR__`` and the path of the key
in capitals, joined by two underscores: ``APNS_CONNECTOR__HTTP__PORT=8281``. Secrets have no place
here: passwords are in the vault, and its master key in ``APNS_CONNECTOR_MASTER_KEY`` or in the
file that ``APNS_CONNECTOR_MASTER_KEY_FILE`` names.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import yaml

from apns_connector.apns import tls
from apns_connector.apns.client import DEFAULT_TIMEOUT_SECONDS
from apns_connector.apns.destination import APPLE, APPLE_CHANNELS, Destination
from apns_connector.errors import ConfigurationError
from apns_connector.gateway.client_address import Networks, read_networks
from apns_connector.gateway.cors import Cors
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.outbound import OutboundOptions
from apns_connector.rest.options import RestOptions

FILE_NAME: Final = "gateway.yaml"
ENVIRONMENT_PREFIX: Final = "APNS_CONNECTOR__"

# Variables of other commands and of the vault; any other that begins so is a slip of the pen.
_OTHER_VARIABLES: Final = (
    "APNS_CONNECTOR_MASTER_KEY",
    "APNS_CONNECTOR_MASTER_KEY_FILE",
    "APNS_CONNECTOR_PASSWORD",
)

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]
# No user and password: secrets have no place in settings.
ProxyUrl = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/@]+/?$")]
Count = Annotated[int, msgspec.Meta(gt=0)]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/]+")]


class CorsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which web pages may use the APIs, as :class:`Cors` says; none unless they are named."""

    allow_origins: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()


class Http(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``host``: an address to listen on. ``public_url``: what WSDL documents give as address.
    ``trusted_proxies``: networks or addresses whose X-Forwarded-For is believed."""

    host: str = "127.0.0.1"
    port: Port = 8280
    public_url: Url | None = None
    cors: CorsSettings = CorsSettings()
    trusted_proxies: tuple[str, ...] = ()


class ServerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``trust``: a PEM file of certificate authorities, relative to the deployment."""

    host: str
    port: Port = 443
    trust: str | None = None


class DestinationSettings(ServerSettings, frozen=True, forbid_unknown_fields=True):
    """``channels``: the server on which this one's broadcast channels are managed; its ``trust`` is
    that of this one if it names none."""

    channels: ServerSettings | None = None


class Apns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``timeout``: seconds for one notification. ``destinations`` replace or join Apple's two.
    ``unregistered_file``: where device tokens that are gone are noted, relative to the deployment;
    ``None`` for nowhere."""

    timeout: Seconds = DEFAULT_TIMEOUT_SECONDS
    unregistered_file: str | None = "data/unregistered.db"
    destinations: dict[str, DestinationSettings] = {}


_OUTBOUND: Final = OutboundOptions()


class Outbound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Requests to backends, as :class:`OutboundOptions` says; ``trust`` relative to the
    deployment."""

    trust: str | None = None
    timeout: Seconds = _OUTBOUND.timeout
    connect_timeout: Seconds = _OUTBOUND.connect_timeout
    connections: Count = _OUTBOUND.connections
    keep_alive: Seconds = _OUTBOUND.keep_alive
    reply_bytes: Count = _OUTBOUND.reply_bytes
    proxy: ProxyUrl | None = None
    no_proxy: tuple[str, ...] = ()


LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
COMPATIBLE_WITH: Final = ("mi-4", "esb-4.9")
# What may stand where only certain words may, by the path of the key.
_WORDS: Final = {"$.log.level": LEVELS, "$.compatibility": COMPATIBLE_WITH}


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class MessageStoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a message store really is, whatever its XML says. ``url`` may look up secrets of the
    vault, ``{wso2:vault-lookup('alias')}``. ``max_records``: its limit."""

    url: str
    max_records: Count | None = None

    def __repr__(self) -> str:
        # The URL may hold a password.
        return f"MessageStoreSettings(max_records={self.max_records!r})"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of one gateway; ``limits`` are those of :class:`Limits`, by name. Without
    ``rest`` there is no REST API. ``compatibility``: whose mediation the flows count on."""

    compatibility: Literal["mi-4", "esb-4.9"] = "mi-4"
    http: Http = Http()
    apns: Apns = Apns()
    outbound: Outbound = Outbound()
    log: Log = Log()
    limits: dict[str, float] = {}
    rest: RestOptions | None = None
    message_stores: dict[str, MessageStoreSettings] = {}


def read_settings(deployment: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of the deployment in that folder; without a file, the defaults.

    Raises :class:`ConfigurationError` with file and line, or with the name of the variable.
    """
    file = deployment / FILE_NAME
    content, lines = _read_yaml(file) if file.is_file() else ({}, {})
    settings = _convert(content, str(file), lines)
    overlay = _from_environment(environment)
    if overlay:
        settings = _convert(_merged(content, overlay), "the environment", {}, strict=False)
    return settings


def limits(settings: Settings) -> Limits:
    """Raises :class:`ConfigurationError` for a name that is no limit, or a value below zero."""
    known = {field.name: field.type for field in dataclasses.fields(Limits)}
    given: dict[str, Any] = {}
    for name, value in settings.limits.items():
        if name not in known:
            raise ConfigurationError(
                f"{FILE_NAME}: limits.{name} is none of {', '.join(sorted(known))}"
            )
        given[name] = int(value) if known[name] == "int" else value
    try:
        return Limits(**given)
    except ValueError as error:
        raise ConfigurationError(f"{FILE_NAME}: {error}") from error


def destinations(settings: Settings, deployment: Path) -> Mapping[str, Destination]:
    """What ``<destination>`` may hold: Apple's two, unless redirected, and the named ones.

    Raises :class:`ConfigurationError` for a trust file that cannot be read as one.
    """
    named = {
        name: _destination(name, given, given.trust, deployment)
        for name, given in settings.apns.destinations.items()
    }
    return {**APPLE, **named}


def channel_servers(settings: Settings, deployment: Path) -> Mapping[str, Destination]:
    """Where the channels of a destination are managed, by its name. One of Apple's that is
    redirected has no server for channels unless it names one.

    Raises as :func:`destinations` does.
    """
    given = settings.apns.destinations
    apples = {name: server for name, server in APPLE_CHANNELS.items() if name not in given}
    named = {
        name: _destination(name, server, server.trust or destination.trust, deployment)
        for name, destination in given.items()
        if (server := destination.channels) is not None
    }
    return {**apples, **named}


def _destination(
    name: str, given: ServerSettings, trust: str | None, deployment: Path
) -> Destination:
    file = None if trust is None else deployment / trust
    tls.client_context(file)  # refuses what is no certificate
    return Destination(name, given.host, given.port, file)


def cors(settings: Settings) -> Cors:
    given = settings.http.cors
    return Cors(given.allow_origins, given.allow_headers)


def trusted_proxies(settings: Settings) -> Networks:
    """Raises :class:`ConfigurationError` for what is neither a network nor an address."""
    try:
        return read_networks(settings.http.trusted_proxies)
    except ValueError as error:
        raise ConfigurationError(f"{FILE_NAME}: http.trusted_proxies: {error}") from error


def outbound_options(settings: Settings, deployment: Path) -> OutboundOptions:
    """How to reach backends."""
    given = msgspec.structs.asdict(settings.outbound)
    trust = settings.outbound.trust
    return OutboundOptions(**{**given, "trust": None if trust is None else deployment / trust})


def _convert(
    content: Any, place: str, lines: Mapping[str, int], *, strict: bool = True
) -> Settings:
    try:
        return msgspec.convert(content, Settings, strict=strict)
    except msgspec.ValidationError as error:
        problem, path = _explain(str(error))
        where = f"{path.removeprefix('$.')}: " if path != "$" else ""
        raise ConfigurationError(f"{where}{problem}", place, lines.get(path)) from error


def _explain(message: str) -> tuple[str, str]:
    """What msgspec says, as problem and path of the key that is to blame (``$.http.port``)."""
    problem, _, path = message.partition(" - at ")
    path = path.strip("`") or "$"
    unknown = re.search(r"unknown field `(.+)`", problem)
    if unknown is not None:
        return "there is no such setting", f"{path}.{unknown[1]}"
    if problem.startswith("Invalid enum value") and path in _WORDS:
        problem += f": it is one of {', '.join(_WORDS[path])}"
    return problem, path


def _read_yaml(file: Path) -> tuple[Any, dict[str, int]]:
    """The content, and the line of each key by its path (``$.http.port``)."""
    try:
        loader = yaml.SafeLoader(file.read_text("utf-8"))
        node = loader.get_single_node()
        if node is None:
            return {}, {}
        lines: dict[str, int] = {}
        _note_lines(node, "$", lines, str(file))
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        raise ConfigurationError(f"not YAML: {error.problem}", str(file), line) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"cannot be read: {error}", str(file)) from error


def _note_lines(node: yaml.Node, path: str, lines: dict[str, int], file: str) -> None:
    """YAML lets a second key of the same name win silently; here it is a mistake."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        inner = f"{path}.{key.value}"
        line = key.start_mark.line + 1
        if inner in lines:
            raise ConfigurationError(
                f"{key.value} stands here a second time, first in line {lines[inner]}", file, line
            )
        lines[inner] = line
        _note_lines(value, inner, lines, file)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, value in sorted(environment.items()):
        if name.startswith("APNS_CONNECTOR_") and not name.startswith(ENVIRONMENT_PREFIX):
            _check_other(name)
        if name.startswith(ENVIRONMENT_PREFIX):
            *path, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            target = content
            for part in path:
                target = target.setdefault(part, {})
            target[key] = value
    return content


def _check_other(name: str) -> None:
    if name not in _OTHER_VARIABLES:
        raise ConfigurationError(
            f"{name} sets nothing: settings begin with {ENVIRONMENT_PREFIX} (two underscores), "
            f"and there are {', '.join(_OTHER_VARIABLES)}",
            "the environment",
        )


def _merged(content: Any, overlay: Any) -> Any:
    if not (isinstance(content, dict) and isinstance(overlay, dict)):
        return overlay
    keys = {**content, **overlay}
    return {
        key: _merged(content[key], overlay[key]) if key in content and key in overlay else value
        for key, value in keys.items()
    }
