"""Provider tokens (JWT, ES256): what Apple thinks of an ``authorization`` header.

Parsed, never compared with a text: clients differ in JSON layout, in claims they add and in the
form of the signature (64 bytes r and s, as RFC 7518 wants, or ASN.1 DER, as Pushy and Apple's own
openssl recipe produce), and Apple takes them all. Source: Apple, "Establishing a token-based
connection to APNs".
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LIFETIME = 3600.0
"""Seconds that ``iat`` may lie before or after now."""

_ES256 = ECDSA(SHA256())
_RAW_SIGNATURE = 64  # bytes


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A signing key that Apple knows; ``environment`` and ``topics`` (bundle ids) ``None``: all."""

    key_id: str
    team_id: str
    public_key: EllipticCurvePublicKey = field(repr=False)
    environment: str | None = None
    topics: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ProviderToken:
    """A token that could be read; nothing is verified yet."""

    algorithm: str | None
    key_id: str | None
    team_id: str | None
    issued_at: float | None
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """What the first good token ties a connection to, and the token last introduced on it."""

    key: ProviderKey
    authorization: bytes = field(repr=False)
    issued_at: float
    introduced_at: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """``reason`` is ``None`` if the token is good; ``binding`` holds from now on."""

    reason: str | None
    binding: Binding | None


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """The keys by their id, the environment played, and the seconds between two new tokens."""

    keys: Mapping[str, ProviderKey]
    environment: str
    update_interval: float


def judge_authorization(
    authorization: bytes | None, binding: Binding | None, policy: TokenPolicy, now: float
) -> Verdict:
    """The reason that Apple gives, if any, and what the connection is bound to afterwards."""
    if binding is not None and authorization == binding.authorization:
        return Verdict("ExpiredProviderToken" if _expired(binding, now) else None, binding)
    if authorization is None:
        return Verdict("MissingProviderToken", binding)
    scheme, _, text = authorization.partition(b" ")
    if not text.strip() and scheme.lower() in (b"", b"bearer"):
        return Verdict("MissingProviderToken", binding)
    token = read_provider_token(text) if scheme.lower() == b"bearer" else None
    key = None if token is None else _signer(token, policy.keys)
    if token is None or key is None or token.issued_at is None:
        return Verdict("InvalidProviderToken", binding)
    fresh = Binding(key, authorization, token.issued_at, now)
    reason = _reason(fresh, binding, policy, now)
    return Verdict(reason, fresh if reason is None else binding)


def read_provider_token(text: bytes) -> ProviderToken | None:
    """The parts of a compact JWT, or ``None`` if it is not one."""
    parts = text.strip().split(b".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
        signature = _decoded(parts[2])
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return ProviderToken(
        algorithm=_text(header.get("alg")),
        key_id=_text(header.get("kid")),
        team_id=_text(claims.get("iss")),
        issued_at=_seconds(claims.get("iat")),
        signed=parts[0] + b"." + parts[1],
        signature=signature,
    )


def _reason(fresh: Binding, binding: Binding | None, policy: TokenPolicy, now: float) -> str | None:
    if _expired(fresh, now):
        return "ExpiredProviderToken"
    if fresh.key.environment not in (None, policy.environment):
        return "BadEnvironmentKeyIdInToken"
    if binding is None:
        return None
    if fresh.key.team_id != binding.key.team_id:
        return "InvalidProviderToken"
    if fresh.key.key_id != binding.key.key_id:
        return "UnrelatedKeyIdInToken"
    if now - binding.introduced_at < policy.update_interval:
        return "TooManyProviderTokenUpdates"
    return None


def _expired(binding: Binding, now: float) -> bool:
    return abs(now - binding.issued_at) > LIFETIME


def _signer(token: ProviderToken, keys: Mapping[str, ProviderKey]) -> ProviderKey | None:
    """The known key that signed ``token`` for its own team."""
    key = keys.get(token.key_id or "")
    if key is None or token.algorithm != "ES256" or token.team_id != key.team_id:
        return None
    return key if _signed_by(token, key.public_key) else None


def _signed_by(token: ProviderToken, public_key: EllipticCurvePublicKey) -> bool:
    signature = token.signature
    if len(signature) == _RAW_SIGNATURE:
        r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
        signature = encode_dss_signature(r, s)
    try:
        public_key.verify(signature, token.signed, _ES256)
    except InvalidSignature:
        return False
    return True


def _decoded(part: bytes) -> bytes:
    """base64url; padding, which a JWT leaves out, is tolerated.

    :raises ValueError: for any other character
    """
    unpadded = part.rstrip(b"=")
    try:
        return base64.b64decode(unpadded + b"=" * (-len(unpadded) % 4), b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _seconds(value: object) -> float | None:
    """``iat`` as seconds; APNSwift sends it as a JSON string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None
