"""Where the sender's certificate or signing key comes from: a file, the registry, or the vault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from apns_connector.apns import CertificateFile, Credentials, SigningKeyFile
from apns_connector.errors import ConfigurationError, CredentialsError
from apns_connector.mediation.registry import Registry
from apns_connector.operations import Clients
from apns_connector.rest.options import CertificateOptions, RestOptions, SigningKeyOptions


class Source(Protocol):
    """Gives the credentials of this moment: renewed ones take over. Raises CredentialsError, and
    what registry and vault raise."""

    async def current(self) -> Credentials: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What options refer to. ``registry`` is that of the configuration in force; ``secret`` gives
    the text under an alias of the vault."""

    folder: Path
    registry: Callable[[], Registry]
    secret: Callable[[str], str]
    environment: Mapping[str, str]


class _File:
    """A file of the deployment's folder, or anywhere; looked at every few seconds."""

    def __init__(self, file: CertificateFile | SigningKeyFile) -> None:
        self._file = file

    async def current(self) -> Credentials:
        return self._file.current()


class _RegistryCertificate:
    def __init__(
        self,
        path: str,
        password: Callable[[], str | None],
        around: Surroundings,
        clients: Clients,
    ) -> None:
        self._path, self._password, self._around = path, password, around
        self._clients = clients

    async def current(self) -> Credentials:
        content = _resource(self._path, self._around)
        return await self._clients.certificate(content, self._password() or "", self._path)


class _Key:
    """A signing key in the registry, or as text in the vault."""

    def __init__(
        self, options: SigningKeyOptions, read: Callable[[], bytes], clients: Clients
    ) -> None:
        self._options, self._read, self._clients = options, read, clients

    async def current(self) -> Credentials:
        given = self._options
        name = given.registry or f"alias {given.alias}"
        return self._clients.signing_key(self._read(), given.key_id, given.team_id, name)


def open_source(options: RestOptions, around: Surroundings, clients: Clients) -> Source:
    """Raises ConfigurationError unless there is exactly one certificate or signing key, in exactly
    one place, and CredentialsError for a file that holds none."""
    certificate, signing_key = options.certificate, options.signing_key
    if certificate is not None and signing_key is None:
        return _certificate(certificate, around, clients)
    if signing_key is not None and certificate is None:
        return _signing_key(signing_key, around, clients)
    raise ConfigurationError("rest needs either a certificate or a signing_key")


def _certificate(given: CertificateOptions, around: Surroundings, clients: Clients) -> Source:
    _check_one("rest.certificate", path=given.path, registry=given.registry)
    password = _password(given, around)
    if given.registry is not None:
        return _RegistryCertificate(given.registry, password, around, clients)
    return _File(CertificateFile(around.folder / (given.path or ""), password))


def _signing_key(given: SigningKeyOptions, around: Surroundings, clients: Clients) -> Source:
    _check_one("rest.signing_key", path=given.path, registry=given.registry, alias=given.alias)
    if given.path is not None:
        return _File(SigningKeyFile(around.folder / given.path, given.key_id, given.team_id))
    registry, alias = given.registry, given.alias
    if registry is not None:
        return _Key(given, lambda: _resource(registry, around), clients)
    return _Key(given, lambda: around.secret(alias or "").encode(), clients)


def _password(given: CertificateOptions, around: Surroundings) -> Callable[[], str | None]:
    alias, variable = given.password_alias, given.password_variable
    if alias is not None and variable is not None:
        raise ConfigurationError(
            "rest.certificate takes either password_alias or password_variable, not both"
        )
    if alias is not None:
        return lambda: around.secret(alias)
    if variable is None:
        return lambda: None
    password = around.environment.get(variable)
    if password is None:
        raise ConfigurationError(
            f"rest.certificate.password_variable: the environment has no variable {variable}"
        )
    return lambda: password


def _check_one(where: str, **places: str | None) -> None:
    given = [name for name, value in places.items() if value is not None]
    if len(given) != 1:
        raise ConfigurationError(f"{where} needs exactly one of {', '.join(places)}")


def _resource(path: str, around: Surroundings) -> bytes:
    """Raises CredentialsError, RegistryError."""
    resource = around.registry().resource(path)
    if resource is None:
        raise CredentialsError(f"The registry has no resource '{path}'")
    return resource.content
