"""A signing key, provider tokens of every sort, and requests as they should be."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from apns_connector.simulator.provider_token import ProviderKey, TokenPolicy
from apns_connector.simulator.rules import Policy, Request

NOW = 1_800_000_000.0


def _base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


@dataclass
class Team:
    """A team with one signing key, as Apple would know it."""

    team_id: str
    key_id: str

    def __post_init__(self):
        self._key = generate_private_key(SECP256R1())

    def provider_key(self, **changes):
        return replace(ProviderKey(self.key_id, self.team_id, self._key.public_key()), **changes)

    def token(self, *, der=False, layout=None, header=None, claims=None):
        """A JWT; ``header`` and ``claims`` are merged over the good ones, None leaves one out."""
        parts = (
            {"alg": "ES256", "kid": self.key_id} | (header or {}),
            {"iss": self.team_id, "iat": int(NOW)} | (claims or {}),
        )
        signed = b".".join(
            _base64url(
                json.dumps({k: v for k, v in part.items() if v is not None}, indent=layout).encode()
            )
            for part in parts
        )
        signature = self._key.sign(signed, ECDSA(SHA256()))
        if not der:
            r, s = decode_dss_signature(signature)
            signature = r.to_bytes(32) + s.to_bytes(32)
        return signed + b"." + _base64url(signature)

    def authorization(self, **changes):
        return b"bearer " + self.token(**changes)


@pytest.fixture(scope="session")
def team():
    return Team("DEMOTEAM01", "DEMOKEY001")


@pytest.fixture(scope="session")
def second_key():
    """Another key of the same team."""
    return Team("DEMOTEAM01", "DEMOKEY002")


@pytest.fixture(scope="session")
def other_team():
    return Team("OTHERTEAM1", "OTHERKEY01")


@pytest.fixture
def tokens(team, second_key, other_team):
    known = [each.provider_key() for each in (team, second_key, other_team)]
    return TokenPolicy({key.key_id: key for key in known}, "sandbox", update_interval=1200)


@pytest.fixture
def policy(tokens):
    return Policy(tokens)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def request_with(team):
    """A good request, with header fields replaced (None: left out) and other parts changed."""

    def build(fields=(), *, method="POST", token="ab" * 32, path=None, body=b'{"aps":{}}', more=()):
        good = {
            "authorization": team.authorization(),
            "apns-topic": b"com.example.app",
            "apns-push-type": b"alert",
        }
        good.update(dict(fields))
        headers = [(k.encode(), v) for k, v in good.items() if v is not None]
        return Request(
            method, f"/3/device/{token}" if path is None else path, (*headers, *more), body
        )

    return build
