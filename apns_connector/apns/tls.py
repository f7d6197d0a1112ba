"""TLS contexts for connections to Apple; a private key never rests on disk in clear."""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

from apns_connector.errors import ConfigurationError, CredentialsError

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def client_context(trust: Path | None = None) -> ssl.SSLContext:
    """A verifying context that offers HTTP/2; ``trust``: a PEM file instead of the system's roots.

    Raises :class:`ConfigurationError` if ``trust`` cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=None if trust is None else str(trust))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"the trusted certificates in {trust} cannot be read: {error}"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    return context


def load_identity(
    context: ssl.SSLContext, key: PrivateKey, chain: tuple[x509.Certificate, ...]
) -> None:
    """Make ``context`` present ``chain`` (leaf first) and prove it with ``key``.

    Python's ssl reads keys from paths only (cpython issue 60691), hence the detour. Raises
    :class:`CredentialsError` if OpenSSL refuses the pair.
    """
    certificates = b"".join(
        certificate.public_bytes(serialization.Encoding.PEM) for certificate in chain
    )
    try:
        if hasattr(os, "memfd_create"):
            with _memory_file(_pem(key, NoEncryption()) + certificates) as path:
                context.load_cert_chain(path)
        else:
            password = secrets.token_bytes(32).hex()
            sealed = _pem(key, serialization.BestAvailableEncryption(password.encode()))
            with _passing_file(sealed + certificates) as path:
                context.load_cert_chain(path, password=password)
    except ssl.SSLError as error:
        raise CredentialsError(
            f"TLS cannot use the certificate and its key: {error.reason or error}"
        ) from error


def _pem(key: PrivateKey, encryption: serialization.KeySerializationEncryption) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, PrivateFormat.PKCS8, encryption)


@contextmanager
def _memory_file(content: bytes) -> Iterator[str]:
    descriptor = os.memfd_create("identity", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.ftruncate(descriptor, 0)
        os.close(descriptor)


@contextmanager
def _passing_file(content: bytes) -> Iterator[str]:
    """For systems without memfd: the key in it is encrypted with a password that we forget."""
    descriptor, path = tempfile.mkstemp()
    try:
        os.write(descriptor, content)
        os.close(descriptor)
        yield path
    finally:
        os.unlink(path)


# The server refused our certificate: OpenSSL's names of RFC 8446's alerts.
_ALERTS = {
    "SSLV3_ALERT_BAD_CERTIFICATE": "it calls the client certificate bad",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the client certificate has expired",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "the client certificate has been revoked",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "it does not know the client certificate",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "it does not support the client certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "it does not know the issuer of the client certificate",
    "TLSV1_ALERT_ACCESS_DENIED": "the client certificate gives no access",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it requires a client certificate",
}


def certificate_refusal(error: BaseException | None) -> str | None:
    """Why the server refused our certificate, in words; ``None`` if that is not what happened."""
    reason = getattr(error, "reason", None)  # only errors that OpenSSL made have one
    if isinstance(error, ssl.SSLError) and reason:
        # OpenSSL 3 and 4 differ in "TLSV1_ALERT_" and "TLS_ALERT_", "SSLV3_ALERT_" and the like.
        alert = reason.partition("ALERT_")[2]
        for name, sentence in _ALERTS.items():
            if alert and name.endswith("ALERT_" + alert):
                return sentence
    return None
