"""When to say that a certificate expires. Signing keys do not expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from apns_connector.apns.certificate import Certificate

WARN_BEFORE: Final = timedelta(days=30)
REPEAT_AFTER: Final = timedelta(days=1)


def warning(certificate: Certificate, now: datetime) -> str | None:
    """What to say of ``certificate`` at ``now``, in a sentence; ``None``: nothing yet."""
    left = certificate.expires_in(now)
    if left > WARN_BEFORE:
        return None
    named = f"The certificate for {certificate.topic}" if certificate.topic else "The certificate"
    date = f"{certificate.not_after:%Y-%m-%d}"
    if left < timedelta(0):
        return f"{named} expired on {date}: Apple refuses it; renew it"
    return f"{named} expires on {date}, in {_days(left)}: renew it"


def _days(left: timedelta) -> str:
    if left.days == 0:
        return "less than a day"
    return "1 day" if left.days == 1 else f"{left.days} days"


class ExpiryReminder:
    """Remembers what it said, to say it at most once a day for each certificate."""

    def __init__(self) -> None:
        self._said: dict[str, datetime] = {}

    def remind(self, certificate: Certificate, now: datetime) -> str | None:
        """The warning to log at ``now``, if there is one and it was not given within a day."""
        sentence = warning(certificate, now)
        said = self._said.get(certificate.fingerprint)
        if sentence is None or (said is not None and timedelta(0) <= now - said < REPEAT_AFTER):
            return None
        self._said[certificate.fingerprint] = now
        return sentence
