"""Sealing: what a store keeps of a message, nobody reads without the key.

A sealed body is the key's id (4 bytes), a nonce (12 bytes), and the content with its tag, in
AES-256-GCM. Each record has a key of its own, derived from its id, so that the random nonces of
one key never become too many (NIST SP 800-38D 8.3: 2**32). The id is associated data as well:
a body under another record's id does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from apns_connector.errors import ConfigurationError, SealError

_KEY_BYTES = 32
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
# Every gateway and worker must come to the same key with nothing but the master key, so the salt is
# the application's; it keeps tables made for other applications from being of use.
_SALT = b"apns-connector message stores v1"
# scrypt's N: 32 MB and some 0.1 s, once per start, for each guess at the master key too.
_COST = 2**15


class Seal:
    """Seals and opens with one key, of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._key_id = self._derived(b"key id", b"", _KEY_ID_BYTES)

    def __repr__(self) -> str:
        return f"Seal(key_id={self._key_id.hex()!r})"

    @classmethod
    def from_master_key(cls, master_key: str) -> Seal:
        """The key that follows from any text; the same on every machine. Takes some 0.1 s."""
        kdf = Scrypt(salt=_SALT, length=_KEY_BYTES, n=_COST, r=8, p=1)
        return cls(kdf.derive(master_key.encode()))

    @classmethod
    def from_file(cls, file: Path) -> Seal:
        """The key in ``file``, which is made at the first use, for its owner alone (mode 600).

        Raises ConfigurationError when it cannot be made or read, or holds no key.
        """
        try:
            if not file.exists():
                _make_key_file(file)
            key = base64.b64decode(file.read_bytes().strip(), validate=True)
        except OSError as error:
            raise ConfigurationError(
                f"The key file of the message stores cannot be used: {error}"
            ) from error
        except binascii.Error:
            key = b""
        if len(key) != _KEY_BYTES:
            raise ConfigurationError(
                f"{file} holds no key of {_KEY_BYTES} bytes in base64; restore it from a backup:"
                " without it the records that it sealed cannot be delivered"
            )
        return cls(key)

    def seal(self, record_id: str, content: bytes) -> bytes:
        """``content`` for the body of the record with this id."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        name = record_id.encode()
        return self._key_id + nonce + self._cipher(name).encrypt(nonce, content, name)

    def unseal(self, record_id: str, body: bytes) -> bytes:
        """What was sealed. Raises SealError for another key, another record, or any change."""
        if len(body) < _KEY_ID_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise SealError(record_id, "it is cut off, or was never sealed")
        if body[:_KEY_ID_BYTES] != self._key_id:
            raise SealError(
                record_id,
                f"it is sealed with another key ({body[:_KEY_ID_BYTES].hex()}) than the one in use"
                f" ({self._key_id.hex()}); bring back the master key or the key file of that time",
            )
        nonce = body[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        name = record_id.encode()
        try:
            sealed = body[_KEY_ID_BYTES + _NONCE_BYTES :]
            return self._cipher(name).decrypt(nonce, sealed, name)
        except InvalidTag as error:
            raise SealError(record_id, "its body has been changed, or is another one's") from error

    def lane(self, text: str) -> str:
        """32 hexadecimal digits that are the same for the same text, and tell nothing of it."""
        return self._derived(b"lane", text.encode(), 16).hex()

    def _cipher(self, record_name: bytes) -> AESGCM:
        return AESGCM(self._derived(b"record", record_name, _KEY_BYTES))

    def _derived(self, purpose: bytes, text: bytes, size: int) -> bytes:
        return hashlib.blake2b(text, digest_size=size, key=self._key, person=purpose).digest()


def _make_key_file(file: Path) -> None:
    """Whoever is first makes it whole and on the disk; all others find that one."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
