"""How connections say who they are: a client certificate in TLS, or a provider token."""

from __future__ import annotations

import logging
import ssl
import time
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
    certificate. Raises :class:`CredentialsError` if
    the certificate is not valid now, :class:`ConfigurationError` if ``trust`` cannot be read.
    """

    def __init__(self, source: CredentialsSource, trust: Path | None = None) -> None:
        self._source = source
        self._trust = trust
        self._reminder = ExpiryReminder()
        self._refused: str | None = None
        self.credentials = source.current()
        self.certified = isinstance(self.credentials, Certificate)
        self.context = _context(self.credentials, trust)
        self._remind()

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
        self.credentials = found
        self.certified = isinstance(found, Certificate)
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

    def topic_for(self, push_type: str | None) -> str | None:
        """The topic of a notification that names none."""
        if isinstance(self.credentials, Certificate):
            return self.credentials.topic_for(push_type)
        return None


def _context(credentials: Credentials, trust: Path | None) -> ssl.SSLContext:
    context = tls.client_context(trust)
    if isinstance(credentials, Certificate):
        credentials.check_validity(datetime.now(UTC))
        tls.load_identity(context, credentials.key, credentials.chain)
    return context
