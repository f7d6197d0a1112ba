"""Who may use the API: keys that are known by their SHA-256 alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from apns_connector.errors import ConfigurationError
from apns_connector.rest.options import ApiKeyOptions, Permission


@dataclass(frozen=True, slots=True)
class ApiKey:
    """``name`` is what the log calls it. No key can be had of its ``digest`` as long as nobody can
    guess it: keys are random, not chosen."""

    name: str
    digest: bytes
    may: tuple[Permission, ...]

    def __repr__(self) -> str:
        return f"ApiKey({self.name!r}, may {', '.join(self.may) or 'nothing'})"


class ApiKeys:
    """All keys of a gateway."""

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        self._keys = tuple(keys)

    def find(self, authorization: str | None) -> ApiKey | None:
        """The key that an Authorization header bears (RFC 6750, 2.1); ``None`` for one that is not
        known, as long in coming as for one that is."""
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = digest_of(key.strip())
        found = [known for known in self._keys if hmac.compare_digest(known.digest, digest)]
        return found[0] if found else None


def digest_of(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def read_api_keys(options: Mapping[str, ApiKeyOptions], secret: Callable[[str], str]) -> ApiKeys:
    """``secret`` gives the text under an alias of the vault, and raises what the vault raises.

    Raises ConfigurationError for no key at all, and for one that is given in no way or in two.
    """
    if not options:
        raise ConfigurationError("rest.api_keys names no key: nobody could use the API")
    return ApiKeys([_read(name, given, secret) for name, given in options.items()])


def _read(name: str, given: ApiKeyOptions, secret: Callable[[str], str]) -> ApiKey:
    if (given.sha256 is None) == (given.alias is None):
        raise ConfigurationError(f"rest.api_keys.{name} needs either sha256 or alias")
    if given.sha256 is not None:
        return ApiKey(name, bytes.fromhex(given.sha256), given.may)
    return ApiKey(name, digest_of(secret(given.alias or "")), given.may)
