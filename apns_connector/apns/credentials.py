"""Who sends: a client certificate (PKCS#12) or a signing key (.p8).

Sources: Apple, "Establishing a certificate-based connection to APNs" and "Establishing a
token-based connection to APNs"; RFC 7292 (PKCS#12), RFC 7515 (JWS), RFC 7518 section 3.4 (ES256).
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime
from functools import cached_property
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import pkcs12

from apns_connector.apns import tls, topics
from apns_connector.errors import CredentialsError

# Apple refuses a token older than 60 minutes, and a new one more often than every 20.
TOKEN_LIFETIME_SECONDS: Final = 50 * 60
TOKEN_UPDATE_SECONDS: Final = 20 * 60


class Certificate:
    """A client certificate with its private key.

    ``topics``: the topics it may send to, the app's own first; ``sandbox`` and ``production``: the
    environments it is valid in; ``not_after``: when it expires; ``fingerprint``: SHA-256 of the
    certificate, the same for every file that holds it.
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
        return cls(key, leaf, tuple(issuers))

    @property
    def topic(self) -> str | None:
        """The app's own topic: what a notification without one is for."""
        return self.topics[0] if self.topics else None

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

    def __repr__(self) -> str:
        return f"Certificate({', '.join(self.topics)}, until {self.not_after:%Y-%m-%d})"


class SigningKey:
    """A signing key of a team, and the provider token made with it.

    One token serves all connections of the key. ``fingerprint``: SHA-256 over the public key, key
    id and team id.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, key_id: str, team_id: str) -> None:
        self._key = key
        self.key_id = key_id
        self.team_id = team_id
        self._token: str | None = None
        self._issued_at = 0
        self._replaced_at: float | None = None

    @classmethod
    def from_p8(
        cls, content: bytes, key_id: str, team_id: str, name: str = "the signing key"
    ) -> SigningKey:
        """Read ``content``, the PEM that Apple hands out once (PKCS#8, curve P-256).

        ``key_id``, ``team_id``: ten characters each. Raises :class:`CredentialsError`.
        """
        try:
            key = serialization.load_pem_private_key(content, None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CredentialsError(
                f"{name} is not a .p8 file as Apple hands it out: no readable PEM key in it"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise CredentialsError(f"{name} is not a .p8 file: its key is not on the curve P-256")
        for what, value in (("key id", key_id), ("team id", team_id)):
            if not (len(value) == 10 and value.isascii() and value.isalnum()):
                raise CredentialsError(
                    f"The {what} '{value}' is not Apple's ten letters and digits"
                )
        return cls(key, key_id, team_id)

    @cached_property
    def fingerprint(self) -> str:
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(b"\0".join((public, *self._names()))).hexdigest()

    def _names(self) -> tuple[bytes, bytes]:
        return self.key_id.encode(), self.team_id.encode()

    def provider_token(self, now: float) -> str:
        """The JWT to send at ``now`` (seconds since 1970): the same one for 50 minutes."""
        if self._token is None or not 0 <= now - self._issued_at < TOKEN_LIFETIME_SECONDS:
            return self.renew(now)
        return self._token

    def replace(self, refused: str, now: float) -> bool:
        """After ExpiredProviderToken: True if there is another token than ``refused`` to try.

        One is made at most every 20 minutes: if that does not help, this machine's clock is wrong,
        and Apple does not like to be shown many tokens.
        """
        if refused == self._token:
            at = self._replaced_at
            if at is not None and 0 <= now - at < TOKEN_UPDATE_SECONDS:
                return False
            self._replaced_at = now
            self.renew(now)
        return True

    def renew(self, now: float) -> str:
        """A new token whatever the age of the last one."""
        self._issued_at = int(now)
        self._token = self._sign(self._issued_at)
        return self._token

    def _sign(self, issued_at: int) -> str:
        header = _segment(msgspec.json.encode({"alg": "ES256", "kid": self.key_id}))
        claims = _segment(msgspec.json.encode({"iss": self.team_id, "iat": issued_at}))
        signed = f"{header}.{claims}"
        der = self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        return f"{signed}.{_segment(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def __repr__(self) -> str:
        return f"SigningKey(key_id={self.key_id!r}, team_id={self.team_id!r})"


Credentials = Certificate | SigningKey


def _segment(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _explain(content: bytes) -> str:
    """The library answers all failures alike; the first bytes tell the two main ones apart."""
    if content.startswith(b"-----BEGIN"):
        return "it is a PEM file; export certificate and private key as .p12"
    if not content.startswith(b"\x30"):
        return "it is not a PKCS#12 file"
    return "the password is wrong, or the file is damaged"
