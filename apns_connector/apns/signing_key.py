"""A team's signing key (.p8), and the provider token that is made with it.

Sources: Apple, "Establishing a token-based connection to APNs"; RFC 7515 (JWS), RFC 7518 section
3.4 (ES256), RFC 6979 (deterministic ECDSA).
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import cached_property

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from apns_connector.apns import provider_token
from apns_connector.apns.provider_token import Use
from apns_connector.errors import CredentialsError


class SigningKey:
    """A signing key of a team, and the provider token made with it.

    One token serves all connections of the key, in every process that has it: they all make the
    same one (see :mod:`apns_connector.apns.provider_token`). Only with an OpenSSL older than 3.2,
    which cannot sign deterministically, do tokens of one time differ from process to process.
    ``fingerprint``: SHA-256 over the public key, key id and team id.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, key_id: str, team_id: str) -> None:
        self._key = key
        self.key_id = key_id
        self.team_id = team_id
        self._in_use: tuple[Use, str] | None = None
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
        """The JWT to send at ``now`` (seconds since 1970): the same one for 20 to 50 minutes."""
        return self._scheduled(now)[1]

    def replace(self, refused: str, now: float) -> bool:
        """After ExpiredProviderToken: True if there is another token than ``refused`` to try.

        The schedule may have one by now. A fresh one is made at most every 20 minutes; it is for
        new connections, since the one that refused must be shown no other.
        """
        use, token = self._scheduled(now)
        if refused != token:
            return True
        if not provider_token.may_replace(self._replaced_at, now):
            return False
        self._replaced_at = now
        self._take(provider_token.replacement(use, now))
        return True

    def _scheduled(self, now: float) -> tuple[Use, str]:
        use = self._in_use[0] if self._in_use else None
        scheduled = provider_token.scheduled(use, now)
        if self._in_use is None or scheduled != use:
            return self._take(scheduled)
        return self._in_use

    def _take(self, use: Use) -> tuple[Use, str]:
        self._in_use = use, self._sign(use.issued_at)
        return self._in_use

    def _sign(self, issued_at: int) -> str:
        header = _segment(msgspec.json.encode({"alg": "ES256", "kid": self.key_id}))
        claims = _segment(msgspec.json.encode({"iss": self.team_id, "iat": issued_at}))
        signed = f"{header}.{claims}"
        der = self._key.sign(signed.encode(), es256())
        r, s = decode_dss_signature(der)
        return f"{signed}.{_segment(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def current(self) -> SigningKey:
        """Itself: the credentials source that never changes."""
        return self

    def __repr__(self) -> str:
        return f"SigningKey(key_id={self.key_id!r}, team_id={self.team_id!r})"


def es256() -> ec.ECDSA:
    """ECDSA with SHA-256; deterministic (RFC 6979) where OpenSSL can: from 3.2 on, not in FIPS
    mode. Apple cannot tell the difference."""
    try:
        return ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    except UnsupportedAlgorithm:
        return ec.ECDSA(hashes.SHA256())


def _segment(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
