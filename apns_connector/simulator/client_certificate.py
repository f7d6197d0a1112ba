"""What a push certificate allows: its topics and environments, read from X.509 extensions.

Sources: Apple, "Establishing a certificate-based connection to APNs" and the archived Local and
Remote Notification Programming Guide (the layout of extension .6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

_APPLE = "1.2.840.113635.100.6.3."
SANDBOX_FLAG = x509.ObjectIdentifier(_APPLE + "1")
PRODUCTION_FLAG = x509.ObjectIdentifier(_APPLE + "2")
VOIP_TOPICS = x509.ObjectIdentifier(_APPLE + "4")
TOPICS = x509.ObjectIdentifier(_APPLE + "6")

_SEQUENCE = 0x30
_UTF8_STRING = 0x0C


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """``topics`` it may send to, and ``environments`` it is marked for (none: it does not say)."""

    topics: tuple[str, ...]
    environments: frozenset[str]

    @property
    def default_topic(self) -> str | None:
        """The topic of a request that names none: only a certificate with one topic has it."""
        return self.topics[0] if len(self.topics) == 1 else None

    def serves(self, environment: str) -> bool:
        return not self.environments or environment in self.environments


def read_client_certificate(der: bytes) -> ClientCertificate:
    """Topics from extension .6, else .4, else the Subject's UID.

    :raises ValueError: if ``der`` is not a certificate
    """
    certificate = x509.load_der_x509_certificate(der)
    listed = _listed_topics(certificate, TOPICS) or _listed_topics(certificate, VOIP_TOPICS)
    flags = (("sandbox", SANDBOX_FLAG), ("production", PRODUCTION_FLAG))
    return ClientCertificate(
        topics=listed or _subject_topic(certificate),
        environments=frozenset(name for name, oid in flags if _extension(certificate, oid)),
    )


def topic_list(topics: dict[str, str]) -> bytes:
    """DER of extension .6: topic, then a sequence with its label, for each of ``topics``."""
    return _element(
        _SEQUENCE,
        b"".join(
            _element(_UTF8_STRING, topic.encode())
            + _element(_SEQUENCE, _element(_UTF8_STRING, label.encode()))
            for topic, label in topics.items()
        ),
    )


def _listed_topics(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    value = _extension(certificate, oid)
    if not value:
        return ()
    listed = next(_elements(value), None)
    if listed is None or listed[0] != _SEQUENCE:
        return ()
    # Labels stand one level deeper, so the strings of this level are the topics.
    return tuple(
        content.decode("utf-8", "replace")
        for tag, content in _elements(listed[1])
        if tag == _UTF8_STRING
    )


def _subject_topic(certificate: x509.Certificate) -> tuple[str, ...]:
    return tuple(
        str(attribute.value)
        for attribute in certificate.subject.get_attributes_for_oid(NameOID.USER_ID)
    )


def _extension(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> bytes | None:
    for extension in certificate.extensions:
        if extension.oid == oid and isinstance(extension.value, x509.UnrecognizedExtension):
            return extension.value.value
    return None


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each DER element in ``der``; stops where it is not DER any more."""
    position = 0
    while position + 2 <= len(der):
        tag, length = der[position], der[position + 1]
        position += 2
        if length >= 0x80:
            size = length & 0x7F
            length = int.from_bytes(der[position : position + size])
            position += size
        yield tag, der[position : position + length]
        position += length


def _element(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size) + content
