"""Where notifications go: Apple's two environments, or a named server of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apns_connector.errors import DestinationError


@dataclass(frozen=True, slots=True)
class Destination:
    """A server that speaks the provider API.

    ``trust`` is a PEM file of certificate authorities to believe instead of the system's; the
    server's certificate is verified in either case.
    """

    name: str
    host: str
    port: int = 443
    trust: Path | None = None

    @property
    def authority(self) -> str:
        return self.host if self.port == 443 else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.name} ({self.host}:{self.port})"


# Apple: Sending notification requests to APNs. Port 2197 serves as well as 443.
PRODUCTION = Destination("production", "api.push.apple.com")
SANDBOX = Destination("sandbox", "api.sandbox.push.apple.com")

APPLE: Mapping[str, Destination] = {"production": PRODUCTION, "sandbox": SANDBOX}

# Where channels are managed. Apple: Sending channel management requests to APNs.
CHANNELS_PRODUCTION = Destination("production", "api-manage-broadcast.push.apple.com", 2196)
CHANNELS_SANDBOX = Destination("sandbox", "api-manage-broadcast.sandbox.push.apple.com", 2195)

APPLE_CHANNELS: Mapping[str, Destination] = {
    "production": CHANNELS_PRODUCTION,
    "sandbox": CHANNELS_SANDBOX,
}


def find_destination(name: str, known: Mapping[str, Destination] = APPLE) -> Destination:
    """The destination called ``name``, in exactly that spelling.

    Raises :class:`DestinationError`.
    """
    try:
        return known[name]
    except KeyError:
        raise DestinationError(name, tuple(known)) from None
