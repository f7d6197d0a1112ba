"""The certificate or signing key that an ``<apns.init>`` names: where it is, and its content.

A signing key is named by its alias in the vault and looked up here, not by an expression, so that
no property of a message ever holds one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from apns_connector.apns import Credentials
from apns_connector.apns.reasons import CERTIFICATE
from apns_connector.errors import RegistryError, VaultError
from apns_connector.mediation.message import Message
from apns_connector.operations.clients import Clients
from apns_connector.operations.failure import OperationError
from apns_connector.operations.parameters import Parameters

ATTACHMENT: Final = "attachment"
REGISTRY: Final = "registry"

CERTIFICATE_PARAMETERS: Final = (
    "certificateFetchMethod",
    "certificateRegistryPath",
    "certificateAttachmentName",
    "password",
)
SIGNING_KEY_PARAMETERS: Final = ("signingKeyRegistryPath", "signingKeyAlias", "keyId", "teamId")


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A .p12 file as it was found; ``name`` is its registry path or attachment name, ``path`` that
    in the registry if it is from there."""

    name: str
    content: bytes = field(repr=False)
    password: str = field(repr=False)
    path: str | None = None

    async def open(self, clients: Clients) -> Credentials:
        """Raises :class:`CredentialsError`."""
        return await clients.certificate(self.content, self.password, self.name)


@dataclass(frozen=True, slots=True)
class SigningKeyFile:
    """A .p8 file as it was found; ``name`` is its registry path, or its alias in the vault,
    ``path`` that in the registry if it is from there."""

    name: str
    content: bytes = field(repr=False)
    key_id: str
    team_id: str
    path: str | None = None

    async def open(self, clients: Clients) -> Credentials:
        """Raises :class:`CredentialsError`."""
        return clients.signing_key(self.content, self.key_id, self.team_id, self.name)


def read_credentials(message: Message, parameters: Parameters) -> CertificateFile | SigningKeyFile:
    """The file that ``parameters``, those of an init, point to.

    What the original connector had is checked in its order, so that of several mistakes the same
    one is reported first. Raises :class:`OperationError`, also unless it is exactly one kind of
    credentials: nothing found counts as absent, but nothing at all as neither.
    """
    keys = _given(parameters, SIGNING_KEY_PARAMETERS)
    if keys:
        certificates = _given(parameters, CERTIFICATE_PARAMETERS)
        if certificates:
            raise OperationError(
                CERTIFICATE,
                "Either a certificate or a signing key can be used, not both",
                f"Given are {', '.join(certificates)}, and {', '.join(keys)}",
            )
        return _signing_key(message, parameters)
    if all(parameters.text(name) is None for name in CERTIFICATE_PARAMETERS):
        raise OperationError(
            CERTIFICATE,
            "Neither a certificate nor a signing key is given",
            "A certificate needs certificateFetchMethod and password; a signing key needs "
            "signingKeyRegistryPath or signingKeyAlias, keyId and teamId",
        )
    return _certificate(message, parameters)


def _given(parameters: Parameters, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if parameters.optional(name) is not None]


# Certificate


def _certificate(message: Message, parameters: Parameters) -> CertificateFile:
    method = parameters.required("certificateFetchMethod")
    path = None
    if method == ATTACHMENT:
        name = parameters.required("certificateAttachmentName")
        content = _attachment(message, name)
    elif method == REGISTRY:
        name = path = parameters.required("certificateRegistryPath")
        content = _registry_resource(message, name, "certificate")
    else:
        raise OperationError.illegal(f"Certificate fetch method '{method}' is not allowed.")
    return CertificateFile(name, content, parameters.required("password"), path)


def _attachment(message: Message, name: str) -> bytes:
    attachment = message.attachments.get(name)
    if attachment is None:
        raise OperationError(
            CERTIFICATE,
            f"Cannot extract certificate attachment for the name {name}",
            f"The message has {_named(message)}, and none with the Content-ID '{name}'",
        )
    return attachment.content


def _named(message: Message) -> str:
    names = ", ".join(f"'{name}'" for name in message.attachments)
    return f"the attachments {names}" if names else "no attachments"


def _registry_resource(message: Message, path: str, what: str) -> bytes:
    try:
        resource = message.configuration.registry.resource(path)
    except RegistryError as error:
        raise OperationError(
            CERTIFICATE,
            f"{what.capitalize()} content in registry, <{path}> cannot be read",
            str(error),
        ) from error
    if resource is None:
        raise OperationError(CERTIFICATE, f"No {what} in registry path {path}")
    return resource.content


# Signing key


def _signing_key(message: Message, parameters: Parameters) -> SigningKeyFile:
    path = parameters.optional("signingKeyRegistryPath")
    alias = parameters.optional("signingKeyAlias")
    if path is not None and alias is not None:
        raise OperationError.illegal(
            "Either apns.signingKeyRegistryPath or apns.signingKeyAlias can be given, not both"
        )
    key_id, team_id = parameters.needed("keyId"), parameters.needed("teamId")
    if alias is not None:
        return SigningKeyFile(f"alias {alias}", _secret(message, alias), key_id, team_id)
    name = parameters.needed("signingKeyRegistryPath")
    content = _registry_resource(message, name, "signing key")
    return SigningKeyFile(name, content, key_id, team_id, name)


def _secret(message: Message, alias: str) -> bytes:
    vault = message.configuration.vault
    try:
        if vault is None:
            raise VaultError("This deployment has no vault")
        return vault.get(alias).encode()
    except VaultError as error:
        raise OperationError(
            CERTIFICATE, f"No signing key under the alias {alias}", str(error)
        ) from error
