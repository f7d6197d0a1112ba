"""The credentials that the simulator hands out: what Apple's developer site gives to a team.

``ca.pem`` is what a client trusts, ``client.p12`` and ``AuthKey.p8`` are what it sends with.
``ca.p12`` is the authority itself, encrypted, so that ``ca.pem`` stays valid from one start to the
next; the server's own key is made anew at each start and never touches the disk. ``AuthKey.p8`` is
a clear file because that is what Apple hands out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from apns_connector.errors import CredentialsError
from apns_connector.simulator.authority import Authority
from apns_connector.simulator.provider_token import ProviderKey

PASSWORD = "password"  # noqa: S105 - documented: it keeps keys out of clear files, not from people
TOPIC = "com.example.app"
TEAM_ID = "DEMOTEAM01"
KEY_ID = "DEMOKEY001"

_RENEW = timedelta(days=7)
"""A demo certificate that ends sooner is replaced at the next start."""


@dataclass(frozen=True, slots=True)
class DemoCredentials:
    """The files of one folder, and what the simulator itself needs of them.

    ``keys`` are the signing keys that the simulator knows; others may be added with
    :func:`dataclasses.replace`.
    """

    folder: Path
    authority: Authority
    keys: tuple[ProviderKey, ...]
    password: str = field(default=PASSWORD, repr=False)
    topic: str = TOPIC
    team_id: str = TEAM_ID
    key_id: str = KEY_ID

    @property
    def ca(self) -> Path:
        """The root certificate, PEM, for the client to trust."""
        return self.folder / "ca.pem"

    @property
    def client_certificate(self) -> Path:
        """PKCS#12, encrypted with ``password``, for ``topic`` alone, in both environments."""
        return self.folder / "client.p12"

    @property
    def signing_key(self) -> Path:
        """The key for provider tokens with ``key_id`` and ``team_id``, PKCS#8 in PEM."""
        return self.folder / "AuthKey.p8"


def demo_credentials(folder: Path) -> DemoCredentials:
    """Credentials in ``folder``: what is there is used, what is missing is made.

    A certificate that ends within a week, or that another authority issued, is replaced.

    :raises CredentialsError: if a file cannot be read, written or understood
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        authority = _authority(folder / "ca.p12", folder / "ca.pem")
        _client_certificate(folder / "client.p12", authority)
        key = _signing_key(folder / "AuthKey.p8")
    except OSError as error:
        raise CredentialsError(f"credentials in {folder}: {error.strerror}") from error
    return DemoCredentials(folder, authority, (ProviderKey(KEY_ID, TEAM_ID, key.public_key()),))


def _authority(encrypted: Path, certificate: Path) -> Authority:
    authority = None
    if encrypted.exists():
        authority = Authority.from_pkcs12(encrypted.read_bytes(), PASSWORD)
        if _ends_soon(authority.certificate):
            authority = None
    if authority is None:
        authority = Authority.create()
        _write(encrypted, authority.to_pkcs12(PASSWORD))
    pem = authority.certificate.public_bytes(Encoding.PEM)
    if not certificate.exists() or certificate.read_bytes() != pem:
        _write(certificate, pem, mode=0o644)
    return authority


def _client_certificate(path: Path, authority: Authority) -> None:
    if path.exists():
        try:
            _, certificate, _ = pkcs12.load_key_and_certificates(
                path.read_bytes(), PASSWORD.encode()
            )
        except ValueError as error:
            raise CredentialsError(
                f"{path} is no PKCS#12 file with the password '{PASSWORD}';"
                " delete it to have a new one made"
            ) from error
        if certificate and authority.issued(certificate) and not _ends_soon(certificate):
            return
    _write(path, authority.push_certificate(TOPIC, team_id=TEAM_ID).to_pkcs12(PASSWORD))


def _signing_key(path: Path) -> EllipticCurvePrivateKey:
    if path.exists():
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CredentialsError(
                f"{path} is no clear PKCS#8 key; delete it to have a new one made"
            ) from error
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
            raise CredentialsError(f"{path} is no key on the curve P-256, which ES256 needs")
        return key
    key = generate_private_key(SECP256R1())
    _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def _ends_soon(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_after_utc - _RENEW < datetime.now(UTC)


def _write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Whole or not at all, and never readable by others in between."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)
