"""Certificates that have expired, soon do, or cannot be opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from cryptography import x509

from apns_connector.apns import Certificate
from apns_connector.apns.expiry import WARN_BEFORE, warning
from apns_connector.errors import CredentialsError, MediationError, RegistryError
from apns_connector.inspection.constants import PATH_PARAMETER, aliases_in
from apns_connector.inspection.elements import Call, Placed, calls, constant
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.finding import Finding, Severity
from apns_connector.mediation.deployment.layout import files_below
from apns_connector.mediation.registry import Resource

_PLAIN_SUFFIXES = frozenset({".pem", ".crt", ".cer"})
_LOOKUP = re.compile(r"\{\s*(\w+:)?vault-lookup\([^()]*\)\s*\}|\{\$\{wso2-vault\([^()]*\)\}\}")


def inspect_certificates(configuration: Configuration, now: datetime) -> Iterator[Finding]:
    for call in calls(configuration):
        named = _named(call)
        if named is not None:
            yield from _inspect_pkcs12(named, configuration, now)
    for name, content in _plain_certificates(configuration):
        try:
            content = content.read_bytes() if isinstance(content, Path) else content
        except OSError as error:
            yield Finding(Severity.ERROR, f"the file cannot be read: {error.strerror}", name)
            continue
        yield from _inspect_plain(name, content, now)


@dataclass(frozen=True, slots=True)
class _Named:
    """A certificate that an init names: the parameter with its path, and its password."""

    placed: Placed
    path: str
    password: str


def _named(call: Call) -> _Named | None:
    """``None`` unless path and password are the same for every message."""
    given = {child.name: child for child in call.placed.children()}
    placed, password = given.get(f"certificate{PATH_PARAMETER}"), given.get("password")
    if placed is None or password is None:
        return None
    path = constant(placed.element.text or "")
    return None if path is None else _Named(placed, path, password.element.text or "")


def _inspect_pkcs12(
    named: _Named, configuration: Configuration, now: datetime
) -> Iterator[Finding]:
    resource = _resource(named.path, configuration)
    password = _password(named.password, configuration)
    if resource is None or password is None:
        return
    try:
        certificate = Certificate.from_pkcs12(resource.content, password, resource.file)
        certificate.check_validity(now, resource.file)
    except CredentialsError as error:
        yield named.placed.error(str(error))
        return
    sentence = warning(certificate, now)
    if sentence is not None:
        yield named.placed.warning(f"{resource.file}: {sentence}")


def _resource(path: str, configuration: Configuration) -> Resource | None:
    """A path that leads nowhere, or out of the registry, was told by the constants."""
    try:
        return configuration.registry.resource(path)
    except RegistryError:
        return None


def _password(text: str, configuration: Configuration) -> str | None:
    """What a constant password, or the alias of one, stands for; ``None`` when that depends on the
    message, or the vault is not open."""
    plain = constant(text)
    if plain is not None:
        return plain
    aliases = aliases_in(text)
    if configuration.vault is None or len(aliases) != 1 or not _LOOKUP.fullmatch(text.strip()):
        return None
    try:
        return configuration.vault.lookup(aliases[0])
    except MediationError:  # there is none of that name, or the vault is locked: told elsewhere
        return None


def _plain_certificates(configuration: Configuration) -> Iterator[tuple[str, Path | bytes]]:
    """The files of the registry, wherever they lie, that are certificates by their name."""
    layout = configuration.layout
    for file in files_below(layout.registry):
        if file.suffix.lower() in _PLAIN_SUFFIXES:
            yield layout.name(file), file
    for mounted in configuration.registry.mounted.values():
        if PurePosixPath(mounted.file).suffix.lower() in _PLAIN_SUFFIXES:
            yield mounted.file, mounted.content


def _inspect_plain(name: str, content: bytes, now: datetime) -> Iterator[Finding]:
    try:
        if b"-----BEGIN CERTIFICATE" in content:
            found = x509.load_pem_x509_certificates(content)
        elif content[:1] == b"\x30":
            found = [x509.load_der_x509_certificate(content)]
        else:
            return
    except ValueError:
        yield Finding(Severity.ERROR, "the certificate cannot be read", name)
        return
    for certificate in found:
        left = certificate.not_valid_after_utc - now
        date = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        if left < timedelta(0):
            yield Finding(Severity.ERROR, f"the certificate expired on {date}: renew it", name)
        elif left <= WARN_BEFORE:
            text = f"the certificate expires on {date}, in {left.days} days: renew it"
            yield Finding(Severity.WARNING, text, name)
