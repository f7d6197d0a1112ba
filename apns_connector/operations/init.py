"""``apns.init``: who sends, and where to. Its template leaves the values as ``apns.*`` properties;
an operation reads them from there, so setting the properties by hand works as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from apns_connector.apns.reasons import CERTIFICATE
from apns_connector.errors import RegistryError
from apns_connector.mediation.message import Message
from apns_connector.operations.failure import OperationError
from apns_connector.operations.parameters import required, text

ATTACHMENT = "attachment"
REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class Init:
    """The values of one ``<apns.init>``, in the spelling of the XML."""

    destination: str
    certificate_fetch_method: str
    certificate_name: str
    password: str

    def __repr__(self) -> str:
        return (
            f"Init({self.destination!r}, {self.certificate_fetch_method} {self.certificate_name!r})"
        )


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A .p12 file as it was found; ``name`` is its registry path or attachment name."""

    name: str
    content: bytes

    def __repr__(self) -> str:
        return f"CertificateFile({self.name!r}, {len(self.content)} bytes)"


def read_init(message: Message) -> tuple[Init, CertificateFile]:
    """The connection settings on ``message`` and the certificate file they point to.

    Checked in the order of the original connector, so that of several mistakes the same one is
    reported first. Raises :class:`OperationError`.
    """
    destination = required(message, "destination")
    method = required(message, "certificateFetchMethod")
    if method == ATTACHMENT:
        name = required(message, "certificateAttachmentName")
        content = _attachment(message, name)
    elif method == REGISTRY:
        name = required(message, "certificateRegistryPath")
        content = _registry_resource(message, name)
    else:
        raise OperationError.illegal(f"Certificate fetch method '{method}' is not allowed.")
    password = text(message, "password")
    if password is None:
        raise OperationError.missing("password")
    return Init(destination, method, name, password), CertificateFile(name, content)


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


def _registry_resource(message: Message, path: str) -> bytes:
    try:
        resource = message.configuration.registry.resource(path)
    except RegistryError as error:
        raise OperationError(
            CERTIFICATE, f"Certificate content in registry, <{path}> cannot be read", str(error)
        ) from error
    if resource is None:
        raise OperationError(CERTIFICATE, f"No certificate in registry path {path}")
    return resource.content
