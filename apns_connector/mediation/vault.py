"""The vault: secrets by alias, encrypted at rest.

One JSON file. Each secret is sealed with AES-256-GCM under a key that scrypt derives from the
master key; the alias is bound to it as associated data, so that swapping two entries of the file is
noticed. A sealed constant tells a wrong master key from a damaged secret.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from apns_connector.errors import MediationError, VaultError

FILE_NAME = "vault.json"
MASTER_KEY_VARIABLE = "APNS_CONNECTOR_MASTER_KEY"
MASTER_KEY_FILE_VARIABLE = "APNS_CONNECTOR_MASTER_KEY_FILE"

_FORMAT = 1
# scrypt's N. RFC 7914 calls 2^14 with r=8 fit for interactive use; twice that takes 32 MB and
# some 0.1 s, once per start.
COST = 2**15
_KEY_BYTES = 32
_NONCE_BYTES = 12
_BELIEVED_SECONDS = 1.0
_CHECK = "apns-connector vault"


def master_key_from(environment: Mapping[str, str]) -> str | None:
    """The master key an environment gives, directly or as the content of a file; ``None`` for
    neither. Raises VaultError when that file cannot be read or is empty."""
    file = environment.get(MASTER_KEY_FILE_VARIABLE)
    if file is None:
        return environment.get(MASTER_KEY_VARIABLE) or None
    try:
        key = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError(f"The master key file '{file}' cannot be read: {error}") from error
    if not key:
        raise VaultError(f"The master key file '{file}' is empty")
    return key


class Vault:
    """The secrets of the file ``vault.json`` in ``folder``.

    ``master_key`` is any text; without it only the names can be listed. A new secret is seen at
    the next look-up, a replaced one within a second. ``clock`` gives seconds that only grow.
    """

    def __init__(
        self,
        folder: Path,
        master_key: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = folder / FILE_NAME
        self._master_key = master_key
        self._cipher: tuple[str, AESGCM] | None = None
        self._refused: str | None = None
        # With the time, size and number of the file that it was read from.
        self._content: tuple[tuple[int, int, int], dict[str, Any]] | None = None
        self._clock = clock
        self._believed_until = 0.0
        self._edition = 0
        self._unsealed: dict[str, str] = {}  # of this content

    def __repr__(self) -> str:
        return f"Vault({str(self._file)!r})"

    @classmethod
    def create(cls, folder: Path, master_key: str, *, cost: int = COST) -> Vault:
        """A new, empty vault. ``cost``, a power of two, is what each guess at the master key costs.

        Raises VaultError when there is a vault already, or the master key is empty.
        """
        vault = cls(folder, master_key)
        if vault.exists:
            raise VaultError(f"There is a vault already: {vault._file}")
        salt = _text(secrets.token_bytes(16))
        parameters = {"n": cost, "r": 8, "p": 1, "salt": salt}
        content: dict[str, Any] = {"format": _FORMAT, "scrypt": parameters}
        cipher = AESGCM(_derived(vault._required_master_key(), content["scrypt"]))
        content["check"] = _seal(cipher, _CHECK, _CHECK)
        content["secrets"] = {}
        folder.mkdir(parents=True, exist_ok=True)
        vault._write(content)
        return vault

    @property
    def exists(self) -> bool:
        return self._file.is_file()

    def unlock(self) -> None:
        """Try the master key now: the first look-up of a message need not wait for it.

        Raises VaultError when there is no vault, or the master key is missing or wrong.
        """
        self._opened(self._read())

    def names(self) -> list[str]:
        """The aliases, sorted. Needs no master key."""
        return sorted(self._read()["secrets"])

    def put(self, alias: str, secret: str) -> None:
        """Store or replace a secret. Raises VaultError when the master key is not the vault's."""
        if not alias:
            raise VaultError("The alias of a secret must not be empty")
        content = self._read()
        sealed = _seal(self._opened(content), alias, secret)
        self._write({**content, "secrets": {**content["secrets"], alias: sealed}})

    def remove(self, alias: str) -> None:
        """Forget a secret. Raises VaultError when there is none."""
        content = self._read()
        kept = {name: sealed for name, sealed in content["secrets"].items() if name != alias}
        if len(kept) == len(content["secrets"]):
            raise VaultError(self._unknown(alias))
        self._write({**content, "secrets": kept})

    @property
    def edition(self) -> int:
        """Another number once other contents have been seen: ``get`` may give another secret."""
        return self._edition

    @property
    def believed_until(self) -> float:
        """Until when, by the clock, ``get`` does not look for other contents."""
        return self._believed_until

    def get(self, alias: str) -> str:
        """Raises VaultError for an unknown alias, a wrong master key, a damaged secret."""
        if self._content is None or self._clock() >= self._believed_until:
            self._read()
        secret = self._unsealed.get(alias)
        if secret is None:
            secret = self._unsealed[alias] = self._unsealed_anew(alias)
        return secret

    def lookup(self, alias: str) -> str:
        """As ``get``, for a flow: raises MediationError."""
        try:
            return self.get(alias)
        except VaultError as error:
            raise MediationError(f"Secret '{alias}' cannot be looked up: {error}") from error

    def _unknown(self, alias: str) -> str:
        return f"The vault {self._file} has no secret '{alias}'"

    def _required_master_key(self) -> str:
        if not self._master_key:
            raise VaultError(
                f"The vault needs its master key: set {MASTER_KEY_VARIABLE}, "
                f"or {MASTER_KEY_FILE_VARIABLE} to a file that holds it"
            )
        return self._master_key

    def _opened(self, content: dict[str, Any]) -> AESGCM:
        """The cipher, once the check has been unsealed with it. Deriving is slow on purpose and
        done once per salt, whether the master key is right or wrong."""
        salt = content["scrypt"]["salt"]
        if self._cipher is not None and self._cipher[0] == salt:
            return self._cipher[1]
        wrong = VaultError(f"The master key is not that of the vault {self._file}")
        if self._refused == salt:
            raise wrong
        cipher = AESGCM(_derived(self._required_master_key(), content["scrypt"]))
        try:
            _unseal(cipher, _CHECK, content["check"])
        except (InvalidTag, ValueError) as error:
            self._refused = salt
            raise wrong from error
        self._cipher = (salt, cipher)
        return cipher

    def _unsealed_anew(self, alias: str) -> str:
        content = self._read()
        cipher = self._opened(content)
        sealed = content["secrets"].get(alias)
        if sealed is None:
            raise VaultError(self._unknown(alias))
        try:
            return _unseal(cipher, alias, sealed)
        except (InvalidTag, ValueError) as error:
            raise VaultError(f"Secret '{alias}' is damaged: put it into the vault again") from error

    def _read(self) -> dict[str, Any]:
        try:
            stat = self._file.stat()
            signature = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if self._content is None or self._content[0] != signature:
                self._content = (signature, _checked(json.loads(self._file.read_bytes())))
                self._unsealed.clear()
                self._edition += 1
        except FileNotFoundError as error:
            raise VaultError(f"There is no vault: {self._file} does not exist") from error
        except (OSError, ValueError) as error:
            raise VaultError(f"The vault {self._file} cannot be read: {error}") from error
        self._believed_until = self._clock() + _BELIEVED_SECONDS
        return self._content[1]

    def _write(self, content: dict[str, Any]) -> None:
        """Whole or not at all; readable for the owner alone (mkstemp makes it so)."""
        handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=f".{FILE_NAME}.")
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._file)
        except OSError as error:
            Path(name).unlink(missing_ok=True)
            raise VaultError(f"The vault {self._file} cannot be written: {error}") from error
        self._content = None
        self._edition += 1


def _checked(content: Any) -> dict[str, Any]:
    """Raises ValueError for a file that is no vault of this format."""
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"it is no vault of format {_FORMAT}")
    if not {"scrypt", "check", "secrets"} <= content.keys():
        raise ValueError("it is incomplete")
    return content


def _derived(master_key: str, parameters: dict[str, Any]) -> bytes:
    salt = base64.b64decode(parameters["salt"])
    scrypt = Scrypt(
        salt=salt, length=_KEY_BYTES, n=parameters["n"], r=parameters["r"], p=parameters["p"]
    )
    return scrypt.derive(master_key.encode())


def _seal(cipher: AESGCM, alias: str, secret: str) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _text(nonce + cipher.encrypt(nonce, secret.encode(), alias.encode()))


def _unseal(cipher: AESGCM, alias: str, sealed: str) -> str:
    content = base64.b64decode(sealed)
    nonce, text = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
    return cipher.decrypt(nonce, text, alias.encode()).decode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
