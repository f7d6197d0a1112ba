"""The server's TLS context; its private key does not rest on disk in clear."""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from apns_connector.simulator.authority import Authority, Identity

IdentityFile = Callable[[bytes], AbstractContextManager[str]]
"""Holds content in a file for as long as it is entered, and gives its path."""


def server_context(authority: Authority) -> ssl.SSLContext:
    """TLS 1.2 or newer; a client certificate is asked for, not required, but verified if given.

    ALPN answers ``h2``; a client that offers none is served too, since some do not.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    context.load_verify_locations(
        cadata=authority.certificate.public_bytes(Encoding.PEM).decode("ascii")
    )
    context.verify_mode = ssl.CERT_OPTIONAL
    load_identity(context, authority.server())
    return context


def load_identity(
    context: ssl.SSLContext, identity: Identity, file: IdentityFile | None = None
) -> None:
    """Give ``context`` a certificate and key from memory.

    The ssl module reads them from a file only, so they pass through one: in memory where the
    system has such files, otherwise a temporary one. The key is encrypted in either.
    """
    password = secrets.token_hex(32)
    certificate = identity.certificate.public_bytes(Encoding.PEM)
    key = identity.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
    )
    has_memory_files = hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd")
    file = file or (memory_file if has_memory_files else temporary_file)
    with file(certificate + key) as path:
        context.load_cert_chain(path, password=password)


@contextmanager
def memory_file(content: bytes) -> Iterator[str]:
    """A file without a place on disk (Linux)."""
    descriptor = os.memfd_create("identity")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        yield f"/proc/self/fd/{descriptor}"


@contextmanager
def temporary_file(content: bytes) -> Iterator[str]:
    """A file that only this user can read, and that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "identity.pem")
        with open(path, "wb") as file:
            file.write(content)
        yield path
