"""How connections say who they are: a client certificate in TLS, or a provider token."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from apns_connector.apns import tls
from apns_connector.apns.credentials import (
    Certificate,
    Credentials,
    CredentialsSource,
    SigningKey,
)
from apns_connector.apns.expiry import ExpiryReminder
from apns_connector.errors import ConfigurationError, CredentialsError

logger = logging.getLogger(__name__)


class Authentication:
    """The credentials of ``source`` that are in use, ready for TLS. ``trust``: as of a destination.

    ``context`` is for connections that are opened from now on; ``certified``: the credentials are a
    certificate; ``topic_for(push_type)``: the topic of a notification that names none. Raises
    :class:`CredentialsError` if the certificate is not valid now, :class:`ConfigurationError` if
    ``trust`` cannot be read.
    """

    def __init__(self, source: CredentialsSource, trust: Path | None = None) -> None:
        self._source = source
        self._trust = trust
        self._reminder = ExpiryReminder()
        self._refused: str | None = None
        credentials = source.current()
        self.context = _context(credentials, trust)
        self._use(credentials)
        self._remind()

    def _use(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self.certified = isinstance(credentials, Certificate)
        self.topic_for: Callable[[str | None], str | None] = (
            credentials.topic_by_push_type.get
            if isinstance(credentials, Certificate)
            else _no_topic
        )

    def refresh(self) -> bool:
        """Take up what the source holds by now; True if that is somebody else than before.

        Credentials that cannot be used are logged, and those before stay in use.
        """
        found = self._source.current()
        known = (self.credentials.fingerprint, self._refused)
        changed = found.fingerprint not in known and self._adopt(found)
        self._remind()
        return changed

    def _adopt(self, found: Credentials) -> bool:
        try:
            self.context = _context(found, self._trust)
        except (CredentialsError, ConfigurationError) as error:  # or the trust file has gone
            self._refused = found.fingerprint
            logger.warning("%r is not taken up: %s", found, error)
            return False
        self._refused = None
        self._use(found)
        return True

    def _remind(self) -> None:
        if isinstance(self.credentials, Certificate):
            warning = self._reminder.remind(self.credentials, datetime.now(UTC))
            if warning is not None:
                logger.warning("%s", warning)

    def authorization(self) -> str | None:
        """The header's value for a request now; ``None`` with a certificate."""
        if isinstance(self.credentials, SigningKey):
            return f"bearer {self.credentials.provider_token(time.time())}"
        return None

    def renew(self, refused: str | None) -> bool:
        """Apple called the token in the header ``refused`` expired: True if there is another."""
        if not isinstance(self.credentials, SigningKey) or refused is None:
            return False
        return self.credentials.replace(refused.removeprefix("bearer "), time.time())


def _no_topic(push_type: str | None) -> None:
    """A signing key is not for one app."""


def _context(credentials: Credentials, trust: Path | None) -> ssl.SSLContext:
    context = tls.client_context(trust)
    if isinstance(credentials, Certificate):
        credentials.check_validity(datetime.now(UTC))
        tls.load_identity(context, credentials.key, credentials.chain)
    return context
