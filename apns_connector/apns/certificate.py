"""A client certificate, from the PKCS#12 file that Keychain or OpenSSL wrote.

Sources: Apple, "Establishing a certificate-based connection to APNs"; RFC 7292 (PKCS#12).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from apns_connector.apns import tls, topics
from apns_connector.errors import CredentialsError


class Certificate:
    """A client certificate with its private key.

    ``topics``: the topics it may send to, the app's own first; ``sandbox`` and ``production``: the
    environments it is valid in; ``topic_by_push_type``: what :meth:`topic_for` gives;
    ``not_after``: when it expires; ``fingerprint``: SHA-256 of the certificate, the same for every
    file that holds it.
    """

    def __init__(
        self,
        key: tls.PrivateKey,
        leaf: x509.Certificate,
        issuers: tuple[x509.Certificate, ...] = (),
    ) -> None:
        self.key = key
        self.chain = (leaf, *issuers)
        self.not_before = leaf.not_valid_before_utc
        self.not_after = leaf.not_valid_after_utc
        self.fingerprint = leaf.fingerprint(hashes.SHA256()).hex()
        self.topics = topics.read_topics(leaf)
        self.sandbox, self.production = topics.read_environments(leaf)
        self.topic_by_push_type = topics.by_push_type(self.topics)

    @classmethod
    def from_pkcs12(
        cls, content: bytes, password: str | None, name: str = "the PKCS#12 file"
    ) -> Certificate:
        """Open ``content`` as Keychain and OpenSSL write it, old RC2 and 3DES ciphers included.

        ``password``: ``None`` and ``""`` are tried as each other, since they are encoded
        differently and files with either exist. ``name`` is for the message. About 50 ms of CPU
        for an RSA key. Raises :class:`CredentialsError`.
        """
        problem = f"Cannot decrypt the PKCS#12 file in {name}"
        for attempt in (password,) if password else (password, "" if password is None else None):
            try:
                key, leaf, issuers = pkcs12.load_key_and_certificates(
                    content, None if attempt is None else attempt.encode()
                )
                break
            except ValueError as error:
                reason = error
            except UnsupportedAlgorithm as error:
                raise CredentialsError(f"{problem}: {error}") from error
        else:
            raise CredentialsError(f"{problem}: {_explain(content)}") from reason
        if key is None or leaf is None:
            missing = "private key" if key is None else "certificate for its private key"
            raise CredentialsError(f"{problem}: it holds no {missing}; export both together")
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise CredentialsError(f"{problem}: its key is neither RSA nor on an elliptic curve")
        try:
            return cls(key, leaf, tuple(issuers))
        except CredentialsError as error:
            raise CredentialsError(f"{name}: {error}") from error

    @classmethod
    def from_pem(
        cls, certificate: bytes, key: bytes, password: str | None = None, name: str = "the PEM file"
    ) -> Certificate:
        """Join ``certificate``, the leaf first and issuers behind it if there are any, and ``key``:
        both PEM, or ``certificate`` in DER, as Apple's ``.cer`` file is.

        ``password``: of the key, if it is encrypted. ``name`` is for the message. Raises
        :class:`CredentialsError`, also when the two do not belong together.
        """
        leaf, *issuers = _read_certificates(certificate, name)
        private = _read_key(key, password, name)
        if private.public_key() != leaf.public_key():
            raise CredentialsError(f"{name}: the private key is not that of the certificate")
        try:
            return cls(private, leaf, tuple(issuers))
        except CredentialsError as error:
            raise CredentialsError(f"{name}: {error}") from error

    @property
    def topic(self) -> str | None:
        """The app's own topic: what a notification without one is for."""
        return self.topics[0] if self.topics else None

    def topic_for(self, push_type: str | None) -> str | None:
        """The topic of a notification without one, suffixed as its push type asks.

        ``None`` if the certificate does not list that topic: Apple takes no such notification
        with it.
        """
        return self.topic_by_push_type.get(push_type)

    def check_validity(self, now: datetime, name: str = "the PKCS#12 file") -> None:
        """Raises :class:`CredentialsError` if the certificate is not valid at ``now``."""
        if now > self.not_after:
            raise CredentialsError(
                f"The certificate in {name} expired on {self.not_after:%Y-%m-%d}; renew it"
            )
        if now < self.not_before:
            raise CredentialsError(
                f"The certificate in {name} is not valid before {self.not_before:%Y-%m-%d}; "
                "check this machine's clock"
            )

    def expires_in(self, now: datetime) -> timedelta:
        """Below zero once it has expired."""
        return self.not_after - now

    def current(self) -> Certificate:
        """Itself: the credentials source that never changes."""
        return self

    def __repr__(self) -> str:
        return f"Certificate({', '.join(self.topics)}, until {self.not_after:%Y-%m-%d})"


def _explain(content: bytes) -> str:
    """The library answers all failures alike; the first bytes tell the two main ones apart."""
    if content.startswith(b"-----BEGIN"):
        return "it is a PEM file; export certificate and private key as .p12"
    if not content.startswith(b"\x30"):
        return "it is not a PKCS#12 file"
    return "the password is wrong, or the file is damaged"


def _read_certificates(content: bytes, name: str) -> list[x509.Certificate]:
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except ValueError as error:
        raise CredentialsError(f"{name} holds no readable certificate, in PEM or DER") from error


def _read_key(content: bytes, password: str | None, name: str) -> tls.PrivateKey:
    try:
        key = serialization.load_pem_private_key(content, password.encode() if password else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CredentialsError(
            f"{name}: the private key cannot be read: it is no PEM, or the password is wrong"
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CredentialsError(f"{name}: its key is neither RSA nor on an elliptic curve")
    return key
