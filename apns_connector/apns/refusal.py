"""What no second try would mend: errors of TLS that hit every request alike."""

from __future__ import annotations

import ssl
from typing import NamedTuple

from apns_connector.apns import tls
from apns_connector.apns.destination import Destination
from apns_connector.errors import ApnsError, CredentialsError, NotSent


class Refusal(NamedTuple):
    """A fresh error for each request that it hits."""

    kind: type[CredentialsError] | type[NotSent]
    sentence: str

    def error(self) -> ApnsError:
        return self.kind(self.sentence)


def find_refusal(destination: Destination, error: BaseException | None) -> Refusal | None:
    """Why ``error``, met on a connection to ``destination``, is final; ``None`` if it is not."""
    why = tls.certificate_refusal(error)
    if why is not None:
        return Refusal(CredentialsError, f"{destination} refuses the TLS connection: {why}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refusal(
            NotSent,
            f"{destination} is not trusted: {error.verify_message}. "
            "Check the destination's host, its trust file, and the system's certificates",
        )
    return None
