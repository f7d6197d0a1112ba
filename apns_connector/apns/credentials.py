"""Who sends: a client certificate or a signing key, for good or as a file holds it now."""

from __future__ import annotations

from typing import Protocol

from apns_connector.apns.certificate import Certificate
from apns_connector.apns.signing_key import SigningKey

__all__ = ["Certificate", "Credentials", "CredentialsSource", "SigningKey"]

Credentials = Certificate | SigningKey


class CredentialsSource(Protocol):
    """Says who sends now: a certificate or key itself, or a file that may be renewed.

    The same object comes back for as long as its fingerprint is the same.
    """

    def current(self) -> Credentials: ...
