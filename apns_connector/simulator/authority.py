"""A certificate authority of one's own: the server's certificate, and push certificates like
Apple's, good and bad ones.

Private keys live in memory; what leaves it is encrypted PKCS#12.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from apns_connector.errors import CredentialsError
from apns_connector.simulator.client_certificate import (
    PRODUCTION_FLAG,
    SANDBOX_FLAG,
    TOPICS,
    topic_list,
)

SERVER_NAMES = (
    "localhost",
    "api.push.apple.com",
    "api.sandbox.push.apple.com",
    "api.development.push.apple.com",
    "api-broadcast.push.apple.com",
    "api-broadcast.sandbox.push.apple.com",
    "api-manage-broadcast.push.apple.com",
    "api-manage-broadcast.sandbox.push.apple.com",
)
SERVER_ADDRESSES = ("127.0.0.1", "::1")

_PERMITTED = (
    x509.DNSName("localhost"),
    x509.DNSName("push.apple.com"),
    x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),
    x509.IPAddress(ipaddress.ip_network("::1/128")),
)
_ASN1_NULL = b"\x05\x00"
_SANDBOX_AND_PRODUCTION = frozenset(("sandbox", "production"))

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its private key, and the certificate of its issuer."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    issuer: x509.Certificate = field(repr=False)

    def to_pkcs12(self, password: str, *, legacy: bool = False) -> bytes:
        """PKCS#12 with AES; ``legacy``: triple DES and a SHA-1 MAC, as older keychains write."""
        return pkcs12.serialize_key_and_certificates(
            b"apns", self.key, self.certificate, None, _encryption(password, legacy=legacy)
        )


@dataclass(frozen=True, slots=True)
class Authority:
    """A root certificate that can issue others; name constraints keep it to the simulator."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @classmethod
    def create(cls, days: int = 3650) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name({NameOID.COMMON_NAME: "APNs simulator (no Apple)"})
        builder = (
            _builder(name, name, key.public_key(), _now(), timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .add_extension(x509.NameConstraints(_PERMITTED, None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )
        return cls(builder.sign(key, SHA256()), key)

    @classmethod
    def from_pkcs12(cls, content: bytes, password: str) -> Authority:
        """:raises CredentialsError: if ``content`` is none, or not of that password"""
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode())
        except ValueError as error:
            raise CredentialsError(
                "the simulator's authority cannot be read: it is no PKCS#12 file of its password;"
                " delete it to have a new one made"
            ) from error
        if certificate is None or not isinstance(key, PrivateKey):
            raise CredentialsError("the simulator's authority holds no certificate with its key")
        return cls(certificate, key)

    def to_pkcs12(self, password: str) -> bytes:
        return Identity(self.certificate, self.key, self.certificate).to_pkcs12(password)

    def server(self, days: int = 30) -> Identity:
        """The server's identity, for :data:`SERVER_NAMES` and :data:`SERVER_ADDRESSES`."""
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVER_NAMES]
        names += [x509.IPAddress(ipaddress.ip_address(a)) for a in SERVER_ADDRESSES]
        return self._issue(
            _name({NameOID.COMMON_NAME: "localhost"}),
            ec.generate_private_key(ec.SECP256R1()),
            timedelta(days=days),
            ExtendedKeyUsageOID.SERVER_AUTH,
            (x509.SubjectAlternativeName(names),),
        )

    def push_certificate(
        self,
        topic: str,
        *,
        topics: dict[str, str] | None = None,
        environments: frozenset[str] = _SANDBOX_AND_PRODUCTION,
        team_id: str = "DEMOTEAM01",
        days: int = 365,
        prefix: str = "Apple Push Services",
        rsa_key: bool = False,
    ) -> Identity:
        """A certificate as Apple issues them.

        ``topics`` (topic to label, such as ``{"com.example.app.voip": "voip"}``) is extension .6
        and makes a certificate of several topics; ``days`` below 0: expired that many days ago.
        """
        extensions = [
            x509.UnrecognizedExtension(oid, _ASN1_NULL)
            for name, oid in (("sandbox", SANDBOX_FLAG), ("production", PRODUCTION_FLAG))
            if name in environments
        ]
        if topics is not None:
            extensions.append(x509.UnrecognizedExtension(TOPICS, topic_list(topics)))
        subject = _name(
            {
                NameOID.USER_ID: topic,
                NameOID.COMMON_NAME: f"{prefix}: {topic}",
                NameOID.ORGANIZATIONAL_UNIT_NAME: team_id,
                NameOID.ORGANIZATION_NAME: "Demo team",
                NameOID.COUNTRY_NAME: "US",
            }
        )
        key: PrivateKey = (
            rsa.generate_private_key(65537, 2048)
            if rsa_key
            else ec.generate_private_key(ec.SECP256R1())
        )
        lifetime = timedelta(days=days)
        return self._issue(subject, key, lifetime, ExtendedKeyUsageOID.CLIENT_AUTH, extensions)

    def issued(self, certificate: x509.Certificate) -> bool:
        """Whether ``certificate`` carries this authority's signature."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def _issue(
        self,
        subject: x509.Name,
        key: PrivateKey,
        lifetime: timedelta,
        purpose: x509.ObjectIdentifier,
        extensions: Sequence[x509.ExtensionType],
    ) -> Identity:
        public = key.public_key()
        # An expired certificate was valid for a year, up to so many days ago.
        expired = lifetime < timedelta(0)
        begin = _now() + lifetime - timedelta(days=365) if expired else _now()
        length = timedelta(days=365) if expired else lifetime
        own_id = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        builder = (
            _builder(subject, self.certificate.subject, public, begin, length)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_id.value),
                critical=False,
            )
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return Identity(builder.sign(self.key, SHA256()), key, self.certificate)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    begin: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - timedelta(hours=1))  # for clocks that are behind
        .not_valid_after(begin + lifetime)
    )


def _name(attributes: dict[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes.items()])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _encryption(password: str, *, legacy: bool) -> KeySerializationEncryption:
    if not legacy:
        return BestAvailableEncryption(password.encode())
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2048)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(SHA1())  # noqa: S303 - what old keychains write, for tests of readers
        .build(password.encode())
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
