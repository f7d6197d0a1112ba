"""Topics and environments of an Apple push certificate, read from its subject and extensions.

Source: Apple, "Communicate with APNs using a TLS certificate"; the object identifiers under
1.2.840.113635.100.6.3 as certificates carry them.
"""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from apns_connector.apns.push_type import PUSH_TYPES, bundle_id
from apns_connector.errors import CredentialsError

_APPLE = "1.2.840.113635.100.6.3"
SANDBOX_OID: Final = ObjectIdentifier(f"{_APPLE}.1")
PRODUCTION_OID: Final = ObjectIdentifier(f"{_APPLE}.2")
VOIP_TOPICS_OID: Final = ObjectIdentifier(f"{_APPLE}.4")
TOPICS_OID: Final = ObjectIdentifier(f"{_APPLE}.6")

_UTF8_STRING = 0x0C
_SEQUENCE = 0x30


def read_topics(certificate: x509.Certificate) -> tuple[str, ...]:
    """The topics: from the list in extension .6, else .4, else the UID of the subject.

    Raises :class:`CredentialsError` if the list is damaged.
    """
    for oid in (TOPICS_OID, VOIP_TOPICS_OID):
        content = _extension(certificate, oid)
        if content is not None:
            return _topics_in(content)
    uids = certificate.subject.get_attributes_for_oid(NameOID.USER_ID)
    return tuple(str(uid.value) for uid in uids)


def read_environments(certificate: x509.Certificate) -> tuple[bool, bool]:
    """(sandbox, production): both if the certificate says nothing, as MDM's and Wallet's do."""
    sandbox = _extension(certificate, SANDBOX_OID) is not None
    production = _extension(certificate, PRODUCTION_OID) is not None
    return (sandbox, production) if sandbox or production else (True, True)


def by_push_type(topics: tuple[str, ...]) -> dict[str | None, str]:
    """The topic of each push type that the certificate with these ``topics`` can send.

    A push type with a suffix needs the topic with that suffix in the list; the others, and ``None``
    for no push type, go to the app's own topic, the first.
    """
    if not topics:
        return {}
    bundle = bundle_id(topics[0])
    suffixed = {name: row.topic(bundle) for name, row in PUSH_TYPES.items() if row.suffix}
    found: dict[str | None, str] = {None: topics[0]}
    found |= {name: topics[0] for name, row in PUSH_TYPES.items() if not row.suffix}
    found |= {name: topic for name, topic in suffixed.items() if topic in topics}
    return found


def _extension(certificate: x509.Certificate, oid: ObjectIdentifier) -> bytes | None:
    try:
        value = certificate.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension) as error:
        raise CredentialsError(f"An extension of the certificate is damaged: {error}") from error
    return value.value if isinstance(value, x509.UnrecognizedExtension) else b""


def _topics_in(content: bytes) -> tuple[str, ...]:
    """A SEQUENCE of UTF8String topics, each followed by a SEQUENCE of labels."""
    try:
        tag, inner, _ = _element(content)
        if tag != _SEQUENCE:
            raise ValueError("no sequence")
        found = []
        while inner:
            tag, value, inner = _element(inner)
            if tag == _UTF8_STRING:
                found.append(value.decode())
    except (ValueError, IndexError) as error:
        raise CredentialsError("The list of topics in the certificate is damaged") from error
    return tuple(found)


def _element(content: bytes) -> tuple[int, bytes, bytes]:
    """Tag, value and what follows of one DER element (X.690, section 8.1)."""
    tag, length, start = content[0], content[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(content[2:start], "big")
    if start + length > len(content):
        raise ValueError("an element longer than its content")
    return tag, content[start : start + length], content[start + length :]
